"""Spectra as an ear divides them: log power in bands of equal width on the mel scale.

mel(f) = 2595 log10(1 + f / 700)
"""

import numpy as np
from jaxtyping import Float32, Float64

from engine.sound.audio import Audio

MOMENT_STEP = 0.01  # seconds between the starts of two moments (short stretches of sound)
MEL_SECONDS = 0.032  # length of the moment that a spectrum is taken of
NUM_BANDS = 32
LOWEST_HERTZ = 60.0  # where the lowest band starts
POWER_FLOOR = 1e-9  # added to the power of each band, so that silence has a logarithm


def moments(sound: Audio, seconds: float) -> Float32[np.ndarray, "moment time"]:
    """All stretches of ``seconds``, one every ``MOMENT_STEP`` seconds; none if the sound is shorter."""
    length, step = int(seconds * sound.sample_rate), int(MOMENT_STEP * sound.sample_rate)
    if len(sound.samples) < length:
        return np.zeros((0, length), np.float32)
    return np.lib.stride_tricks.sliding_window_view(sound.samples, length)[::step]


def log_mel(sound: Audio, stride: int = 1) -> Float64[np.ndarray, "moment band"]:
    """Power of each band in dB, at every ``stride``-th moment."""
    stretches = moments(sound, MEL_SECONDS)[::stride].astype(np.float64)
    length = stretches.shape[1]
    window = np.hanning(length)
    power = np.abs(np.fft.rfft(stretches * window)) ** 2 / (window**2).sum() / length
    return 10 * np.log10(power @ _bands(length, sound.sample_rate) + POWER_FLOOR)


def _bands(length: int, rate: int) -> Float64[np.ndarray, "frequency band"]:
    """Weights of the bands: triangles, each from the middle of the band below to that of the band above."""
    highest = 2595 * np.log10(1 + rate / 2 / 700)
    places = np.linspace(2595 * np.log10(1 + LOWEST_HERTZ / 700), highest, NUM_BANDS + 2)
    edges = 700 * (10 ** (places / 2595) - 1)
    frequencies = np.fft.rfftfreq(length, 1 / rate)[:, None]
    rising = (frequencies - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - frequencies) / (edges[2:] - edges[1:-1])
    return np.maximum(0.0, np.minimum(rising, falling))
