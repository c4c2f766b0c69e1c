"""SoundPieces: a sound as browsers fetch it: MP3 files of a few seconds, ready while the rest is still made.

Conventions
    piece    {"start": seconds, "seconds": how long it is, "path": where browsers may fetch it}
    overlap  each but the last ends with the start of the next, for a crossfade
    level    the browser turns a piece up or down by ``gain`` dB: the level of a sound is known only at its
             end, and pieces are heard before that. Pieces are stored ``HEADROOM`` dB below the sound, which
             may exceed full scale.
"""

from itertools import chain, repeat
from typing import Any

import numpy as np
from jaxtyping import Float32

from engine.rendering import safe_gain
from engine.sound import Audio, decibels, mp3_bytes
from pages.house import served_bytes

OVERLAP = 0.05  # seconds; sound.js has it too
PIECE_SECONDS = (1, 1, 2, 4, 8)  # of the first pieces, so that the first is soon there; then 8 for all others
HEADROOM = 6.0  # dB
MEASURED_SECONDS = 30.0  # of sound; until then the gain follows what has come, then it stays until the end

Samples = Float32[np.ndarray, "time *channel"]


class SoundPieces:
    """A sound, cut into pieces as it comes.

    Args:
        stem: what the names of its files begin with.
        sample_rate: in Hz, 44,100 or 48,000.
    """

    def __init__(self, stem: str, sample_rate: int):
        self._stem, self._sample_rate = stem, sample_rate
        self._parts: list[Samples] = []
        self._rest: Samples | None = None  # from the start of the next piece on
        self._num_samples = self._start = 0
        self._lengths = chain(PIECE_SECONDS, repeat(PIECE_SECONDS[-1]))
        self._stop = self._samples_of(next(self._lengths))
        self.pieces: list[dict[str, Any]] = []
        self.gain = HEADROOM

    @property
    def seconds(self) -> float:
        """The length of all that has come."""
        return self._num_samples / self._sample_rate

    @property
    def samples(self) -> Samples:
        """All that has come, turned down to full scale where any of it exceeds that."""
        self._parts = [np.concatenate(self._parts)] if self._parts else [np.zeros(0, np.float32)]
        return self._parts[0] / np.float32(max(1.0, np.abs(self._parts[0]).max(initial=0.0)))

    @property
    def value(self) -> dict[str, Any]:
        """The keys of a lane's value that hold the sound."""
        return {"pieces": tuple(self.pieces), "gain": self.gain}

    def push(self, samples: Samples) -> None:
        """Take the next samples, and write each piece as soon as it is whole."""
        self._parts.append(samples)
        self._rest = samples if self._rest is None else np.concatenate([self._rest, samples])
        self._num_samples += len(samples)
        num_pieces, overlap = len(self.pieces), self._samples_of(OVERLAP)
        while self._num_samples >= self._stop + overlap:
            length = self._stop - self._start
            self._add(self._rest[: length + overlap])
            self._rest = self._rest[length:]
            self._start = self._stop
            self._stop += self._samples_of(next(self._lengths))
        if len(self.pieces) > num_pieces and self.seconds <= MEASURED_SECONDS:
            self._measure()

    def finish(self) -> None:
        """Write the rest as the last piece, since no more samples come."""
        if self._num_samples > self._start:
            self._add(self._rest)
        self._measure()

    def _samples_of(self, seconds: float) -> int:
        return round(seconds * self._sample_rate)

    def _measure(self) -> None:
        samples = self.samples
        lowered = max(1.0, float(np.abs(self._parts[0]).max(initial=0.0)))
        gain = safe_gain(Audio(samples, self._sample_rate)) - decibels(lowered)
        self.gain = round(HEADROOM + gain, 2)

    def _add(self, samples: Samples) -> None:
        lower = np.clip(samples * np.float32(10 ** (-HEADROOM / 20)), -1, 1)
        content = mp3_bytes(Audio(lower, self._sample_rate))
        self.pieces.append(
            {
                "start": round(self._start / self._sample_rate, 6),
                "seconds": round(len(samples) / self._sample_rate, 6),
                "path": served_bytes(content, f"{self._stem}-{len(self.pieces) + 1}.mp3"),
            }
        )


def pieces_of(audio: Audio, stem: str) -> dict[str, Any]:
    """The keys of a lane's value that hold a whole sound, which is at its level already."""
    sound = SoundPieces(stem, audio.sample_rate)
    sound.push(audio.samples)
    sound.finish()
    return {**sound.value, "gain": HEADROOM}
