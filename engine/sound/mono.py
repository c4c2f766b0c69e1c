"""Mono: a file's sound mixed to one channel, at any sample rate, while the file is decoded.

The mix is the average of the channels. If they cancel each other it is the loudest of them, and the file is
read a second time for it. If amplitudes go beyond [-1, 1], the whole sound is scaled down to a peak of 1.
"""

from dataclasses import dataclass

import numpy as np
import soxr

from engine.errors import UnreadableFileError
from engine.sound.audio import Audio
from engine.sound.sound_blocks import Block, Opening, SoundBlocks, truncated

CANCELLED_RATIO = (
    0.1  # channels cancel if their average has less than this share of the loudest channel's amplitude
)
MAX_VALUES = 250_000_000  # samples of all channels together: ten minutes of two at 192 kHz


@dataclass(frozen=True)
class Wanted:
    """How much of a sound is read, and how.

    Args:
        max_seconds: longer files are refused, by the header alone where it can be trusted.
        is_cut: longer files are cut to ``max_seconds`` instead of refused.
        sample_rate: rate of the result in Hz; None for the file's own.
    """

    max_seconds: float
    is_cut: bool = False
    sample_rate: int | None = None


def read_mono(opening: Opening, wanted: Wanted) -> Audio:
    """One channel of what ``opening`` opens, as ``wanted`` says.

    Raises:
        UnreadableFileError: it is too long or too large, cut off, or not finite.
    """
    mono = _read(opening, wanted, None)
    if mono.power < CANCELLED_RATIO**2 * mono.powers.max(initial=0.0):
        mono = _read(opening, wanted, int(mono.powers.argmax()))
    return mono.audio()


def _read(opening: Opening, wanted: Wanted, channel: int | None) -> "_Mono":
    with opening() as sound:
        mono = _Mono(sound, wanted, channel)
        mono.check(sound.claimed)
        for block in sound.blocks:
            if mono.take(block):
                return mono
        if mono.length < sound.claimed:
            raise truncated(sound.name, mono.length / sound.sample_rate, sound.claimed / sound.sample_rate)
    return mono


class _Mono:
    """The mix as far as it has been read; ``channel`` is the one that is taken, None for their average."""

    def __init__(self, sound: SoundBlocks, wanted: Wanted, channel: int | None):
        self.sound, self.wanted, self.channel = sound, wanted, channel
        self.max_length = int(wanted.max_seconds * sound.sample_rate)
        self.length = 0
        self.power, self.peak = 0.0, 0.0
        self.powers = np.zeros(sound.channels)
        self.sample_rate = wanted.sample_rate or sound.sample_rate
        self._parts: list[np.ndarray] = []
        self._stream = None
        if self.sample_rate != sound.sample_rate:
            self._stream = soxr.ResampleStream(sound.sample_rate, self.sample_rate, 1, dtype="float32")

    def take(self, block: Block) -> bool:
        """Add the next block; returns whether no more is wanted."""
        if not np.isfinite(block).all():
            raise UnreadableFileError(f"{self.sound.name} holds NaN or infinite samples; export it again")
        if self.wanted.is_cut:
            block = block[: self.max_length - self.length]
        self.length += len(block)
        self.check(self.length)
        mixed = block.mean(axis=1, dtype=np.float64) if self.channel is None else block[:, self.channel]
        self.peak = max(self.peak, float(np.abs(mixed).max(initial=0.0)))
        self.power += float(np.square(mixed, dtype=np.float64).sum())
        self.powers += np.square(block, dtype=np.float64).sum(axis=0)
        samples = mixed.astype(np.float32)
        self._parts.append(samples if self._stream is None else self._stream.resample_chunk(samples))
        return self.wanted.is_cut and self.length >= self.max_length

    def check(self, length: int) -> None:
        """Refuse a file of this many samples per channel if it is too long or too large."""
        name, seconds = self.sound.name, length / self.sound.sample_rate
        if length > self.max_length and not self.wanted.is_cut:
            limit = f"at most {self.wanted.max_seconds / 60:g} min are read; cut out the part that you want"
            raise UnreadableFileError(f"{name} lasts {seconds / 60:,.1f} min or more but {limit}")
        if min(length, self.max_length) * self.sound.channels > MAX_VALUES:
            raise UnreadableFileError(
                f"{name} is too large: {self.sound.channels} channels at {self.sound.sample_rate:,} Hz for "
                f"{seconds / 60:,.1f} min or more; export it with one channel at 48 kHz or less"
            )

    def audio(self) -> Audio:
        """The sound that was read, its peak at most 1."""
        if self._stream is not None:
            self._parts.append(self._stream.resample_chunk(np.zeros(0, np.float32), last=True))
        samples = np.concatenate(self._parts) if self._parts else np.zeros(0, np.float32)
        samples /= max(1.0, self.peak)
        return Audio(samples.clip(-1, 1, out=samples), self.sample_rate)
