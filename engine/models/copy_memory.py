"""CopyMemory: finds where a piece went like this before, and how it went on there.

Music repeats itself, and a network of a few million weights finds that hard to learn. So every place j of the
piece's own past is compared with where the piece is now, t:

    m_t(j) = m_{t-1}(j-1) + 1 where frame t-1 is frame j-1, else 0: how many frames before both agree
    d      semitones, not 0, by which frame j-1 must be transposed to be frame t-1, if that is possible
    l_t(j) = l_{t-1}(j-1) + 1 where d is as it was one frame before, 1 where it differs, 0 where there is none
    n_t(j) = n_{t-1}(j-1) + 1 where the highest pitches of both frames are the same, else 0

Four guides (engine/heads/copied_notes.py) each point at the latest frame with the longest match:

    same    the frame at the longest m
    other   the frame at the longest m among frames that differ from that one
    moved   the frame at the longest l, transposed by d
    line    the highest pitch of the frame at the longest n

How much guide k is trusted, compared with the network's logit of 0, and how often it slips, in log-odds:

    logit = trust + by_length ln L + by_record (r - 1/2) + by_standing ln s + by_count ln c
    slip  = slip + slip_by_length ln L + slip_by_record (r - 1/2)

    L   the length of its match, at least 1; without a match it says nothing
    r   its record in this piece: 1/2 at the start, then after every frame about which it said something
        r := 3/4 r + 1/4 [it was right], about the whole frame or, for ``line``, about the highest pitch
    s   for how many frames the last frame has been held
    c   number of places where m is at least min(longest m, 8), and at least 1

If validation found it right, trust falls with the time that a frame is held and with the number of matching
places: that keeps a draw from repeating itself for ever. Only the piece itself is read. That what followed
the longest match will come next is the oldest idea of compression (Ziv and Lempel 1977).

Conventions
    place   index of a frame of the past; at most ``window`` of them, the latest last
    rank    counted from the highest pitch, which has rank 0
    code    whole numbers that two frames share if and only if the frames are the same
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Float, Float64, Int64
from torch import Tensor
from torch.nn import functional

from engine.errors import InvalidValueError
from engine.heads import Guides, highest_ranks

GUIDES = ("same", "other", "moved", "line")
MAX_WINDOW = 1 << 14  # frames
MAX_TRUST = 1e3  # largest absolute value of any of a guide's numbers
RECORD_KEPT = 0.75  # of r, from one frame to the next
LONG_ENOUGH = 8  # frames; a place with a match this long always counts for c
MATCH_KINDS = ("same", "moved", "line")  # m, l and n
WORD_BITS = 48  # pitches in a word, few enough for float64 to hold it exactly
HEARD_AT_ONCE = 64  # frames that are compared with the past in one block


@dataclass(frozen=True)
class Trust:
    """The numbers of one guide: see the formulas above.

    Raises:
        InvalidValueError: one of them is NaN or out of range.
    """

    trust: float
    by_length: float = 0.0
    by_record: float = 0.0
    by_standing: float = 0.0
    by_count: float = 0.0
    slip: float = -4.0
    slip_by_length: float = 0.0
    slip_by_record: float = 0.0

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not abs(value) <= MAX_TRUST:
                raise InvalidValueError(
                    f"copy_memory: {name}={value!r} must be a number from -{MAX_TRUST:g} to {MAX_TRUST:g}"
                )


class Past(NamedTuple):
    """What is kept of a piece so far.

    Args:
        frames: by rank.
        codes: of the frames; then of their shapes, frames transposed so that the highest pitch has rank 0.
        tops: the rank of the highest pitch of each frame.
        lengths: of the matches at every place and at the place to come: m, l and n.
        steps: ranks by which each of these differs, d where l is not 0.
        records: r of each guide.
        standing: s.
        guesses: the frames that the guides point at, by rank.
        matched: L of each guide, 0 where it says nothing.
        count: c.
    """

    frames: Bool[Tensor, "batch place event"]
    codes: Float64[Tensor, "batch place two_and_word"]
    tops: Int64[Tensor, "batch place"]
    lengths: Int64[Tensor, "batch kind place_to_come"]
    steps: Int64[Tensor, "batch place_to_come"]
    records: Float[Tensor, "batch guide"]
    standing: Int64[Tensor, " batch"]
    guesses: Bool[Tensor, "batch guide event"]
    matched: Int64[Tensor, "batch guide"]
    count: Int64[Tensor, " batch"]


class Evidence(NamedTuple):
    """What the past says of a frame to come.

    Args:
        guesses: the frames that the guides point at, by rank.
        facts: 1, ln L, r - 1/2, ln s and ln c, for each guide.
        has_match: whether a guide has anything to say.
    """

    guesses: Bool[Tensor, "batch time guide event"]
    facts: Float[Tensor, "batch time guide fact"]
    has_match: Bool[Tensor, "batch time guide"]


class CopyMemory:
    """What a piece's past says of its next frame; it holds the settings, and a Past holds the state.

    Args:
        num_pitches: pitches of a frame.
        window: how many frames of the past are looked at.
        trusts: the numbers of each guide; a guide that is left out says nothing.

    Raises:
        InvalidValueError: a number is out of range, or no guide is named.
    """

    def __init__(self, num_pitches: int, window: Any, trusts: Mapping[str, Trust]):
        if type(window) is not int or not 2 <= window <= MAX_WINDOW:
            raise InvalidValueError(f"copy_memory: window={window!r} must be from 2 to {MAX_WINDOW:,} frames")
        if not trusts or set(trusts) - set(GUIDES):
            raise InvalidValueError(f"copy_memory names some of the guides {', '.join(GUIDES)}")
        self.num_pitches = num_pitches
        self.window = window
        self.trusts = dict(trusts)

    @classmethod
    def of(cls, spec: Any, num_pitches: int) -> "CopyMemory":
        """From ``copy_memory`` in a card or a recipe: the window, and the numbers of each guide.

        Raises:
            InvalidValueError: it has other keys, or a number is out of range.
        """
        known = {field.name for field in fields(Trust)}
        numbers = dict(spec) if isinstance(spec, Mapping) else {}
        window = numbers.pop("window", None)
        for guide in numbers.values():
            if not isinstance(guide, Mapping) or set(guide) - known or "trust" not in guide:
                raise InvalidValueError(
                    f"copy_memory: a guide holds {', '.join(sorted(known))}, trust at least"
                )
            for name, value in guide.items():
                if not isinstance(value, int | float) or isinstance(value, bool):
                    raise InvalidValueError(f"copy_memory: {name}={value!r} must be a number")
        return cls(num_pitches, window, {name: Trust(**guide) for name, guide in numbers.items()})

    @property
    def spec(self) -> dict[str, Any]:
        """The memory as a JSON object, from which ``of`` makes it again."""
        return {"window": self.window} | {name: asdict(trust) for name, trust in self.trusts.items()}

    def nothing(self, batch_size: int, like: Tensor) -> Past:
        """The past before anything was heard, with the device and type of ``like``."""
        whole = {"dtype": torch.long, "device": like.device}
        truths = {"dtype": torch.bool, "device": like.device}
        guides, size = len(GUIDES), self.num_pitches
        frames = torch.zeros(batch_size, 0, size, **truths)
        return Past(
            frames=frames,
            codes=_codes(frames, torch.zeros(batch_size, 0, **whole)),
            tops=torch.zeros(batch_size, 0, **whole),
            lengths=torch.zeros(batch_size, len(MATCH_KINDS), 1, **whole),
            steps=torch.zeros(batch_size, 1, **whole),
            records=like.new_full((batch_size, guides), 0.5),
            standing=torch.zeros(batch_size, **whole),
            guesses=torch.zeros(batch_size, guides, size, **truths),
            matched=torch.zeros(batch_size, guides, **whole),
            count=torch.zeros(batch_size, **whole),
        )

    def numbers(self, like: Tensor) -> Float[Tensor, "guide number"]:
        """The fields of Trust for all GUIDES, in order; a guide that is left out is never trusted."""
        silent = [-torch.inf, *(0.0,) * (len(fields(Trust)) - 1)]
        rows = [
            list(asdict(self.trusts[name]).values()) if name in self.trusts else silent for name in GUIDES
        ]
        return torch.tensor(rows, dtype=like.dtype, device=like.device)

    def hear(self, past: Past, frames: Float[Tensor, "batch time event"]) -> tuple[Evidence, Past]:
        """What the past says, after each frame, of the next one; and the past with all these frames."""
        said = []
        for block in frames.split(HEARD_AT_ONCE, 1):
            evidence, past = self._hear(past, block.flip(-1) > 0.5)
            said.append(evidence)
        return Evidence(*(torch.cat(parts, 1) for parts in zip(*said, strict=True))), past

    def _hear(self, past: Past, heard: Bool[Tensor, "batch time event"]) -> tuple[Evidence, Past]:
        """``hear`` for one block of frames, by rank."""
        places = _Places.of(past, heard)
        lengths = _lengths(past, places)
        matches = _guesses(places, lengths, self.window)
        records = _records(past, matches, heard)
        standing = _standing(past, places)
        evidence = _evidence(matches, records, standing)
        kept = slice(-self.window, None)
        to_come = slice(-self.window - 1, None)
        after = Past(
            places.frames[:, kept], places.codes[:, kept], places.tops[:, kept],
            lengths[:, :, -1, to_come], functional.pad(places.steps[:, -1], (1, 0))[:, to_come],
            records[:, -1], standing[:, -1],
            matches.guesses[:, -1], matches.matched[:, -1], matches.count[:, -1],
        )  # fmt: skip
        return evidence, after


def trusted(evidence: Evidence, numbers: Float[Tensor, "guide number"]) -> Guides:
    """What the guides say, with the weights and slips that these numbers give."""
    of_trust, of_slips = numbers[:, :5], numbers[:, 5:]
    logits = (of_trust * evidence.facts).sum(-1).masked_fill(~evidence.has_match, -torch.inf)
    slips = (of_slips * evidence.facts[..., :3]).sum(-1)
    is_line = torch.tensor([name == "line" for name in GUIDES], device=numbers.device)
    return Guides(evidence.guesses, logits, slips, is_line)


def evidence_of(past: Past) -> Evidence:
    """What the past says of the frame to come; leading axes (batch, 1)."""
    matches = _Matches(past.guesses[:, None], past.matched[:, None], past.count[:, None])
    return _evidence(matches, past.records[:, None], past.standing[:, None])


class _Matches(NamedTuple):
    """What the guides point at after each frame of a block; the fields are those of Past."""

    guesses: Bool[Tensor, "batch time guide event"]
    matched: Int64[Tensor, "batch time guide"]
    count: Int64[Tensor, "batch time"]


def _evidence(
    matches: _Matches, records: Float[Tensor, "batch time guide"], standing: Int64[Tensor, "batch time"]
) -> Evidence:
    length = matches.matched.clamp(min=1).to(records).log()
    of_frame = [number.clamp(min=1).to(records).log()[..., None] for number in (standing, matches.count)]
    stood, count = (log_number.expand_as(length) for log_number in of_frame)
    facts = torch.stack((torch.ones_like(length), length, records - 0.5, stood, count), -1)
    return Evidence(matches.guesses, facts, matches.matched > 0)


class _Places(NamedTuple):
    """The past and a block of frames after it, each frame of the block compared with all places.

    Args:
        frames, codes, tops: of all places, as in Past.
        is_same: whether the two frames are equal.
        steps: by how many ranks the highest pitches differ.
        is_moved: whether one frame is the other transposed by that step, which is not 0.
        first: the place of the block's first frame.
    """

    frames: Bool[Tensor, "batch place event"]
    codes: Float64[Tensor, "batch place two_and_word"]
    tops: Int64[Tensor, "batch place"]
    is_same: Bool[Tensor, "batch time place"]
    steps: Int64[Tensor, "batch time place"]
    is_moved: Bool[Tensor, "batch time place"]
    first: int

    @classmethod
    def of(cls, past: Past, heard: Bool[Tensor, "batch time event"]) -> "_Places":
        new_tops = highest_ranks(heard)
        frames = torch.cat((past.frames, heard), 1)
        codes = torch.cat((past.codes, _codes(heard, new_tops)), 1)
        tops = torch.cat((past.tops, new_tops), 1)
        first, size = past.frames.shape[1], heard.shape[-1]
        alike = codes[:, None] == codes[:, first:, None]
        whole, shape = (part.all(-1) for part in alike.chunk(2, -1))
        steps = tops[:, None] - new_tops[..., None]  # a higher pitch has a lower rank
        sounds = (tops < size)[:, None] & (new_tops < size)[..., None]
        return cls(frames, codes, tops, whole, steps, shape & sounds & (steps != 0), first)


def _codes(
    frames: Bool[Tensor, "batch time event"], tops: Int64[Tensor, "batch time"]
) -> Float64[Tensor, "batch time two_and_word"]:
    """The codes of every frame: its bits as words, then those of its shape."""
    both = torch.stack((frames, _lowered(frames, tops)), -2)
    words = functional.pad(both, (0, -frames.shape[-1] % WORD_BITS)).unflatten(-1, (-1, WORD_BITS))
    powers = 2.0 ** torch.arange(WORD_BITS, dtype=torch.float64, device=frames.device)
    return (words.double() @ powers).flatten(-2)


def _lowered(
    frames: Bool[Tensor, "*axes event"], ranks: Int64[Tensor, "*axes"]
) -> Bool[Tensor, "*axes event"]:
    """Each frame transposed by its number of ranks towards rank 0; what leaves the keyboard is lost."""
    size = frames.shape[-1]
    places = torch.arange(size, device=frames.device) + ranks[..., None]
    is_there = (places >= 0) & (places < size)
    return frames.gather(-1, places.clamp(0, size - 1)) & is_there


def _lengths(past: Past, places: _Places) -> Int64[Tensor, "batch kind time place_to_come"]:
    """m, l and n after each frame of the block; 0 at places that are not past yet."""
    num_places = places.frames.shape[1]
    before = functional.pad(places.steps[:, :-1, :-1], (1, 0))
    first = functional.pad(past.steps, (0, num_places))[:, None, :num_places]
    goes_on = places.is_moved & (places.steps == torch.cat((first, before), 1))
    is_line = places.steps == 0
    number = torch.arange(places.first, num_places, device=past.tops.device)[:, None]
    was_heard = torch.arange(num_places, device=past.tops.device) < number
    begins, stays = (
        (torch.stack(kinds, 1) & was_heard).long()
        for kinds in ((places.is_same, places.is_moved, is_line), (places.is_same, goes_on, is_line))
    )
    now = functional.pad(past.lengths, (0, num_places))[..., :num_places]
    by_frame = []
    for begin, stay in zip(begins.unbind(2), stays.unbind(2), strict=True):
        reached = begin + stay * now
        now = functional.pad(reached, (1, 0))[..., :-1]
        by_frame.append(functional.pad(reached, (1, 0)))
    return torch.stack(by_frame, 2)


def _guesses(places: _Places, lengths: Tensor, window: int) -> _Matches:
    """What each guide points at, the length of its match, and c."""
    num_places = places.frames.shape[1]
    number = torch.arange(places.first, num_places, device=lengths.device)[:, None]
    is_kept = torch.arange(num_places, device=lengths.device) > number - window
    same, moved, line = (lengths[..., :-1] * is_kept).unbind(1)
    rows = torch.arange(len(lengths), device=lengths.device)[:, None]
    first = _latest_longest(same)
    is_it = (places.codes[:, None] == places.codes[rows, first][:, :, None]).chunk(2, -1)[0].all(-1)
    others = same.masked_fill(is_it, 0)
    kinds = torch.stack((same, others, moved, line), 2)
    at = torch.stack((first, *map(_latest_longest, (others, moved, line))), -1)
    matched = kinds.gather(-1, at[..., None])[..., 0]
    guesses = places.frames[rows[..., None], at]
    before = (at[..., 2:3] - 1).clamp(min=0)
    guesses[:, :, 2] = _lowered(guesses[:, :, 2], places.steps.gather(-1, before)[..., 0])
    count = (same >= matched[..., :1].clamp(1, LONG_ENOUGH)).sum(-1)
    return _Matches(guesses & (matched > 0)[..., None], matched, count)


def _latest_longest(lengths: Int64[Tensor, "batch time place"]) -> Int64[Tensor, "batch time"]:
    """The latest of the places with the longest match."""
    num_places = lengths.shape[-1]
    return (lengths * num_places + torch.arange(num_places, device=lengths.device)).argmax(-1)


def _records(
    past: Past, matches: _Matches, heard: Bool[Tensor, "batch time event"]
) -> Float[Tensor, "batch time guide"]:
    """The record r of each guide after each frame of the block."""
    guesses = torch.cat((past.guesses[:, None], matches.guesses[:, :-1]), 1)
    spoke = torch.cat((past.matched[:, None], matches.matched[:, :-1]), 1) > 0
    right = (guesses == heard[:, :, None]).all(-1)
    right[..., -1] = highest_ranks(guesses[:, :, -1]) == highest_ranks(heard)
    record, by_frame = past.records, []
    for is_right, did_speak in zip(right.unbind(1), spoke.unbind(1), strict=True):
        after = RECORD_KEPT * record + (1 - RECORD_KEPT) * is_right.to(record)
        record = torch.where(did_speak, after, record)
        by_frame.append(record)
    return torch.stack(by_frame, 1)


def _standing(past: Past, places: _Places) -> Int64[Tensor, "batch time"]:
    """For how many frames each frame of the block has been held, itself included."""
    latest = functional.pad(places.is_same, (1, 0))  # at k: whether it equals frame k - 1
    number = torch.arange(places.first, places.frames.shape[1], device=latest.device)
    stands = latest.gather(-1, number[None, :, None].expand(len(latest), -1, -1))[..., 0]
    time = torch.arange(1, len(number) + 1, device=latest.device)
    changed = torch.where(stands, 0, time).cummax(1).values
    return torch.where(changed == 0, past.standing[:, None] + time, time - changed + 1)
