"""The notes of a frame as a list from high to low, each given those above it: a joint distribution.

    p(frame | past) = prod_k p(pitch_k | pitch_1 > … > pitch_{k-1}, past) * p(stop | all pitches, past)
    g_k             = silu(A h + B x + sum_{i<k} C[pitch_i] + D[pitch_{k-1}] + b)
    logits_k        = V g_k + c + s + t_k + q_k,  over the pitches below pitch_{k-1} and "stop"

With a ``reach`` there are two terms, s and t, whose weights are shared by all pitches, so that what is
learned of one pitch holds for all (after the tied weights of Johnson 2017, "Generating Polyphonic Music Using
Tied Parallel Networks"):

    s[p]   = sum_d (M h + m)_d y[p - d]     d = -reach … reach: how notes of the last frame y move
    t_k[p] = (R g_k)_{pitch_{k-1} - p}      the interval between neighbours in the list

Without it both are left out. With ``parallels`` a third term, else left out, marks pitches at which two
voices would move in parallel octaves or fifths; the k-th note of a frame from above is its k-th voice:

    q_k[p] = sum_{i<k} u_j [p = y_k + pitch_i - y_i, pitch_i other than y_i]

    y_k is the k-th note of the last frame from above, k up to MAX_VOICES; j = 0 where y_i is one or more
    octaves above y_k, 1 where it is a fifth above, with or without octaves in between; otherwise there is no
    term

The last frame y is at the end of the input x.

Every set of pitches has exactly one such list, so the distribution is normalised over all 2^pitches
frames, and its likelihood is exact. The ordered list is how language models write sets; the idea of coupling
the notes of a frame with an exact chain is that of RNN-NADE (Boulanger-Lewandowski et al. 2012,
arXiv 1206.6392).

Ranks and choices are defined in engine/heads/chosen_notes.py.
"""

from collections.abc import Callable
from copy import copy
from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import InvalidValueError
from engine.heads.chosen_notes import Choices, ChosenNotes, Walk, choices_of, side_by_side, tempered
from engine.heads.head import Head
from engine.registry import require_positive

LIST_FRAMES_AT_ONCE = 8_192  # frames whose choices are computed together
PARALLELS = (0, 7)  # intervals in semitones, modulo 12: octaves, fifths
MAX_VOICES = 8  # counted from above; lower notes are no voices


class ListWeights(NamedTuple):
    """The head's weights that each choice of a list uses; letters are those of the equations above.

    Args:
        above: C, what each pitch so far contributes, by rank.
        last: D, what the lowest pitch so far contributes, by rank + 1; row 0 is for none yet.
        to_logits: V, a row for each rank and the last for "stop".
        bias: c.
        intervals: R, a row for each interval from 0; None without ``reach``.
        parallels: u, one for each of PARALLELS; None without ``parallels``.
    """

    above: Float[Tensor, "event units"]
    last: Float[Tensor, "rank units"]
    to_logits: Float[Tensor, "rank units"]
    bias: Float[Tensor, " rank"]
    intervals: Float[Tensor, "event units"] | None = None
    parallels: Float[Tensor, " interval"] | None = None


class NoteList(ChosenNotes):
    """A distribution over sets of pitches, each decided as a list from high to low.

    Args:
        base: A h + B x + b of each frame.
        weights: the head's.
        offsets: added to the logits of each frame's choices, by rank, the stop last: s, with 0 for the
            stop; None for nothing.
        voices: for each frame the ranks of the notes of the frame before, from above, filled up with the
            stop; None without ``parallels``.
        temperature: at which pitches are chosen.
    """

    def __init__(
        self,
        base: Float[Tensor, "*axes units"],
        weights: ListWeights,
        offsets: Float[Tensor, "*axes rank"] | None = None,
        voices: Int64[Tensor, "*axes voice"] | None = None,
        temperature: float = 1.0,
    ):
        self.voices = voices
        self.base = base
        self.weights = weights
        self.offsets = offsets
        self.temperature = temperature
        self.drop: Callable[[Tensor], Tensor] | None = None
        self.size = len(weights.above)
        self.dtype = base.dtype

    def log_prob(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes"]:
        """Nats: the log-probabilities of the choices that make up the frame, summed."""
        sounding = frame.reshape(-1, self.size).flip(-1) > 0.5  # by rank
        starts = range(0, max(1, len(sounding)), LIST_FRAMES_AT_ONCE)
        return torch.cat([self._log_prob(sounding, start) for start in starts]).view(frame.shape[:-1])

    def walk(self, num_frames: int) -> "_ListWalk":
        """A walk through all its frames, before their first choice."""
        return _ListWalk(self)

    def choice_log_probs(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes choice"]:
        """Nats of each choice that makes up the frame."""
        sounding = frame.reshape(-1, self.size).flip(-1) > 0.5
        choices, ranks = choices_of(sounding)
        chosen = self.log_shares(choices).gather(-1, ranks[:, None])[:, 0]
        return side_by_side(chosen, sounding).unflatten(0, frame.shape[:-1])

    def repeated(self, count: int) -> "NoteList":
        """The same ``count`` times, along a new last leading axis."""
        twin, axes = copy(self), self.base.shape[:-1]
        twin.base = self.base.unsqueeze(-2).expand(*axes, count, -1)
        if self.offsets is not None:
            twin.offsets = self.offsets.unsqueeze(-2).expand(*axes, count, -1)
        if self.voices is not None:
            twin.voices = self.voices.unsqueeze(-2).expand(*axes, count, -1)
        return twin

    def dropped(self, drop: Callable[[Tensor], Tensor]) -> "NoteList":
        """The same with ``drop`` on g of every choice."""
        twin = copy(self)
        twin.drop = drop
        return twin

    def temper(self, temperature: float) -> "NoteList":
        """Pitches at a temperature, which does not affect the stop: see ``tempered``."""
        if temperature == 1:
            return self
        twin = copy(self)
        twin.temperature = self.temperature * temperature
        return twin

    def without(self, ranks: Bool[Tensor, "*axes rank"]) -> "NoteList":
        """The same, but these ranks are never chosen; their shares go to the others."""
        offsets = self.offsets
        if offsets is None:
            offsets = self.base.new_zeros(*self.base.shape[:-1], self.size + 1)
        twin = copy(self)
        twin.offsets = offsets.masked_fill(ranks, -torch.inf)
        return twin

    def log_shares(self, choices: Choices) -> Float[Tensor, "choice rank"]:
        """Logarithms of the next choice's probabilities; minus infinity for pitches not below the last."""
        frames, above, last = choices
        weights, base = self.weights, self.base.reshape(-1, self.base.shape[-1])[frames]
        units = functional.silu(base + above.to(base.dtype) @ weights.above + weights.last[last + 1])
        units = self.drop(units) if self.drop else units
        logits = functional.linear(units, weights.to_logits, weights.bias)
        rank_numbers = torch.arange(self.size + 1, device=base.device)
        if self.offsets is not None:
            logits = logits + self.offsets.reshape(-1, self.size + 1)[frames]
        if weights.intervals is not None:
            logits = logits + self._interval_logits(units, last, rank_numbers)
        if weights.parallels is not None:
            logits = logits + self._parallel_logits(frames, above)
        logits = logits.masked_fill(rank_numbers <= last[:, None], -torch.inf)
        return tempered(logits.log_softmax(-1), self.temperature)

    def _log_prob(self, sounding: Bool[Tensor, "frame event"], start: int) -> Float[Tensor, " block"]:
        """Nats of each frame of the block that begins at ``start``."""
        block = sounding[start : start + LIST_FRAMES_AT_ONCE]
        choices, ranks = choices_of(block)
        log_shares = self.log_shares(choices._replace(frames=choices.frames + start))
        chosen = log_shares.gather(-1, ranks[:, None])[:, 0]
        return chosen.new_zeros(len(block)).index_add(0, choices.frames, chosen)

    def _interval_logits(
        self,
        units: Float[Tensor, "choice units"],
        last: Int64[Tensor, " choice"],
        rank_numbers: Int64[Tensor, " rank"],
    ) -> Float[Tensor, "choice rank"]:
        """The terms t of all ranks; 0 for the stop, and where there is no pitch above."""
        by_interval = functional.linear(units, self.weights.intervals)
        interval = (rank_numbers - last[:, None]).clamp(0, self.size - 1)
        has_pitch_above = (last >= 0)[:, None] & (rank_numbers < self.size)
        return torch.where(has_pitch_above, by_interval.gather(-1, interval), 0.0)

    def _parallel_logits(
        self, frames: Int64[Tensor, " choice"], above: Bool[Tensor, "choice event"]
    ) -> Float[Tensor, "choice rank"]:
        """The terms q of all ranks; 0 for the stop."""
        before = self.voices.reshape(-1, MAX_VOICES)[frames]
        now = voices_of(above)
        number = above.sum(-1, keepdim=True)
        here = functional.pad(before, (0, 1), value=self.size).gather(-1, number.clamp(max=MAX_VOICES))
        logits = self.weights.parallels.new_zeros(len(frames), self.size + 1)
        for voice in range(min(MAX_VOICES, int(number.max()) if len(number) else 0)):
            was, is_now = before[:, voice : voice + 1], now[:, voice : voice + 1]
            to = here + is_now - was
            moves = (is_now < self.size) & (is_now != was) & (here < self.size) & (to >= 0) & (to < self.size)
            for interval, weight in zip(PARALLELS, self.weights.parallels, strict=True):
                is_parallel = moves & ((here - was) % 12 == interval)
                logits = logits.scatter_add(-1, to.clamp(0, self.size), weight * is_parallel)
        return logits


class NoteListHead(Head):
    """A layer of ``num_units`` that reads h, the input of the step and the pitches so far.

    Args:
        input_size: numbers in the input x of a step; the last frame is at its end.
        reach: the largest move of a note, in semitones, that the term s can see; 0 leaves out s and t.
        parallels: whether the term q marks parallel octaves and fifths.

    Raises:
        InvalidValueError: a size is not a positive integer, or reach or parallels is out of range.
    """

    events = "notes"
    chooses_highest_first = True
    is_joint = True

    def __init__(
        self,
        hidden_size: int,
        frame_size: int,
        input_size: int,
        num_units: int,
        reach: int = 0,
        parallels: Any = False,
    ):
        super().__init__(hidden_size, frame_size)
        require_positive(input_size=input_size, num_units=num_units)
        if type(reach) is not int or not 0 <= reach < frame_size:
            raise InvalidValueError(
                f"reach={reach!r} must be a whole number from 0 to {frame_size - 1} semitones"
            )
        self.input_size = input_size
        self.num_units = num_units
        if not isinstance(parallels, bool):
            raise InvalidValueError(f"parallels={parallels!r} must be true or false")
        self.reach = reach
        self.parallels = parallels
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
        self.parallel_weight = nn.Parameter(torch.zeros(len(PARALLELS))) if parallels else None

    def forward(self, h: Float[Tensor, "*axes hidden"], x: Float[Tensor, "*axes input"]) -> NoteList:
        """The distribution of the next frame."""
        base = functional.linear(h, self.hidden_weight, self.unit_bias)
        base = base + functional.linear(x, self.input_weight)
        weights = ListWeights(
            self.above, self.last, self.to_logits, self.bias, self.intervals, self.parallel_weight
        )
        voices = voices_of(x[..., -self.frame_size :].flip(-1) > 0.5) if self.parallels else None
        return NoteList(base, weights, self._motion(h, x) if self.reach else None, voices)

    def initialise(self, rng: torch.Generator) -> None:
        """Glorot matrices; biases and the weights of parallels are zero."""
        for weight in self.parameters():
            if weight.ndim == 2:
                nn.init.xavier_uniform_(weight, generator=rng)
            else:
                nn.init.zeros_(weight)

    def _motion(
        self, h: Float[Tensor, "*axes hidden"], x: Float[Tensor, "*axes input"]
    ) -> Float[Tensor, "*axes rank"]:
        """The terms s by rank: each note of the last frame times the weight of its interval to that rank."""
        moves = functional.linear(h, self.motion_weight, self.motion_bias)
        last_frame = x[..., -self.frame_size :].flip(-1)
        around = functional.pad(last_frame, (self.reach, self.reach)).unfold(-1, 2 * self.reach + 1, 1)
        motion = (around @ moves.unsqueeze(-1)).squeeze(-1)
        return functional.pad(motion, (0, 1))


def voices_of(sounding: Bool[Tensor, "*axes event"]) -> Int64[Tensor, "*axes voice"]:
    """The ranks of a frame's highest MAX_VOICES notes, from above; the stop where there are fewer."""
    size = sounding.shape[-1]
    ranks = torch.where(sounding, torch.arange(size, device=sounding.device), size)
    highest = ranks.sort(-1).values[..., :MAX_VOICES]
    return functional.pad(highest, (0, MAX_VOICES - highest.shape[-1]), value=size)


class _ListWalk(Walk):
    """A walk with nothing to remember: the probabilities of a choice depend only on the choices above it."""

    def __init__(self, notes: NoteList):
        self.notes = notes

    def log_shares(self, choices: Choices) -> Float[Tensor, "choice rank"]:
        return self.notes.log_shares(choices)

    def take(self, choices: Choices, chosen: Int64[Tensor, " choice"]) -> None:
        pass
