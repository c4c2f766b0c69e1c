"""Instrument: FluidSynth played key by key: the caller presses and releases keys and asks for the sound.

Low keys sound from the left and high ones from the right, as at a piano. FluidSynth pans channels, not keys,
so the keyboard is divided into places of an octave or more, and each place has a separate channel in each
layer. A second layer is used if a key is pressed again before it was released.
"""

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float32

PLAYED_BLOCK_LENGTH = 65_536  # samples that FluidSynth is asked for at once
MELODIC_CHANNELS = [channel for channel in range(16) if channel != 9]  # channel 9 plays drums
FIRST_KEYS = (36, 52, 67, 79)  # MIDI numbers of the lowest key of each place but the first
PLACE_PANS = (42, 53, 64, 75, 86)  # pan of each place, from 0 (left) to 127 (right)
MAX_KEY_LAYERS = len(MELODIC_CHANNELS) // len(PLACE_PANS)
PAN_CONTROLLER = 10


class Instrument:
    """One FluidSynth synthesiser; the caller that opened it must call ``close`` to free its memory.

    Args:
        synth: a Synth of pyfluidsynth, with the programs of all channels chosen.
        write_float: FluidSynth's function ``fluid_synth_write_float``.
    """

    def __init__(self, synth: Any, write_float: Callable[..., int]):
        self._synth, self._write_float = synth, write_float
        for place, channel in enumerate(MELODIC_CHANNELS):
            synth.cc(channel, PAN_CONTROLLER, PLACE_PANS[place % len(PLACE_PANS)])

    def strike(self, pitch: int, velocity: int, layer: int = 0) -> None:
        """Press a key (MIDI number), with a velocity of 1 to 127."""
        self._synth.noteon(_channel(pitch, layer), pitch, velocity)

    def release(self, pitch: int, layer: int = 0) -> None:
        """Release a key."""
        self._synth.noteoff(_channel(pitch, layer), pitch)

    def sound(self, num_samples: int) -> Float32[np.ndarray, "time 2"]:
        """The next ``num_samples`` samples of each channel, of any amplitude."""
        samples = np.zeros((num_samples, 2), np.float32)
        for start in range(0, num_samples, PLAYED_BLOCK_LENGTH):
            block = samples[start : start + PLAYED_BLOCK_LENGTH]
            self._write_float(self._synth.synth, len(block), block.ctypes.data, 0, 2, block.ctypes.data, 1, 2)
        return samples

    def close(self) -> None:
        """Free its memory; closing twice is harmless."""
        if self._synth is not None:
            self._synth.delete()
            self._synth = None


def _channel(pitch: int, layer: int) -> int:
    place = bisect_right(FIRST_KEYS, pitch)
    return MELODIC_CHANNELS[min(layer, MAX_KEY_LAYERS - 1) * len(PLACE_PANS) + place]
