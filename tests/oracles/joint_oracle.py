"""What a model with memory and joint notes must score: float64 numpy, from the saved weights.

Nothing of the engine is used: card.json and model.safetensors are read as the files they are.

Conventions
    frames  float64, (time, 88), one piece; every array has time first
"""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from safetensors.numpy import load_file
from scipy.special import expit, logsumexp

from tests.oracles.copy_oracle import all_that_is_said, copied_log_prob
from tests.oracles.oracle import attention, gru_step

Weights = dict[str, np.ndarray]


def recurrent(xs: np.ndarray, own: Weights, hidden_size: int) -> np.ndarray:
    """A layer of gated units, step by step."""
    state, outputs = (np.zeros((1, hidden_size)),), []
    for x in xs:
        state = gru_step(x[None], state, own)
        outputs.append(state[0][0])
    return np.array(outputs)


def motion_logits(h: np.ndarray, x: np.ndarray, own: Weights) -> np.ndarray:
    """By rank: each note of the frame before times the weight of its interval to here."""
    logits = np.zeros(len(x) + 1)
    if "motion_weight" in own:
        moves = own["motion_weight"] @ h + own["motion_bias"]
        reach = len(moves) // 2
        for pitch in np.flatnonzero(x):
            for way in range(max(-reach, -pitch), min(reach, len(x) - 1 - pitch) + 1):
                logits[len(x) - 1 - (pitch + way)] += moves[way + reach]
    return logits


def parallel_logits(so_far: list[int], x: np.ndarray, own: Weights) -> np.ndarray:
    """By rank: where the voice that comes next would keep its octave or fifth from one that has moved."""
    logits, size = np.zeros(len(x) + 1), len(x)
    voices = [size - 1 - pitch for pitch in np.flatnonzero(x)[::-1]][:8]
    if "parallel_weight" in own and len(so_far) < len(voices):
        here = voices[len(so_far)]
        for was, now in zip(voices, so_far, strict=False):
            to = here + now - was
            if now != was and 0 <= to < size and (here - was) % 12 in (0, 7):
                logits[to] += own["parallel_weight"][int((here - was) % 12 == 7)]
    return logits


class Row(NamedTuple):
    """What one key knows of a frame: A h + B x + b, the terms that no choice changes, and x's last frame."""

    base: np.ndarray
    offset: np.ndarray
    last_frame: np.ndarray


def list_log_probs(ranks: list[int], row: Row, own: Weights) -> list[float]:
    """Log-probability of each choice: the notes of a frame from the highest down, then the stop; minus
    infinity, and zeros after it, for a note that is off the keyboard."""
    size, log_probs = len(row.last_frame), []
    so_far: list[int] = []
    added, last = np.zeros(len(row.base)), -1
    for place, choice in enumerate([*ranks, size]):
        if not 0 <= choice <= size or (choice == size and place < len(ranks)):
            return [*log_probs, -np.inf, *[0.0] * (len(ranks) - place)]
        hidden = row.base + added + own["last"][last + 1]
        hidden = hidden * expit(hidden)
        logits = own["to_logits"] @ hidden + own["bias"] + row.offset
        if "intervals" in own and last >= 0:
            logits[last:size] += own["intervals"][: size - last] @ hidden
        logits += parallel_logits(so_far, row.last_frame, own)
        log_probs.append(logits[choice] - logsumexp(logits[last + 1 :]))
        if choice < size:
            so_far, added, last = [*so_far, choice], added + own["above"][choice], choice
    return log_probs


def joint_log_probs(folder: Path, frames: np.ndarray) -> np.ndarray:
    """Log-probability of each frame under the checkpoint in this folder: the mean over keys, the votes of
    kept melodies for the highest pitch, and the guides that copy from the piece's own past."""
    spec = json.loads((folder / "card.json").read_text(encoding="utf-8"))["model"]
    loaded = load_file(folder / "model.safetensors")
    weights = {name: value.astype(np.float64) for name, value in loaded.items()}
    weights = part_of(weights, "model.") if "copy_memory" in spec else weights
    kept = part_of(weights, "memory.")
    weights = part_of(weights, "model.") if kept else weights
    reach = spec.get("transpositions", 0)
    weights = part_of(weights, "model.") if reach else weights
    every = [in_key(spec, weights, frames, key) for key in range(-reach, reach + 1)]
    choices = mixed([key for key, _ in every])
    if kept:
        firsts = logsumexp([firsts for _, firsts in every], axis=0) - np.log(len(every))
        help_first_choices(choices, firsts, highest_ranks(frames), kept, spec["melody_memory"])
    if "copy_memory" not in spec:
        return np.array([sum(log_probs) for log_probs in choices])
    notes = [tuple(np.flatnonzero(frame)[::-1].tolist()) for frame in frames]
    said = all_that_is_said(frames, spec["copy_memory"])
    return np.array([copied_log_prob(*given) for given in zip(choices, notes, said, strict=True)])


def mixed(keys: list[list[list[float]]]) -> list[list[float]]:
    """Log-probabilities of each frame's choices: keys are averaged, each weighted by its choices above."""
    by_frame = []
    for frame in zip(*keys, strict=True):
        so_far = logsumexp(np.cumsum(np.array(frame), 1), axis=0) - np.log(len(frame))
        by_frame.append(np.diff(so_far, prepend=0.0).tolist())
    return by_frame


def help_first_choices(
    choices: list[list[float]], firsts: np.ndarray, tops: np.ndarray, kept: Weights, numbers: dict
) -> None:
    """Add the votes of kept melodies to the network's one vote, in the first choice of each frame."""
    votes = melody_votes(tops, kept, numbers)
    for log_probs, top, expected, voted in zip(choices, tops, firsts, votes, strict=True):
        log_probs[0] += np.log((np.exp(expected[top]) + voted[top]) / (1 + voted.sum())) - expected[top]


def highest_ranks(frames: np.ndarray) -> np.ndarray:
    """How many pitches are above the highest one of each frame; all of them where it is silent."""
    size = frames.shape[1]
    return np.array([size - 1 - frame.nonzero()[0].max() if frame.any() else size for frame in frames])


def melody_votes(tops: np.ndarray, kept: Weights, numbers: dict) -> np.ndarray:
    """(time, rank): each place of the kept melodies votes, the more the closer it was followed so far."""
    ranks, begins = kept["ranks"].astype(int), kept["begins"] > 0
    close = np.where(begins, numbers["start"], 0.0)
    votes = np.zeros((len(tops), 89))
    for t, top in enumerate(tops):
        for rank, weight in zip(ranks, np.exp(close - numbers["doubt"]), strict=True):
            votes[t, rank] += weight
        after = np.where(ranks == top, numbers["same"], numbers["other"]) + numbers["decay"] * close
        close = np.where(begins, 0.0, np.concatenate([[0.0], after[:-1]]))
    return votes


def told(spec: dict, time: int, key: int) -> np.ndarray:
    """(time, input): the number of each frame within every clock, and the key."""
    numbers = np.arange(time)
    parts = [numbers[:, None] % length == np.arange(length) for length in spec.get("clock", [])]
    if reach := spec.get("told_keys", 0):
        parts.append(np.tile(np.arange(-reach, reach + 1) == key, (time, 1)))
    return np.concatenate([np.zeros((time, 0)), *parts], 1)


def in_key(
    spec: dict, weights: Weights, frames: np.ndarray, key: int
) -> tuple[list[list[float]], np.ndarray]:
    """Log-probabilities of each frame's choices, for a piece moved by ``key`` semitones; and of every highest
    pitch, (time, rank) as written."""
    heard, size = np.zeros_like(frames), frames.shape[1]
    for pitch in range(size):
        if 0 <= pitch + key < size:
            heard[:, pitch + key] = frames[:, pitch]
    before = np.concatenate([np.zeros((1, size)), heard[:-1]])
    inputs = np.concatenate([told(spec, len(frames), key), before], 1)
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
    offsets = np.array([motion_logits(h, x, own) for h, x in zip(xs, before, strict=True)])
    for pitch in range(size):
        if not 0 <= pitch - key < size:  # moved back it would be off the keyboard
            offsets[:, size - 1 - pitch] = -np.inf
    rows = [Row(*parts) for parts in zip(bases, offsets, before, strict=True)]
    ranks = [[size - 1 - int(pitch) - key for pitch in np.flatnonzero(frame)[::-1]] for frame in frames]
    choices = [list_log_probs(notes, row, own) for notes, row in zip(ranks, rows, strict=True)]
    return choices, np.array([first_log_probs(row.base, row.offset, own, key) for row in rows])


def first_log_probs(base: np.ndarray, offset: np.ndarray, own: Weights, key: int) -> np.ndarray:
    """Log-probabilities of the first choice of a list in this key, by rank as written."""
    hidden = base + own["last"][0]
    logits = own["to_logits"] @ (hidden * expit(hidden)) + own["bias"] + offset
    heard, written = logits - logsumexp(logits), np.full(len(logits), -np.inf)
    for rank in range(len(logits) - 1):
        if 0 <= rank - key < len(logits) - 1:  # a higher pitch has a lower rank
            written[rank] = heard[rank - key]
    written[-1] = heard[-1]
    return written


def part_of(weights: Weights, prefix: str) -> Weights:
    """The weights of one part, by their names in it."""
    return {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}
