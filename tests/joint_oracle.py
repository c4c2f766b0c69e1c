"""What a model with memory and joint notes must score: float64 numpy, from the saved weights.

Nothing of the engine is used: card.json and model.safetensors are read as the files they are.

Conventions
    frames  float64, (time, 88), one piece; every array has time first
"""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from scipy.special import expit, logsumexp

from tests.oracle import attention, gru_step

Weights = dict[str, np.ndarray]


def recurrent(xs: np.ndarray, own: Weights, hidden_size: int) -> np.ndarray:
    """A layer of gated units, step by step."""
    state, outputs = (np.zeros((1, hidden_size)),), []
    for x in xs:
        state = gru_step(x[None], state, own)
        outputs.append(state[0][0])
    return np.array(outputs)


def motion_logits(h: np.ndarray, x: np.ndarray, own: Weights) -> np.ndarray:
    """By rank: each note of the frame before, times the weight of the way from it to here."""
    found = np.zeros(len(x) + 1)
    if "motion_weight" in own:
        moves = own["motion_weight"] @ h + own["motion_bias"]
        reach = len(moves) // 2
        for pitch in np.flatnonzero(x):
            for way in range(max(-reach, -pitch), min(reach, len(x) - 1 - pitch) + 1):
                found[len(x) - 1 - (pitch + way)] += moves[way + reach]
    return found


def list_log_prob(frame: np.ndarray, base: np.ndarray, offset: np.ndarray, own: Weights) -> float:
    """The notes of a frame from the highest to the lowest, and the stop."""
    size, total = len(frame), 0.0
    ranks = [size - 1 - pitch for pitch in np.flatnonzero(frame)[::-1]]
    so_far, last = np.zeros(len(base)), -1
    for choice in [*ranks, size]:
        hidden = base + so_far + own["last"][last + 1]
        hidden = hidden * expit(hidden)
        logits = own["to_logits"] @ hidden + own["bias"] + offset
        if "intervals" in own and last >= 0:
            logits[last:size] += own["intervals"][: size - last] @ hidden
        total += logits[choice] - logsumexp(logits[last + 1 :])
        if choice < size:
            so_far, last = so_far + own["above"][choice], choice
    return total


def joint_log_probs(folder: Path, frames: np.ndarray) -> np.ndarray:
    """Nats of each frame of a piece under the checkpoint in this folder: the mean over keys, and the say that
    kept melodies have in the highest pitch."""
    spec = json.loads((folder / "card.json").read_text(encoding="utf-8"))["model"]
    loaded = load_file(folder / "model.safetensors")
    weights = {name: value.astype(np.float64) for name, value in loaded.items()}
    kept = part_of(weights, "memory.")
    weights = part_of(weights, "model.") if kept else weights
    reach = spec.get("transpositions", 0)
    weights = part_of(weights, "model.") if reach else weights
    keys = range(-reach, reach + 1)
    every = [in_key(spec, weights, frames, key) for key in keys]
    found, firsts = (logsumexp(values, axis=0) - np.log(len(every)) for values in zip(*every, strict=True))
    if not kept:
        return found
    tops = highest_ranks(frames)
    own = np.exp(firsts[np.arange(len(tops)), tops])
    votes = melody_votes(tops, kept, spec["melody_memory"])
    voted = votes[np.arange(len(tops)), tops]
    return found + np.log((own + voted) / (1 + votes.sum(1))) - np.log(own)


def highest_ranks(frames: np.ndarray) -> np.ndarray:
    """Of each frame: pitches above its highest one; all of them where it is silent."""
    size = frames.shape[1]
    return np.array([size - 1 - frame.nonzero()[0].max() if frame.any() else size for frame in frames])


def melody_votes(tops: np.ndarray, kept: Weights, numbers: dict) -> np.ndarray:
    """(time, rank): each place of the kept melodies votes as it was followed so far, one after the other."""
    ranks, begins = kept["ranks"].astype(int), kept["begins"] > 0
    close = np.where(begins, numbers["start"], 0.0)
    found = np.zeros((len(tops), 89))
    for t, top in enumerate(tops):
        for rank, weight in zip(ranks, np.exp(close - numbers["doubt"]), strict=True):
            found[t, rank] += weight
        after = np.where(ranks == top, numbers["same"], numbers["other"]) + numbers["decay"] * close
        close = np.where(begins, 0.0, np.concatenate([[0.0], after[:-1]]))
    return found


def in_key(spec: dict, weights: Weights, frames: np.ndarray, key: int) -> tuple[np.ndarray, np.ndarray]:
    """Nats of each frame of a piece moved by ``key``, where what is not whole then cannot be; and those of
    every highest pitch, (time, rank) as written."""
    heard, size = np.zeros_like(frames), frames.shape[1]
    for pitch in range(size):
        if 0 <= pitch + key < size:
            heard[:, pitch + key] = frames[:, pitch]
    inputs = np.concatenate([np.zeros((1, size)), heard[:-1]])
    xs = inputs
    for layer, cell in enumerate(spec["cells"]):
        own = part_of(weights, f"cells.{layer}.")
        if cell["name"] == "gru":
            outputs = recurrent(xs, own, cell["hidden_size"])
        else:
            outputs = attention(xs, own, cell["num_heads"], cell["window"])
        xs = xs + outputs if spec["residual"] and xs.shape == outputs.shape else outputs
    own = part_of(weights, "head.")
    bases = xs @ own["hidden_weight"].T + inputs @ own["input_weight"].T + own["unit_bias"]
    offsets = np.array([motion_logits(h, x, own) for h, x in zip(xs, inputs, strict=True)])
    for pitch in range(size):
        if not 0 <= pitch - key < size:  # it would sound beside the keyboard, moved back
            offsets[:, size - 1 - pitch] = -np.inf
    every = zip(heard, bases, offsets, strict=True)
    found = np.array([list_log_prob(frame, base, offset, own) for frame, base, offset in every])
    firsts = [first_log_probs(base, offset, own, key) for base, offset in zip(bases, offsets, strict=True)]
    return np.where(heard.sum(1) == frames.sum(1), found, -np.inf), np.array(firsts)


def first_log_probs(base: np.ndarray, offset: np.ndarray, own: Weights, key: int) -> np.ndarray:
    """By rank as written: the first choice of a list in this key."""
    hidden = base + own["last"][0]
    logits = own["to_logits"] @ (hidden * expit(hidden)) + own["bias"] + offset
    heard, found = logits - logsumexp(logits), np.full(len(logits), -np.inf)
    for rank in range(len(logits) - 1):
        if 0 <= rank - key < len(logits) - 1:  # a higher pitch has a lower rank
            found[rank] = heard[rank - key]
    found[-1] = heard[-1]
    return found


def part_of(weights: Weights, prefix: str) -> Weights:
    """The weights of one part, by their names in it."""
    return {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}
