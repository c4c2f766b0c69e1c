"""Instrument: FluidSynth under somebody's hands: keys go down and up, and between that it sounds.

Low keys sound from the left and high ones from the right, as before a piano. FluidSynth places channels, not
keys, so an octave or two have a channel of their own; so has each layer of them, where a key goes down again
before it has come up.
"""

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float32

BLOCK_LENGTH = 65_536  # samples asked for at once
CHANNELS = [channel for channel in range(16) if channel != 9]  # that one plays drums
FIRST_RIGHT = (36, 52, 67, 79)  # keys at which the next place begins
PLACES = (42, 53, 64, 75, 86)  # of 0 (left) to 127 (right)
MAX_LAYERS = len(CHANNELS) // len(PLACES)
PAN = 10  # the controller


class Instrument:
    """One synthesiser, which belongs to whoever opened it; it is given back by ``close``.

    Args:
        synth: of pyfluidsynth, with the programs of all channels chosen.
        write_float: FluidSynth's function of this name.
    """

    def __init__(self, synth: Any, write_float: Callable[..., int]):
        self._synth, self._write_float = synth, write_float
        for place, channel in enumerate(CHANNELS):
            synth.cc(channel, PAN, PLACES[place % len(PLACES)])

    def strike(self, pitch: int, velocity: int, layer: int = 0) -> None:
        """A key goes down, so hard: 1 to 127."""
        self._synth.noteon(_channel(pitch, layer), pitch, velocity)

    def release(self, pitch: int, layer: int = 0) -> None:
        """It comes up."""
        self._synth.noteoff(_channel(pitch, layer), pitch)

    def sound(self, num_samples: int) -> Float32[np.ndarray, "time 2"]:
        """What it plays next, of any amplitude."""
        samples = np.zeros((num_samples, 2), np.float32)
        for start in range(0, num_samples, BLOCK_LENGTH):
            block = samples[start : start + BLOCK_LENGTH]
            self._write_float(self._synth.synth, len(block), block.ctypes.data, 0, 2, block.ctypes.data, 1, 2)
        return samples

    def close(self) -> None:
        """Give its memory back; closing twice is harmless."""
        if self._synth is not None:
            self._synth.delete()
            self._synth = None


def _channel(pitch: int, layer: int) -> int:
    return CHANNELS[min(layer, MAX_LAYERS - 1) * len(PLACES) + bisect_right(FIRST_RIGHT, pitch)]
