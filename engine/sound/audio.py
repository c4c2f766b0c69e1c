"""Audio: the amplitudes of a sound and their sample rate.

Conventions
    samples      float32, amplitudes in [-1, 1], finite; shape (time,), or (time, 2) for left and right
    sample_rate  Hz, an integer
"""

from dataclasses import dataclass

import numpy as np
import soxr
from jaxtyping import Float32

from engine.errors import InvalidValueError

PLAYBACK_SAMPLE_RATES = (44_100, 48_000)  # Hz; every browser plays these


@dataclass(frozen=True)
class Audio:
    """Sound of one channel or of two.

    Raises:
        InvalidValueError: samples are not finite or leave [-1, 1], or the rate is not positive.
    """

    samples: Float32[np.ndarray, "time *channel"]
    sample_rate: int

    def __post_init__(self) -> None:
        if self.sample_rate <= 0:
            raise InvalidValueError(f"sample_rate={self.sample_rate} must be positive, in Hz")
        if not np.isfinite(self.samples).all():
            raise InvalidValueError("the sound holds NaN or infinite samples; export it again")
        if self.peak > 1.0:
            raise InvalidValueError(
                f"amplitudes reach {self.peak:.4g} but must stay in [-1, 1]; are these integers?"
            )

    @property
    def duration_seconds(self) -> float:
        """Length in seconds; 0 for an empty sound."""
        return len(self.samples) / self.sample_rate

    @property
    def peak(self) -> float:
        """The largest absolute amplitude; 0 for an empty sound."""
        return float(np.abs(self.samples).max(initial=0.0))

    @property
    def num_channels(self) -> int:
        """Channels: 1 or 2."""
        return 1 if self.samples.ndim == 1 else self.samples.shape[1]

    @property
    def mono(self) -> "Audio":
        """Its one channel, or the mean of its two."""
        return Audio(self.samples.mean(1), self.sample_rate) if self.num_channels > 1 else self

    def resample(self, sample_rate: int) -> "Audio":
        """The same sound at another rate in Hz, by soxr; its filter's overshoot is clipped to [-1, 1]."""
        if sample_rate == self.sample_rate:
            return self
        samples = soxr.resample(self.samples, self.sample_rate, sample_rate)
        return Audio(np.clip(samples, -1, 1).astype(np.float32), sample_rate)


def decibels(ratio: float) -> float:
    """20 log10 of an amplitude ratio; minus infinity for 0."""
    return 20 * float(np.log10(ratio)) if ratio > 0 else float("-inf")
