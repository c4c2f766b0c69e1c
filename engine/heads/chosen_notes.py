"""ChosenNotes: distributions that choose the notes of a frame one after another.

Conventions
    rank    place in the order of choice: 0 is the highest pitch; the last rank, equal to the number of
            pitches, is the stop, which ends the list
    choice  one element of a list of notes, or the stop
"""

from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor
from torch.nn import functional

from engine.heads.head import Distribution


class Choices(NamedTuple):
    """The next choices of several frames, each as what its frame holds so far.

    Args:
        frames: indices of the frames, all leading axes flattened.
        above: which ranks sound so far, in each of these frames.
        last: the rank of the lowest pitch so far; -1 for none.
    """

    frames: Int64[Tensor, " choice"]
    above: Bool[Tensor, "choice event"]
    last: Int64[Tensor, " choice"]


class Walk(ABC):
    """Goes choice after choice through several frames at once, and remembers what it must of the choices."""

    @abstractmethod
    def log_shares(self, choices: Choices) -> Float[Tensor, "choice rank"]:
        """Logarithms of the probabilities of each rank as the next choice, normalised, given the choices."""

    @abstractmethod
    def take(self, choices: Choices, chosen: Int64[Tensor, " choice"]) -> None:
        """Note which ranks were chosen; ``choices`` are those whose shares were asked for last."""


class ChosenNotes(Distribution):
    """A distribution over sets of pitches, decided from the highest to the lowest, then the stop."""

    size: int
    """Number of pitches in a frame."""
    dtype: torch.dtype
    """The type of its frames and log-probabilities."""

    @property
    def num_uniforms(self) -> int:
        """One for each pitch."""
        return self.size

    @abstractmethod
    def walk(self, num_frames: int) -> Walk:
        """A walk through all its frames, from before their first choice.

        Args:
            num_frames: how many frames the leading axes hold.
        """

    @abstractmethod
    def choice_log_probs(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes choice"]:
        """Nats of each choice that makes up the frame, 0 after the stop; the longest list sets the width."""

    def sample(self, uniforms: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes event"]:
        """Pitch after pitch from the highest: j sounds if uniform j is below its conditional probability.

        One choice decides all pitches down to the next one that sounds: given that it has passed over those
        between the last one and j, it takes j with the probability p(j) / (p(j) + p of all ranks after it).
        """
        numbers = uniforms.reshape(-1, self.size).flip(-1)
        sounding = torch.zeros(numbers.shape, dtype=torch.bool, device=numbers.device)
        last = torch.full((len(numbers),), -1, device=numbers.device)
        active = torch.arange(len(numbers), device=numbers.device)
        walk = self.walk(len(numbers))
        while len(active):
            choices = Choices(active, sounding[active], last[active])
            log_shares = walk.log_shares(choices)
            sounds, rank = next_choice(log_shares, numbers[active], choices.last)
            walk.take(choices, torch.where(sounds, rank, self.size))
            active, rank = active[sounds], rank[sounds]
            sounding[active, rank] = True
            last[active] = rank
        return sounding.flip(-1).to(self.dtype).view(uniforms.shape)


def next_choice(
    log_shares: Float[Tensor, "choice rank"],
    numbers: Float[Tensor, "choice event"],
    last: Int64[Tensor, " choice"],
) -> tuple[Bool[Tensor, " choice"], Int64[Tensor, " choice"]]:
    """Whether another pitch sounds, and its rank: the first whose number is below its conditional share.

    Args:
        log_shares: logarithms of the next choice's probabilities.
        numbers: uniform numbers, by rank.
    """
    left = log_shares.flip(-1).logcumsumexp(-1).flip(-1)  # of each rank: itself and all after it
    conditional = (log_shares - left)[:, :-1].exp()
    below = torch.arange(conditional.shape[1], device=log_shares.device) > last[:, None]
    hits = below & (numbers < conditional)
    return hits.any(-1), hits.int().argmax(-1)  # argmax: the first, thus the highest


def choices_of(
    sounding: Bool[Tensor, "frame event"],
) -> tuple[Choices, Int64[Tensor, " choice"]]:
    """The choices that make up these frames, frame by frame, and the rank that each chooses."""
    frames, ranks = functional.pad(sounding, (0, 1), value=True).nonzero(as_tuple=True)
    stop = sounding.shape[1]
    last = ranks.roll(1)  # the choice above; for the very first one roll gives the last stop
    last = torch.where(last == stop, -1, last)  # a frame begins after a stop
    above = sounding[frames] & (torch.arange(stop, device=ranks.device) < ranks[:, None])
    return Choices(frames, above, last), ranks


def highest_ranks(sounding: Bool[Tensor, "*axes event"]) -> Int64[Tensor, "*axes"]:
    """The rank of each frame's highest pitch, given what sounds by rank; the stop for silence."""
    return functional.pad(sounding, (0, 1), value=True).int().argmax(-1)


def side_by_side(
    values: Float[Tensor, " choice"], sounding: Bool[Tensor, "frame event"], fill: float = 0.0
) -> Float[Tensor, "frame width"]:
    """Values of the choices of all frames, laid out with a row for each frame and ``fill`` after its stop."""
    counts = sounding.sum(-1) + 1
    width = int(counts.max()) if len(counts) else 1
    place = torch.arange(width, device=values.device) < counts[:, None]
    return values.new_full(place.shape, fill).masked_scatter(place, values)


def tempered(log_shares: Float[Tensor, "*axes rank"], temperature: float) -> Float[Tensor, "*axes rank"]:
    """Shares at a temperature, which decides which pitch comes next, but not whether one does.

    If the stop were tempered too, it would win: at temperatures below 1 frames would get emptier, not more
    certain.

    Args:
        log_shares: normalised; the stop comes last.
    """
    if temperature == 1:
        return log_shares
    pitches, stop = log_shares[..., :-1], log_shares[..., -1:]
    best = pitches.amax(-1, keepdim=True).clamp(min=torch.finfo(pitches.dtype).min)
    below_best = (pitches - best) / max(temperature, torch.finfo(pitches.dtype).tiny)
    total = pitches.logsumexp(-1, keepdim=True)
    sharper = below_best - below_best.logsumexp(-1, keepdim=True) + total
    return torch.cat((torch.where(total == -torch.inf, pitches, sharper), stop), -1)
