"""The notes of a frame as a list from high to low, each given those above it: a joint distribution.

    p(frame | past) = prod_k p(pitch_k | pitch_1 > … > pitch_{k-1}, past) * p(stop | all pitches, past)
    g_k             = silu(A h + B x + sum_{i<k} C[pitch_i] + D[pitch_{k-1}] + b)
    logits_k        = V g_k + c + s + t_k,  over the pitches below pitch_{k-1} and "stop"

With a ``reach`` two terms are the same all over the keyboard, so that what is learned of one pitch holds for
all (after the tied weights of Johnson 2017, "Generating Polyphonic Music Using Tied Parallel Networks"):

    s[p]   = sum_d (M h + m)_d x[p - d]     d = -reach … reach: how notes of the last frame x move
    t_k[p] = (R g_k)_{pitch_{k-1} - p}      the interval between neighbours in the list

Without it both are left out.

Every set of pitches has exactly one such list, so the distribution is normalised over all 2^pitches
frames, and its likelihood is exact. The ordered list is how language models write sets; the idea to couple
the notes of a frame with an exact chain is that of RNN-NADE (Boulanger-Lewandowski et al. 2012,
arXiv 1206.6392).

Conventions
    rank    place in the order: 0 is the highest pitch, the last rank, as many as there are pitches, the stop
    choice  one element of a list, the stop among them; all choices of all frames stand below one another
"""

from collections.abc import Callable
from copy import copy
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import InvalidValueError
from engine.heads.head import Distribution, Head
from engine.registry import require_positive

BLOCK_FRAMES = 8_192  # frames whose choices are computed at once


class ListWeights(NamedTuple):
    """What a list reads beside h and x.

    Args:
        above: C, what each pitch so far contributes, by rank.
        last: D, what the lowest pitch so far contributes, by rank + 1; row 0 is for none yet.
        to_logits: V, a row for each rank and the last for "stop".
        bias: c.
        intervals: R, a row for each interval from 0; None without reach.
    """

    above: Float[Tensor, "event units"]
    last: Float[Tensor, "rank units"]
    to_logits: Float[Tensor, "rank units"]
    bias: Float[Tensor, " rank"]
    intervals: Float[Tensor, "event units"] | None = None


class NoteList(Distribution):
    """A distribution over sets of pitches.

    Args:
        base: A h + B x + b of each frame.
        weights: of the head.
        offsets: added to the logits of each frame's choices, by rank, the stop last: s, with 0 for the
            stop; None without reach.
        temperature: by which the logits of every choice are divided.
    """

    def __init__(
        self,
        base: Float[Tensor, "*axes units"],
        weights: ListWeights,
        offsets: Float[Tensor, "*axes rank"] | None = None,
        temperature: float = 1.0,
    ):
        self.base = base
        self.weights = weights
        self.offsets = offsets
        self.temperature = temperature
        self.drop: Callable[[Tensor], Tensor] | None = None
        self.size = len(weights.above)

    @property
    def num_uniforms(self) -> int:
        """One a pitch."""
        return self.size

    def log_prob(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes"]:
        """Nats: the log-probabilities of the choices that make up the frame, summed."""
        sounding = frame.reshape(-1, self.size).flip(-1) > 0.5  # by rank
        starts = range(0, max(1, len(sounding)), BLOCK_FRAMES)
        return torch.cat([self._log_prob(sounding, start) for start in starts]).view(frame.shape[:-1])

    def sample(self, uniforms: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes event"]:
        """Pitch after pitch from the highest: j sounds where uniform j is below its conditional probability.

        Below the last pitch that sounds, the pitches down to the next one follow from one softmax: given
        that none of those between sounds, pitch j does with the share of its weight in what is left.
        """
        numbers = uniforms.reshape(-1, self.size).flip(-1)
        sounding = torch.zeros(numbers.shape, dtype=torch.bool, device=numbers.device)
        last = torch.full((len(numbers),), -1, device=numbers.device)
        active = torch.arange(len(numbers), device=numbers.device)
        while len(active):
            logits = self.logits(active, sounding[active], last[active])
            found, rank = next_choice(logits, numbers[active], last[active])
            active, rank = active[found], rank[found]
            sounding[active, rank] = True
            last[active] = rank
        return sounding.flip(-1).to(self.base.dtype).view(*self.base.shape[:-1], self.size)

    def repeated(self, count: int) -> "NoteList":
        """The same lists, along a new axis before the units."""
        twin, axes = copy(self), self.base.shape[:-1]
        twin.base = self.base.unsqueeze(-2).expand(*axes, count, -1)
        if self.offsets is not None:
            twin.offsets = self.offsets.unsqueeze(-2).expand(*axes, count, -1)
        return twin

    def dropped(self, drop: Callable[[Tensor], Tensor]) -> "NoteList":
        """With ``drop`` on g of every choice."""
        twin = copy(self)
        twin.drop = drop
        return twin

    def temper(self, temperature: float) -> "NoteList":
        """The logits of every choice divided by the temperature."""
        if temperature == 1:
            return self
        return NoteList(self.base, self.weights, self.offsets, self.temperature * temperature)

    def without(self, ranks: Bool[Tensor, "*axes rank"]) -> "NoteList":
        """These ranks are never chosen; their share goes to the others."""
        offsets = self.offsets
        if offsets is None:
            offsets = self.base.new_zeros(*self.base.shape[:-1], self.size + 1)
        return NoteList(self.base, self.weights, offsets.masked_fill(ranks, -torch.inf), self.temperature)

    def logits(
        self,
        frames: Int64[Tensor, " choice"],
        above: Bool[Tensor, "choice event"],
        last: Int64[Tensor, " choice"],
    ) -> Float[Tensor, "choice rank"]:
        """Of the next choice, by rank, the stop last; minus infinity for ranks that are not below the last.

        Args:
            frames: indices, all leading axes flattened.
            above: which ranks sound so far.
            last: the lowest of them; -1 for none.
        """
        weights, base = self.weights, self.base.reshape(-1, self.base.shape[-1])[frames]
        units = functional.silu(base + above.to(base.dtype) @ weights.above + weights.last[last + 1])
        units = self.drop(units) if self.drop else units
        logits = functional.linear(units, weights.to_logits, weights.bias)
        rank_numbers = torch.arange(self.size + 1, device=base.device)
        if self.offsets is not None:
            logits = logits + self.offsets.reshape(-1, self.size + 1)[frames]
        if weights.intervals is not None:
            logits = logits + self._interval_logits(units, last, rank_numbers)
        logits = logits.masked_fill(rank_numbers <= last[:, None], -torch.inf)
        if self.temperature == 1:
            return logits
        below_best = logits - logits.amax(-1, keepdim=True)  # so that no quotient is infinite above
        return below_best / max(self.temperature, torch.finfo(logits.dtype).tiny)

    def _log_prob(self, sounding: Bool[Tensor, "frame event"], start: int) -> Float[Tensor, " block"]:
        """Of a block of frames."""
        block = sounding[start : start + BLOCK_FRAMES]
        frames, ranks, last = _choices(block)
        rank_numbers = torch.arange(self.size, device=block.device)
        above = block[frames] & (rank_numbers < ranks[:, None])
        log_shares = torch.log_softmax(self.logits(frames + start, above, last), -1)
        chosen = log_shares.gather(-1, ranks[:, None])[:, 0]
        return chosen.new_zeros(len(block)).index_add(0, frames, chosen)

    def _interval_logits(
        self,
        units: Float[Tensor, "choice units"],
        last: Int64[Tensor, " choice"],
        rank_numbers: Int64[Tensor, " rank"],
    ) -> Float[Tensor, "choice rank"]:
        """The terms t of all ranks; 0 for the stop, and where there is no pitch above."""
        by_interval = functional.linear(units, self.weights.intervals)
        interval = (rank_numbers - last[:, None]).clamp(0, self.size - 1)
        has_one = (last >= 0)[:, None] & (rank_numbers < self.size)
        return torch.where(has_one, by_interval.gather(-1, interval), 0.0)


class NoteListHead(Head):
    """A layer of ``num_units`` that reads h, the input of the step and the pitches so far.

    Args:
        input_size: numbers in the input x of a step; its last frame comes last.
        reach: semitones by which a note of the last frame may be seen to move; 0 leaves out the terms that
            are the same all over the keyboard.
    """

    events = "notes"
    chooses_highest_first = True
    is_joint = True

    def __init__(self, hidden_size: int, frame_size: int, input_size: int, num_units: int, reach: int = 0):
        super().__init__(hidden_size, frame_size)
        require_positive(input_size=input_size, num_units=num_units)
        if not isinstance(reach, int) or not 0 <= reach < frame_size:
            raise InvalidValueError(f"reach={reach!r} must be from 0 to {frame_size - 1} semitones")
        self.input_size = input_size
        self.num_units = num_units
        self.reach = reach
        self.hidden_weight = nn.Parameter(torch.zeros(num_units, hidden_size))
        self.input_weight = nn.Parameter(torch.zeros(num_units, input_size))
        self.unit_bias = nn.Parameter(torch.zeros(num_units))
        self.above = nn.Parameter(torch.zeros(frame_size, num_units))
        self.last = nn.Parameter(torch.zeros(frame_size + 1, num_units))
        self.to_logits = nn.Parameter(torch.zeros(frame_size + 1, num_units))
        self.bias = nn.Parameter(torch.zeros(frame_size + 1))
        self.intervals = self.motion_weight = self.motion_bias = None
        if reach:
            self.intervals = nn.Parameter(torch.zeros(frame_size, num_units))
            self.motion_weight = nn.Parameter(torch.zeros(2 * reach + 1, hidden_size))
            self.motion_bias = nn.Parameter(torch.zeros(2 * reach + 1))

    def forward(self, h: Float[Tensor, "*axes hidden"], x: Float[Tensor, "*axes input"]) -> NoteList:
        """The distribution of the next frame."""
        base = functional.linear(h, self.hidden_weight, self.unit_bias)
        base = base + functional.linear(x, self.input_weight)
        weights = ListWeights(self.above, self.last, self.to_logits, self.bias, self.intervals)
        return NoteList(base, weights, self._motion(h, x) if self.reach else None)

    def initialise(self, rng: torch.Generator) -> None:
        """Glorot weights, zero biases."""
        for weight in self.parameters():
            if weight.ndim == 2:
                nn.init.xavier_uniform_(weight, generator=rng)
            else:
                nn.init.zeros_(weight)

    def _motion(
        self, h: Float[Tensor, "*axes hidden"], x: Float[Tensor, "*axes input"]
    ) -> Float[Tensor, "*axes rank"]:
        """The terms s by rank: each note of the last frame, times the weight of the way from it to here."""
        shares = functional.linear(h, self.motion_weight, self.motion_bias)
        last_frame = x[..., -self.frame_size :].flip(-1)
        around = functional.pad(last_frame, (self.reach, self.reach)).unfold(-1, 2 * self.reach + 1, 1)
        motion = (around @ shares.unsqueeze(-1)).squeeze(-1)
        return functional.pad(motion, (0, 1))


def next_choice(
    logits: Float[Tensor, "choice rank"],
    numbers: Float[Tensor, "choice event"],
    last: Int64[Tensor, " choice"],
) -> tuple[Bool[Tensor, " choice"], Int64[Tensor, " choice"]]:
    """Whether another pitch sounds, and the next one's rank: the first whose number is below its share."""
    left = logits.flip(-1).logcumsumexp(-1).flip(-1)  # of each rank: itself and all after it
    shares = (logits - left)[:, :-1].exp()
    below = torch.arange(shares.shape[1], device=logits.device) > last[:, None]
    hits = below & (numbers < shares)
    return hits.any(-1), hits.int().argmax(-1)  # argmax: the first, thus the highest


def _choices(
    sounding: Bool[Tensor, "frame event"],
) -> tuple[Int64[Tensor, " choice"], Int64[Tensor, " choice"], Int64[Tensor, " choice"]]:
    """The choices that write these frames, frame by frame.

    Returns:
        Of each choice its frame, the rank chosen, and the rank chosen before it; -1 for none.
    """
    stops = torch.ones_like(sounding[:, :1])
    frames, ranks = torch.cat((sounding, stops), 1).nonzero(as_tuple=True)
    stop = sounding.shape[1]
    last = ranks.roll(1)  # the choice above; the very first one comes round to the last stop
    return frames, ranks, torch.where(last == stop, -1, last)  # a frame begins after a stop
