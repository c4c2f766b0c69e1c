"""Tones: recordings that nobody made, for tests that need a sound file."""

from pathlib import Path

import numpy as np
import soundfile


def write_tone(path: Path, seconds: float, sample_rate: int = 8_000) -> Path:
    """A sine whose pitch and loudness wander, as 16-bit WAV."""
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    samples = 0.3 * np.sin(2 * np.pi * (300 + 80 * time) * time) * (1 + 0.5 * np.sin(9 * time))
    soundfile.write(path, samples.astype(np.float32), sample_rate, "PCM_16")
    return path
