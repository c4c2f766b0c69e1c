"""Spectra as an ear divides them: logarithms of the power in bands of equal width on the mel scale.

mel(f) = 2595 log10(1 + f / 700)
"""

import numpy as np
from jaxtyping import Float32, Float64

from engine.sound.audio import Audio

MOMENT_STEP = 0.01  # seconds between moments
MOMENT = 0.032  # seconds
NUM_BANDS = 32
LOWEST = 60.0  # Hz
FLOOR = 1e-9  # of full scale, in power


def moments(sound: Audio, seconds: float) -> Float32[np.ndarray, "moment time"]:
    """Stretches of so many seconds, one every hundredth of a second."""
    length, step = int(seconds * sound.sample_rate), int(MOMENT_STEP * sound.sample_rate)
    if len(sound.samples) < length:
        return np.zeros((0, length), np.float32)
    return np.lib.stride_tricks.sliding_window_view(sound.samples, length)[::step]


def log_mel(sound: Audio, every: int = 1) -> Float64[np.ndarray, "moment band"]:
    """dB, every so many hundredths of a second."""
    found = moments(sound, MOMENT)[::every].astype(np.float64)
    window = np.hanning(found.shape[1])
    power = np.abs(np.fft.rfft(found * window)) ** 2 / (window**2).sum() / found.shape[1]
    return 10 * np.log10(power @ _bands(found.shape[1], sound.sample_rate) + FLOOR)


def _bands(length: int, rate: int) -> Float64[np.ndarray, "frequency band"]:
    """Triangles, each from the middle of the one below to that of the one above."""
    highest = 2595 * np.log10(1 + rate / 2 / 700)
    places = np.linspace(2595 * np.log10(1 + LOWEST / 700), highest, NUM_BANDS + 2)
    edges = 700 * (10 ** (places / 2595) - 1)
    frequencies = np.fft.rfftfreq(length, 1 / rate)[:, None]
    rising = (frequencies - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - frequencies) / (edges[2:] - edges[1:-1])
    return np.maximum(0.0, np.minimum(rising, falling))
