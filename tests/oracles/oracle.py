"""What a checkpoint must score: the paper's equations as a float64 numpy loop, from the saved weights.

Nothing of the engine is used: card.json and model.safetensors are read as the files they are.

Conventions
    frames   float64, (sequence, time, event), sequences of one length; x and h are (sequence, features)
    weights  name in the file -> float64 array
"""

import json
import math
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from scipy.special import expit, log_ndtr, log_softmax, logsumexp

HIGHEST, LOWEST = 32_767, -32_768  # 16-bit samples


def tanh_step(x, state, weights):
    """The plain layer: tanh of W x + U h + b."""
    (h,) = state
    return (np.tanh(x @ weights["input_weight"].T + h @ weights["recurrent_weight"].T + weights["bias"]),)


def gru_step(x, state, weights):
    """The reset gate acts on h before the matrix product; z weighs the new, 1 - z the old."""
    (h,) = state
    wr, wz, wc = np.split(weights["input_weight"], 3)
    br, bz, bc = np.split(weights["bias"], 3)
    ur, uz = np.split(weights["gate_weight"], 2)
    r = expit(x @ wr.T + h @ ur.T + br)
    z = expit(x @ wz.T + h @ uz.T + bz)
    candidate = np.tanh(x @ wc.T + (r * h) @ weights["candidate_weight"].T + bc)
    return ((1 - z) * h + z * candidate,)


def lstm_step(x, state, weights):
    """Peepholes: input and forget gate see the old memory, the output gate the new."""
    h, c = state
    wi, wf, wo, wc = np.split(weights["input_weight"], 4)
    bi, bf, bo, bc = np.split(weights["bias"], 4)
    ui, uf, uo, uc = np.split(weights["recurrent_weight"], 4)
    vi, vf, vo = weights["peephole"]
    i = expit(x @ wi.T + h @ ui.T + vi * c + bi)
    f = expit(x @ wf.T + h @ uf.T + vf * c + bf)
    c = f * c + i * np.tanh(x @ wc.T + h @ uc.T + bc)
    o = expit(x @ wo.T + h @ uo.T + vo * c + bo)
    return (o * np.tanh(c), c)


def attention(xs, weights, num_heads, window):
    """All steps of one sequence, (time, features): each looks at those before it, one by one."""
    parts = np.split(xs @ weights["input_weight"].T + weights["bias"], 4, axis=1)
    query, key, during, after = (part.reshape(len(xs), num_heads, -1) for part in parts)
    attended = np.zeros_like(query)
    for t in range(1, len(xs)):
        past = np.arange(max(0, t - window), t)
        match = np.einsum("hd,shd->hs", query[t], key[past]) / np.sqrt(query.shape[-1])
        match += weights["distance_bias"][:, t - past]
        match = np.concatenate([weights["distance_bias"][:, :1], match], 1)
        shares = np.exp(match - logsumexp(match, axis=1, keepdims=True))[:, 1:]
        attended[t] = np.einsum("hs,shd->hd", shares, during[past] + after[past + 1])
    return attended.reshape(len(xs), -1) @ weights["output_weight"].T


STEPS = {"tanh": (tanh_step, 1), "gru": (gru_step, 1), "lstm": (lstm_step, 2)}  # and tensors in a state


class Oracle:
    """One checkpoint folder, read without the engine."""

    def __init__(self, folder: Path):
        self.card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        loaded = load_file(folder / "model.safetensors")
        self.weights = {name: value.astype(np.float64) for name, value in loaded.items()}

    def outputs(self, frames: np.ndarray) -> np.ndarray:
        """What the head puts out before each frame: (sequence, time, outputs)."""
        lags = self.card["model"]["context_frames"]
        past = np.concatenate([np.zeros((len(frames), lags, frames.shape[2])), frames], 1)
        xs = [past[:, t : t + lags].reshape(len(frames), -1) for t in range(frames.shape[1])]
        for layer, spec in enumerate(self.card["model"]["cells"]):
            prefix = f"cells.{layer}."
            own = {k.removeprefix(prefix): v for k, v in self.weights.items() if k.startswith(prefix)}
            if spec["name"] == "attention":
                whole = np.stack(xs, 1)
                outputs = [attention(sequence, own, spec["num_heads"], spec["window"]) for sequence in whole]
                xs = list(np.stack(outputs).transpose(1, 0, 2))
                continue
            step, num_tensors = STEPS[spec["name"]]
            state = (np.zeros((len(frames), spec["hidden_size"])),) * num_tensors
            for t, x in enumerate(xs):
                state = step(x, state, own)
                xs[t] = state[0]
        return np.stack(xs, 1) @ self.weights["head.weight"].T + self.weights["head.bias"]

    def log_probs(self, frames: np.ndarray) -> np.ndarray:
        """Log-probability of each frame, (sequence, time)."""
        outputs = self.outputs(frames)
        if self.card["model"]["head"]["name"] == "bernoulli":
            return -(frames * np.logaddexp(0, -outputs) + (1 - frames) * np.logaddexp(0, outputs)).sum(-1)
        log_weights, loc, log_scale = self._mixture(outputs)
        z = (frames[..., None, :] - loc) / np.exp(log_scale)
        normal = -0.5 * z**2 - log_scale - 0.5 * math.log(2 * math.pi)
        return logsumexp(log_weights + normal.sum(-1), -1)

    def log_bin_probs(self, frames: np.ndarray) -> np.ndarray:
        """Log-probability of the 16-bit integers, (sequence, time); the two end bins take the tails."""
        facts = self.card["representation"]
        mean, scale = facts["mean"], facts["scale"]
        integers = np.clip(np.rint((frames * scale + mean) * 32_768), LOWEST, HIGHEST)
        low = np.where(integers == LOWEST, -np.inf, ((integers - 0.5) / 32_768 - mean) / scale)
        high = np.where(integers == HIGHEST, np.inf, ((integers + 0.5) / 32_768 - mean) / scale)
        log_weights, loc, log_scale = self._mixture(self.outputs(frames))
        low, high = ((edge[..., None, :] - loc) / np.exp(log_scale) for edge in (low, high))
        mirrored = high > -low  # the left tail is where a logarithm is exact
        low, high = np.where(mirrored, -high, low), np.where(mirrored, -low, high)
        top, bottom = log_ndtr(high), log_ndtr(low)
        mass = top + np.log(-np.expm1(np.minimum(bottom - top, -1e-300)))
        return logsumexp(log_weights + mass.sum(-1), -1)

    def metrics(self, sequences: Sequence[np.ndarray]) -> dict[str, float]:
        """The figures of ``python -m training evaluate``."""
        per_sequence = []
        num_samples, integer_nats = 0, 0.0
        is_sound = "sample_rate" in self.card["representation"]
        for _, group in groupby(sorted(sequences, key=len), len):
            frames = np.stack([np.asarray(sequence, np.float64) for sequence in group])
            per_sequence += list(-self.log_probs(frames))
            if is_sound:
                num_samples += frames.size
                integer_nats -= self.log_bin_probs(frames).sum()
        num_frames = sum(map(len, per_sequence))
        nats = sum(nats.sum() for nats in per_sequence)
        if is_sound:
            return {
                "num_sequences": len(per_sequence),
                "num_steps": num_frames,
                "num_samples": num_samples,
                "nats_per_step": nats / num_frames,
                "nats_per_sample": nats / num_samples,
                "bits_per_sample": integer_nats / math.log(2) / num_samples,
            }
        later = [nats[1:] for nats in per_sequence]
        return {
            "num_sequences": len(per_sequence),
            "num_frames": num_frames,
            "nats_per_frame": nats / num_frames,
            "nats_per_frame_sequence_mean": sum(nats.mean() for nats in per_sequence) / len(per_sequence),
            "nats_per_frame_without_first": sum(nats.sum() for nats in later) / sum(map(len, later)),
        }

    def _mixture(self, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Log-weights, means and log-scales; the last never fall below the card's bound."""
        head = self.card["model"]["head"]
        count, size, bound = head["num_components"], head["frame_size"], head["min_log_scale"]
        logits, loc, raw = np.split(outputs, [count, count + count * size], -1)
        loc, raw = (part.reshape(*part.shape[:-1], count, size) for part in (loc, raw))
        return log_softmax(logits, -1), loc, bound + np.logaddexp(0, raw - bound)
