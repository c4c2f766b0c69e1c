"""Instrument: FluidSynth played key by key: keys go down and up, and in between it sounds.

Low keys sound from the left and high ones from the right, as at a piano. FluidSynth pans channels, not keys,
so every octave or two has a channel of its own, and one more for each layer: another layer is used where a
key goes down again before it has come up.
"""

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float32

PLAYED_BLOCK_LENGTH = 65_536  # samples asked for at once
MELODIC_CHANNELS = [channel for channel in range(16) if channel != 9]  # channel 9 plays drums
FIRST_KEYS = (36, 52, 67, 79)  # MIDI numbers of the lowest key of each place but the first
PLACE_PANS = (42, 53, 64, 75, 86)  # of each place, from 0 (left) to 127 (right)
MAX_KEY_LAYERS = len(MELODIC_CHANNELS) // len(PLACE_PANS)
PAN_CONTROLLER = 10


class Instrument:
    """One synthesiser, which belongs to whoever opened it; ``close`` gives its memory back.

    Args:
        synth: a Synth of pyfluidsynth, with the programs of all channels chosen.
        write_float: FluidSynth's function ``fluid_synth_write_float``.
    """

    def __init__(self, synth: Any, write_float: Callable[..., int]):
        self._synth, self._write_float = synth, write_float
        for place, channel in enumerate(MELODIC_CHANNELS):
            synth.cc(channel, PAN_CONTROLLER, PLACE_PANS[place % len(PLACE_PANS)])

    def strike(self, pitch: int, velocity: int, layer: int = 0) -> None:
        """Press a key, with a velocity of 1 to 127."""
        self._synth.noteon(_channel(pitch, layer), pitch, velocity)

    def release(self, pitch: int, layer: int = 0) -> None:
        """Let a key go."""
        self._synth.noteoff(_channel(pitch, layer), pitch)

    def sound(self, num_samples: int) -> Float32[np.ndarray, "time 2"]:
        """The next ``num_samples`` of what it plays, of any amplitude."""
        samples = np.zeros((num_samples, 2), np.float32)
        for start in range(0, num_samples, PLAYED_BLOCK_LENGTH):
            block = samples[start : start + PLAYED_BLOCK_LENGTH]
            self._write_float(self._synth.synth, len(block), block.ctypes.data, 0, 2, block.ctypes.data, 1, 2)
        return samples

    def close(self) -> None:
        """Give its memory back; closing twice is harmless."""
        if self._synth is not None:
            self._synth.delete()
            self._synth = None


def _channel(pitch: int, layer: int) -> int:
    place = bisect_right(FIRST_KEYS, pitch)
    return MELODIC_CHANNELS[min(layer, MAX_KEY_LAYERS - 1) * len(PLACE_PANS) + place]
