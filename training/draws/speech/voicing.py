"""Voicing: where the vocal cords swing, told by how well a moment repeats itself after one of their periods.

A moment is voiced if its normalised autocorrelation over 40 ms, corrected for the window (Boersma 1993,
"Accurate short-term analysis of the fundamental frequency"), has a peak above one half between 60 and 400 Hz,
and it is not silent.
"""

import numpy as np
from jaxtyping import Bool

from engine.sound import Audio, moments

VOICING_SECONDS = 0.04  # of a moment
LOWEST_VOICE, HIGHEST_VOICE = 60, 400  # Hz
LEAST_PEAK = 0.5
LEAST_LEVEL = -55.0  # dB of full scale


def voiced(sound: Audio) -> Bool[np.ndarray, " moment"]:
    """For each moment, whether it is voiced."""
    rows = moments(sound, VOICING_SECONDS).astype(np.float64)
    length = rows.shape[1]
    window = np.hanning(length)
    level = 10 * np.log10((rows**2).mean(1) + 1e-12)
    peaks = _correlation((rows - rows.mean(1, keepdims=True)) * window)
    own = _correlation(window[None])[0]
    lags = slice(sound.sample_rate // HIGHEST_VOICE, min(sound.sample_rate // LOWEST_VOICE, 3 * length // 4))
    height = (peaks[:, lags] / np.maximum(own[lags], 1e-3)).max(1, initial=0.0)
    return (height > LEAST_PEAK) & (level > LEAST_LEVEL)


def voiced_share(sound: Audio) -> float:
    """Share of moments that are voiced; 0 without any moment."""
    is_voiced = voiced(sound)
    return float(is_voiced.mean()) if len(is_voiced) else 0.0


def _correlation(rows: np.ndarray) -> np.ndarray:
    """Autocorrelation of each row by lag, 1 at lag 0."""
    length = rows.shape[1]
    by_lag = np.fft.irfft(np.abs(np.fft.rfft(rows, 2 * length)) ** 2)[:, :length]
    return by_lag / np.maximum(by_lag[:, :1], 1e-12)
