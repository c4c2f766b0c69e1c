"""Instrument: FluidSynth under somebody's hands: keys go down and up, and between that it sounds."""

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float32

BLOCK_LENGTH = 65_536  # samples asked for at once


class Instrument:
    """One synthesiser, which belongs to whoever opened it; it is given back by ``close``.

    Args:
        synth: of pyfluidsynth, with its programs chosen.
        write_float: FluidSynth's function of this name.
    """

    def __init__(self, synth: Any, write_float: Callable[..., int]):
        self._synth, self._write_float = synth, write_float

    def strike(self, pitch: int, velocity: int, channel: int = 0) -> None:
        """A key goes down, so hard: 1 to 127."""
        self._synth.noteon(channel, pitch, velocity)

    def release(self, pitch: int, channel: int = 0) -> None:
        """It comes up."""
        self._synth.noteoff(channel, pitch)

    def sound(self, num_samples: int) -> Float32[np.ndarray, " time"]:
        """What it plays next: the mean of its two channels, of any amplitude."""
        samples = np.zeros(num_samples, np.float32)
        for start in range(0, num_samples, BLOCK_LENGTH):
            block = samples[start : start + BLOCK_LENGTH]
            stereo = np.zeros((len(block), 2), np.float32)
            self._write_float(
                self._synth.synth, len(block), stereo.ctypes.data, 0, 2, stereo.ctypes.data, 1, 2
            )
            block[:] = stereo.mean(1)
        return samples

    def close(self) -> None:
        """Give its memory back; closing twice is harmless."""
        if self._synth is not None:
            self._synth.delete()
            self._synth = None
