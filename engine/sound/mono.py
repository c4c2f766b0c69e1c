"""Mono: one channel of a file's sound, at a rate of choice, while it is being decoded.

The channels' average; or, where they cancel each other, the loudest of them, which takes a second reading.
Amplitudes beyond [-1, 1] are scaled down together so that the peak is 1.
"""

from dataclasses import dataclass

import numpy as np
import soxr

from engine.errors import UnreadableFileError
from engine.sound.audio import Audio
from engine.sound.sound_blocks import Block, Opening, SoundBlocks, truncated

CANCELLED = 0.1  # the average of channels is so much weaker than the loudest, where they cancel
MAX_VALUES = 250_000_000  # samples of all channels together: ten minutes of two at 192 kHz


@dataclass(frozen=True)
class Wanted:
    """How much of a sound is read, and how.

    Args:
        max_seconds: longer files are refused, from the header where it can be trusted to say.
        is_cut: or are read so far and no further.
        sample_rate: Hz; None for the file's own.
    """

    max_seconds: float
    is_cut: bool = False
    sample_rate: int | None = None


def read_mono(opening: Opening, wanted: Wanted) -> Audio:
    """All that is wanted of a file.

    Raises:
        UnreadableFileError: it is too long or too large, cut off, or not finite.
    """
    mono = _read(opening, wanted, None)
    if mono.power < CANCELLED**2 * mono.powers.max(initial=0.0):
        mono = _read(opening, wanted, int(mono.powers.argmax()))
    return mono.audio()


def _read(opening: Opening, wanted: Wanted, channel: int | None) -> "_Mono":
    with opening() as found:
        mono = _Mono(found, wanted, channel)
        mono.check(found.claimed)
        for block in found.blocks:
            if mono.take(block):
                return mono
        if mono.length < found.claimed:
            raise truncated(found.name, mono.length / found.sample_rate, found.claimed / found.sample_rate)
    return mono


class _Mono:
    """One channel, as far as it has been read."""

    def __init__(self, found: SoundBlocks, wanted: Wanted, channel: int | None):
        self.found, self.wanted, self.channel = found, wanted, channel
        self.most = int(wanted.max_seconds * found.sample_rate)
        self.length = 0
        self.power, self.peak = 0.0, 0.0
        self.powers = np.zeros(found.channels)
        self.sample_rate = wanted.sample_rate or found.sample_rate
        self._parts: list[np.ndarray] = []
        self._stream = None
        if self.sample_rate != found.sample_rate:
            self._stream = soxr.ResampleStream(found.sample_rate, self.sample_rate, 1, dtype="float32")

    def take(self, block: Block) -> bool:
        """The next block; whether there is enough."""
        if not np.isfinite(block).all():
            raise UnreadableFileError(f"{self.found.name} holds NaN or infinite samples; export it again")
        if self.wanted.is_cut:
            block = block[: self.most - self.length]
        self.length += len(block)
        self.check(self.length)
        one = block.mean(axis=1, dtype=np.float64) if self.channel is None else block[:, self.channel]
        self.peak = max(self.peak, float(np.abs(one).max(initial=0.0)))
        self.power += float(np.square(one, dtype=np.float64).sum())
        self.powers += np.square(block, dtype=np.float64).sum(axis=0)
        samples = one.astype(np.float32)
        self._parts.append(samples if self._stream is None else self._stream.resample_chunk(samples))
        return self.wanted.is_cut and self.length >= self.most

    def check(self, length: int) -> None:
        """Refuse what is longer or larger than is read."""
        name, seconds = self.found.name, length / self.found.sample_rate
        if length > self.most and not self.wanted.is_cut:
            most = f"at most {self.wanted.max_seconds / 60:g} min are read; cut out the part that you want"
            raise UnreadableFileError(f"{name} lasts {seconds / 60:,.1f} min or more but {most}")
        if min(length, self.most) * self.found.channels > MAX_VALUES:
            raise UnreadableFileError(
                f"{name} is too large: {self.found.channels} channels at {self.found.sample_rate:,} Hz for "
                f"{seconds / 60:,.1f} min or more; export it with one channel at 48 kHz or less"
            )

    def audio(self) -> Audio:
        """What was read."""
        if self._stream is not None:
            self._parts.append(self._stream.resample_chunk(np.zeros(0, np.float32), last=True))
        samples = np.concatenate(self._parts) if self._parts else np.zeros(0, np.float32)
        samples /= max(1.0, self.peak)
        return Audio(samples.clip(-1, 1, out=samples), self.sample_rate)
