"""Spectra as an ear divides them: logarithms of the power in bands of equal width on the mel scale.

mel(f) = 2595 log10(1 + f / 700)
"""

import numpy as np
from jaxtyping import Float64

from engine.sound import Audio
from training.draws.speech.loudness import STEP, moments

MOMENT = 0.032  # seconds
NUM_BANDS = 32
LOWEST = 60.0  # Hz
FLOOR = 1e-9  # of full scale, in power
HELD_SECONDS, HELD_CHANGE = 2.0, 2.0  # dB


def log_mel(sound: Audio) -> Float64[np.ndarray, "moment band"]:
    """dB, every hundredth of a second."""
    found = moments(sound, MOMENT).astype(np.float64)
    window = np.hanning(found.shape[1])
    power = np.abs(np.fft.rfft(found * window)) ** 2 / (window**2).sum() / found.shape[1]
    return 10 * np.log10(power @ _bands(found.shape[1], sound.sample_rate) + FLOOR)


def stands_still(sound: Audio) -> bool:
    """Whether for two seconds no band moves by more than 2 dB, on the average (a standard deviation)."""
    bands, length = log_mel(sound), int(HELD_SECONDS / STEP)
    parts = [bands[start : start + length] for start in range(0, len(bands) - length + 1, length // 2)]
    return any(part.std(0).mean() < HELD_CHANGE for part in parts)


def _bands(length: int, rate: int) -> Float64[np.ndarray, "frequency band"]:
    """Triangles, each from the middle of the one below to that of the one above."""
    highest = 2595 * np.log10(1 + rate / 2 / 700)
    places = np.linspace(2595 * np.log10(1 + LOWEST / 700), highest, NUM_BANDS + 2)
    edges = 700 * (10 ** (places / 2595) - 1)
    frequencies = np.fft.rfftfreq(length, 1 / rate)[:, None]
    rising = (frequencies - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - frequencies) / (edges[2:] - edges[1:-1])
    return np.maximum(0.0, np.minimum(rising, falling))
