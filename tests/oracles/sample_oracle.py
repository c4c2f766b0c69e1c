"""What a model that draws sample by sample must score: float64 numpy, from the saved weights.

Nothing of the engine is used: card.json and model.safetensors are read as the files they are.

Conventions
    frames  float64, (time, samples), standardised; every array has time first
"""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from scipy.special import expit, log_expit, logsumexp

from tests.oracles.joint_oracle import recurrent

HIGHEST, LOWEST = 32_767, -32_768  # 16-bit samples


def sample_log_probs(folder: Path, frames: np.ndarray) -> np.ndarray:
    """Log-probability of each frame of one sound, given all before it."""
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    weights = {
        name: value.astype(np.float64) for name, value in load_file(folder / "model.safetensors").items()
    }
    model, step = card["model"], 1 / 32_768 / card["representation"]["scale"]
    heard = _heard(frames, model["context_frames"])
    loudness = np.sqrt((heard**2).mean(1, keepdims=True) + model["gain_floor"] ** 2)
    xs = np.concatenate([heard / loudness, np.log(loudness)], 1)
    for layer, spec in enumerate(model["cells"]):
        prefix = f"cells.{layer}."
        own = {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}
        outputs = recurrent(xs, own, spec["hidden_size"])
        xs = xs + outputs if layer and model["residual"] else outputs
    head = {name.removeprefix("head."): value for name, value in weights.items() if name.startswith("head.")}
    bounds = np.log(0.03 * 32_768 * step), model["head"].get("damping", 0.99)
    return np.array([_frame(*given, head, step, bounds) for given in zip(xs, heard, frames, strict=True)])


def _heard(frames: np.ndarray, count: int) -> np.ndarray:
    """For each frame the ``count`` frames before it, joined; silence before the first."""
    past = np.concatenate([np.zeros((count, frames.shape[1])), frames])
    return np.stack([past[t : t + count].ravel() for t in range(len(frames))])


def _frame(
    h: np.ndarray,
    x: np.ndarray,
    frame: np.ndarray,
    head: dict[str, np.ndarray],
    step: float,
    bounds: tuple[float, float],
) -> float:
    """Log-probability of one frame, sample after sample."""
    largest, damping = bounds
    gain = np.exp(np.clip(head["level_weight"] @ h + head["level_bias"], -12, largest))[0]
    said = (head["condition_weight"] @ h + head["condition_bias"]).reshape(len(frame), -1)
    reflections = 0.999 * np.tanh(head["reflection_weight"] @ h + head["reflection_bias"])
    coefficients = _prediction(reflections, damping)
    known, total = list(x), 0.0
    for place, number in enumerate(frame):
        near = np.array(known[-len(x) :]) / gain
        predicted = np.clip(coefficients @ near[::-1][: len(coefficients)], -32, 32)
        near = np.clip(near, -32, 32)
        units = head["first"] @ np.concatenate([near, said[place], [predicted]]) + head["first_bias"]
        units = units * expit(units)
        more = head["second"] @ units + head["second_bias"]
        logits, offsets, raw = np.split(head["last"] @ (units + more * expit(more)) + head["last_bias"], 3)
        centres = gain * (predicted + 2 * np.tanh(offsets / 2))
        scales = gain * np.exp(np.minimum(raw, 0)) + 0.1 * step
        integer = np.clip(np.floor(number / step + 0.5), LOWEST, HIGHEST)
        low = log_expit((centres - (integer - 0.5) * step) / scales)  # of all that is above the lower edge
        high = log_expit(((integer + 0.5) * step - centres) / scales)  # of all that is below the upper edge
        inside = low + high + np.log(-np.expm1(-step / scales))
        masses = high if integer == LOWEST else low if integer == HIGHEST else inside
        total += logsumexp(logits - logsumexp(logits) + masses)
        known.append(number)
    return total


def _prediction(reflections: np.ndarray, damping: float) -> np.ndarray:
    """Levinson's recursion; the last sample's coefficient comes first."""
    coefficients = np.zeros(0)
    for reflection in reflections:
        coefficients = np.append(coefficients - reflection * coefficients[::-1], reflection)
    return coefficients * damping ** np.arange(1, len(coefficients) + 1)
