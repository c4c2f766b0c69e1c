"""Exact log-likelihoods of sequences of frames under a model.

Conventions
    nats       natural logarithms; a *score* is a negative log-likelihood, lower is better
    mask       shape (batch, time), True where a frame counts; padding and primes do not count

Papers average differently, so a score is given three ways: pooled (all nats over all frames), the
mean over sequences of each sequence's mean, and pooled without each sequence's first frame.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Float64, Int64
from torch import Tensor

from engine.errors import InvalidValueError
from engine.heads import Distribution, GaussianMixture
from engine.models import Model
from engine.representations import Waveform

PART_FRAMES = 4_096  # frames of a part, all sequences and keys together, if pieces are read in parts


@dataclass(frozen=True)
class LogLikelihood:
    """Log-likelihoods of some sequences, in nats, summed in float64.

    Args:
        totals: the sum over the frames that count, for each sequence.
        first: the log-likelihood of each sequence's first frame; 0 if that does not count.
        num_frames: how many frames of each sequence count.
        num_first: for each sequence, 1 if its first frame counts, else 0.
    """

    totals: Float64[Tensor, " sequence"]
    first: Float64[Tensor, " sequence"]
    num_frames: Int64[Tensor, " sequence"]
    num_first: Int64[Tensor, " sequence"]

    @property
    def num_sequences(self) -> int:
        """The number of sequences."""
        return len(self.totals)

    @property
    def nats_per_frame(self) -> float:
        """Pooled negative log-likelihood per frame; NaN if no frame counts."""
        return _ratio(-self.totals.sum(), self.num_frames.sum())

    @property
    def nats_per_frame_sequence_mean(self) -> float:
        """Mean of the sequences' negative log-likelihoods per frame; those without frames are left out."""
        counted = self.num_frames > 0
        means = -self.totals[counted] / self.num_frames[counted]
        return _ratio(means.sum(), counted.sum())

    @property
    def nats_per_frame_without_first(self) -> float:
        """Pooled like ``nats_per_frame``, but no sequence's first frame counts."""
        return _ratio(-(self.totals - self.first).sum(), (self.num_frames - self.num_first).sum())

    def bits_per(self, events_per_frame: int) -> float:
        """The pooled score in bits per event, if a frame holds ``events_per_frame`` events (samples)."""
        return self.nats_per_frame / events_per_frame / math.log(2)

    def sequence(self, index: int) -> "LogLikelihood":
        """The log-likelihood of one sequence alone."""
        row = slice(index, index + 1)
        return LogLikelihood(self.totals[row], self.first[row], self.num_frames[row], self.num_first[row])

    @classmethod
    def join(cls, parts: Sequence["LogLikelihood"]) -> "LogLikelihood":
        """All sequences of several results.

        Raises:
            InvalidValueError: there is no part.
        """
        if not parts:
            raise InvalidValueError("there is nothing to score: no sequence was given")
        return cls(
            totals=torch.cat([part.totals for part in parts]),
            first=torch.cat([part.first for part in parts]),
            num_frames=torch.cat([part.num_frames for part in parts]),
            num_first=torch.cat([part.num_first for part in parts]),
        )

    @classmethod
    def of(
        cls, log_probs: Float[Tensor, "batch time"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> "LogLikelihood":
        """Sum the log-probabilities of frames; those where the mask is False may even be NaN."""
        if mask is None:
            mask = torch.ones(log_probs.shape, dtype=torch.bool, device=log_probs.device)
        counted = torch.where(mask, log_probs.double(), 0.0).cpu()
        mask = mask.cpu()
        return cls(counted.sum(1), counted[:, :1].sum(1), mask.sum(1), mask[:, :1].sum(1))


@torch.no_grad()
def log_likelihood(
    model: Model,
    frames: Float[Tensor, "batch time event"],
    mask: Bool[Tensor, "batch time"] | None = None,
) -> LogLikelihood:
    """Exact log-likelihood of whole sequences, state carried from the first frame to the last.

    Args:
        frames: sequences, padded at their ends to one length.
        mask: True where a frame counts; all frames count by default.

    Raises:
        InvalidValueError: frames have another width than the model's.
    """
    _check_width(model, frames)
    distribution, _ = model(frames)
    return LogLikelihood.of(distribution.log_prob(frames), mask)


@torch.no_grad()
def continuation_likelihood(
    model: Model, frames: Float[Tensor, "time event"], num_prime_frames: int
) -> tuple[LogLikelihood, LogLikelihood]:
    """The log-likelihoods of a prime, and of what follows it given the prime, in one pass of bounded memory.

    Args:
        frames: prime and continuation.
        num_prime_frames: 0 … len(frames); the likelihood per frame of an empty part is NaN.

    Raises:
        InvalidValueError: frames have another width than the model's, or the prime is longer than the frames.
    """
    _check_width(model, frames)
    if not 0 <= num_prime_frames <= len(frames):
        raise InvalidValueError(f"num_prime_frames={num_prime_frames} must be between 0 and {len(frames)}")
    parts = read_in_parts(model, frames.unsqueeze(0))
    log_probs = [frames.new_zeros(1, 0), *(distribution.log_prob(part) for part, distribution in parts)]
    log_probs = torch.cat(log_probs, 1)
    is_prime = torch.arange(len(frames), device=frames.device).unsqueeze(0) < num_prime_frames
    return LogLikelihood.of(log_probs, is_prime), LogLikelihood.of(log_probs, ~is_prime)


@torch.no_grad()
def read_in_parts(
    model: Model, frames: Float[Tensor, "batch time event"], singly_from: int | None = None
) -> Iterator[tuple[Tensor, Distribution]]:
    """Read sequences of any length with teacher forcing, within bounded memory.

    The state goes from part to part, so the distributions are those of one pass, up to rounding.

    Args:
        singly_from: from this frame on, each part is a single frame.

    Yields:
        The frames of a part, and their distribution with leading axes (batch, time of the part).

    Raises:
        InvalidValueError: frames have another width than the model's.
    """
    _check_width(model, frames)
    length = max(1, PART_FRAMES // (len(frames) * model.num_keys))
    num_together = frames.shape[1] if singly_from is None else singly_from
    parts = (*frames[:, :num_together].split(length, 1), *frames[:, num_together:].split(1, 1))
    layers, before = None, frames.new_zeros(len(frames), model.context_frames, model.frame_size)
    for part in filter(Tensor.numel, parts):
        distribution, state = model(part, layers, before)
        yield part, distribution
        layers, before = state.layers, torch.cat((before, part), 1)[:, -model.context_frames :]


def bin_log_probs(
    mixture: Distribution, waveform: Waveform, frames: Float[Tensor, "batch time sample"]
) -> Float64[Tensor, "batch time"]:
    """Log-probability in nats of each frame's 16-bit integers; a density is integrated over their bins."""
    if mixture.is_discrete:
        return mixture.log_prob(frames).double()
    wide = GaussianMixture(mixture.mixture_logits.double(), mixture.loc.double(), mixture.log_scale.double())
    return wide.log_bin_prob(*waveform.bin_edges(frames))


def _check_width(model: Model, frames: Tensor) -> None:
    if frames.shape[-1] != model.frame_size:
        raise InvalidValueError(
            f"frames hold {frames.shape[-1]} numbers but the model reads {model.frame_size}"
        )


def _ratio(total: Tensor, count: Tensor) -> float:
    return float(total / count) if count > 0 else math.nan
