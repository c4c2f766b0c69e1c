"""Voicing: where the vocal cords swing, told by how well a moment repeats itself after one of their periods.

The normalised autocorrelation of 40 ms, corrected for the window (Boersma 1993, "Accurate short-term analysis
of the fundamental frequency"), has a peak above one half between 60 and 400 Hz; and the moment is no silence.
"""

import numpy as np
from jaxtyping import Bool

from engine.sound import Audio, moments

MOMENT = 0.04  # seconds
LOWEST, HIGHEST = 60, 400  # Hz
LEAST = 0.5
LEAST_LEVEL = -55.0  # dB of full scale


def voiced(sound: Audio) -> Bool[np.ndarray, " moment"]:
    """Of every moment whether it is voiced."""
    found = moments(sound, MOMENT).astype(np.float64)
    length = found.shape[1]
    window = np.hanning(length)
    level = 10 * np.log10((found**2).mean(1) + 1e-12)
    peaks = _correlation((found - found.mean(1, keepdims=True)) * window)
    own = _correlation(window[None])[0]
    lags = slice(sound.sample_rate // HIGHEST, min(sound.sample_rate // LOWEST, 3 * length // 4))
    height = (peaks[:, lags] / np.maximum(own[lags], 1e-3)).max(1, initial=0.0)
    return (height > LEAST) & (level > LEAST_LEVEL)


def voiced_share(sound: Audio) -> float:
    """Of all moments."""
    found = voiced(sound)
    return float(found.mean()) if len(found) else 0.0


def _correlation(rows: np.ndarray) -> np.ndarray:
    """Of each row with itself, by lag, 1 at lag 0."""
    length = rows.shape[1]
    found = np.fft.irfft(np.abs(np.fft.rfft(rows, 2 * length)) ** 2)[:, :length]
    return found / np.maximum(found[:, :1], 1e-12)
