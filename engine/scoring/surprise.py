"""Surprise: how unexpected each frame of a piece is to a model that has read the frames before it.

Conventions
    nats    -log p(frame | frames before), natural logarithm; for sound p may be a density, and nats negative
    bits    per 16-bit sample: from the density integrated over the bins of the samples, so never negative
    moment  an index into values that follow one another in time
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32, Float64
from torch import Tensor

from engine.errors import InvalidValueError
from engine.models import Model
from engine.representations import Representation
from engine.scoring.likelihood import LogLikelihood, bin_log_probs, read_in_parts
from engine.scoring.transposition import best_row, in_all_keys


@dataclass(frozen=True)
class Surprise:
    """How unexpected every frame of one piece is to one model.

    Args:
        nats: for each frame.
        bits_per_sample: for each frame of sound, the mean over its samples; None for notes.
        transposed_semitones: what was added to the notes to reach the key that the model finds likeliest.
    """

    nats: Float64[Tensor, " time"]
    bits_per_sample: Float64[Tensor, " time"] | None = None
    transposed_semitones: int = 0

    @property
    def likelihood(self) -> LogLikelihood:
        """The log-likelihood of the whole piece."""
        return LogLikelihood.of(-self.nats.unsqueeze(0))

    @property
    def values(self) -> Float64[Tensor, " time"]:
        """The value that is shown for each frame: nats for notes, bits per sample for sound."""
        return self.nats if self.bits_per_sample is None else self.bits_per_sample

    @property
    def mean(self) -> float:
        """The mean of the values shown."""
        return float(self.values.mean())


class Reading:
    """A piece read by a model part by part, so that memory stays bounded and the work can be interrupted.

    Notes are read in all of the twelve keys that keep them on the keyboard, at once.

    Args:
        frames: the whole piece.
        mean_pitch: mean MIDI number of the notes that the model was fitted to; the piece is read near it, or
            near the middle of the keyboard if it is None.

    Raises:
        InvalidValueError: there is no frame, or frames are not this model's.
    """

    def __init__(
        self,
        model: Model,
        representation: Representation,
        frames: Float32[Tensor, "time event"],
        mean_pitch: float | None = None,
    ):
        if len(frames) == 0:
            raise InvalidValueError("there is no frame to score: give a longer piece")
        self._waveform = None if representation.facts.holds_notes else representation
        self._semitones, sequences = [0], frames.unsqueeze(0)
        if self._waveform is None:
            self._semitones, sequences = in_all_keys(representation, frames, mean_pitch)
        self._parts = read_in_parts(model, sequences)
        self._log_probs: list[Tensor] = []
        self._bin_log_probs: list[Tensor] = []
        self.num_frames = len(frames)
        self.num_read = 0

    @property
    def is_whole(self) -> bool:
        """Whether all frames have been read."""
        return self.num_read == self.num_frames

    @torch.no_grad()
    def go_on(self) -> None:
        """Read the next part."""
        part, distribution = next(self._parts)
        self._log_probs.append(distribution.log_prob(part).double())
        if self._waveform is not None:
            self._bin_log_probs.append(bin_log_probs(distribution, self._waveform, part))
        self.num_read += part.shape[1]

    def surprise(self) -> Surprise:
        """The surprise of all frames, in the best key.

        Raises:
            InvalidValueError: the likelihood is not finite.
        """
        log_probs = torch.cat(self._log_probs, 1)
        if not log_probs.isfinite().all():
            raise InvalidValueError(
                "the likelihood is not finite: the model has diverged, fit it with a lower learning rate"
            )
        row = best_row(self._semitones, log_probs.sum(1))
        bits = None
        if self._waveform is not None:
            per_sample = self._waveform.frame_size * float(np.log(2))
            bits = -torch.cat(self._bin_log_probs, 1)[0] / per_sample
        return Surprise(-log_probs[row], bits, self._semitones[row])


def surprise_of(
    model: Model,
    representation: Representation,
    frames: Float32[Tensor, "time event"],
    mean_pitch: float | None = None,
) -> Surprise:
    """The surprise of a whole piece at once; arguments and errors are those of Reading."""
    reading = Reading(model, representation, frames, mean_pitch)
    while not reading.is_whole:
        reading.go_on()
    return reading.surprise()


def window_means(values: Float64[Tensor, " time"], width: int) -> Float64[Tensor, " window"]:
    """The means of consecutive groups of ``width`` values; the last group may be smaller."""
    return torch.stack([part.mean() for part in values.split(width)])


def extreme_moments(
    values: Float64[Tensor, " time"], count: int, apart: int = 1
) -> tuple[list[int], list[int]]:
    """Where the values are highest, and where lowest, the most extreme first.

    Args:
        count: at most this many of each: highest ones not below the mean, lowest ones not above it.
        apart: no two of a kind are nearer to each other than this; of equal values the earlier is taken.
    """
    mean = float(values.mean())
    ascending = [row for row in torch.argsort(values, stable=True).tolist() if float(values[row]) <= mean]
    descending = [row for row in torch.argsort(-values, stable=True).tolist() if float(values[row]) >= mean]
    return _spread(descending, count, apart), _spread(ascending, count, apart)


def _spread(moments: Sequence[int], count: int, apart: int) -> list[int]:
    chosen: list[int] = []
    for moment in moments:
        if len(chosen) == count:
            break
        if all(abs(moment - taken) >= apart for taken in chosen):
            chosen.append(moment)
    return chosen
