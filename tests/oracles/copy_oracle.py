"""What a memory of the piece's own past must say: plain loops over whole numbers, from the formulas alone.

Conventions
    frames  (time, pitch), one piece
    notes   of a frame, indices of pitches from the highest to the lowest
"""

import math
from typing import NamedTuple

import numpy as np

GUIDES = ("same", "other", "moved", "line")


class Said(NamedTuple):
    """What one guide says of a frame: the notes that it points at, its logit and its log-odds of a slip."""

    guide: str
    notes: tuple[int, ...]
    logit: float
    slip: float


def all_that_is_said(frames: np.ndarray, spec: dict) -> list[list[Said]]:
    """What the guides say of every frame of a piece; only those that have anything to say."""
    size, window = frames.shape[1], spec["window"]
    past = [tuple(int(note) for note in np.flatnonzero(frame)[::-1]) for frame in frames]
    records, by_frame, stood = dict.fromkeys(GUIDES, 0.5), [], 0
    for now in range(len(past)):
        points = pointed(past[:now], window, size)
        count = counted(past[:now], window, points)
        stood = 0 if now == 0 else stood + 1 if now > 1 and past[now - 1] == past[now - 2] else 1
        said = []
        for guide, (notes, length) in points.items():
            if guide in spec:
                facts = (length, records[guide] - 0.5, max(stood, 1), max(count, 1))
                said.append(Said(guide, notes, *log_odds(spec[guide], *facts)))
        by_frame.append(said)
        for guide, (notes, _) in points.items():
            right = notes[:1] == past[now][:1] if guide == "line" else notes == past[now]
            records[guide] = 0.75 * records[guide] + 0.25 * right
    return by_frame


def log_odds(numbers: dict, length: int, record: float, stood: int, count: int) -> tuple[float, float]:
    """A guide's logit and the log-odds of its slips."""
    logit = numbers["trust"] + numbers["by_length"] * math.log(length) + numbers["by_record"] * record
    logit += numbers["by_standing"] * math.log(stood) + numbers["by_count"] * math.log(count)
    slip = numbers["slip"] + numbers["slip_by_length"] * math.log(length)
    return logit, slip + numbers["slip_by_record"] * record


def match(past: list, place: int, kind: str, window: int) -> tuple[int, int]:
    """How many frames before ``place`` and before now agree, and by how many pitches the nearest is moved."""
    length, nearest, lag = 0, None, len(past) - place
    while place - length - 1 >= 0 and lag <= window:
        here, there = past[len(past) - length - 1], past[place - length - 1]
        step = here[0] - there[0] if here and there else (0 if here == there else 999)
        nearest = step if nearest is None else nearest
        moved = tuple(note + step for note in there) == here and step and here
        agrees = {"same": here == there, "moved": moved and step == nearest, "line": step == 0}[kind]
        if not agrees:
            break
        length += 1
    return length, nearest or 0


def pointed(past: list, window: int, size: int) -> dict[str, tuple[tuple[int, ...], int]]:
    """The notes that each guide points at and the length of its match; only those that have one."""
    places = range(max(1, len(past) - window), len(past))
    points = {}
    for guide in GUIDES:
        kind = "same" if guide == "other" else guide
        best = 0, None, 0
        for place in places:
            if guide == "other" and "same" in points and past[place] == points["same"][0]:
                continue
            length, step = match(past, place, kind, window)
            if length and length >= best[0]:
                best = length, place, step
        length, place, step = best
        if place is not None:
            shift = step if guide == "moved" else 0
            notes = tuple(note + shift for note in past[place] if 0 <= note + shift < size)
            points[guide] = notes, length
    return points


def counted(past: list, window: int, points: dict) -> int:
    """How many places have a match as long as the longest, or of 8 frames if that is longer."""
    least = min(8, points["same"][1]) if "same" in points else 1
    places = range(max(1, len(past) - window), len(past))
    return sum(match(past, place, "same", window)[0] >= least for place in places)


def copied_log_prob(own: list[float], notes: tuple[int, ...], said: list[Said]) -> float:
    """Log-probability of a frame of these notes, from the network's of each choice; the last is the stop."""
    weights = np.exp([0.0, *(guess.logit for guess in said)])
    weights /= weights.sum()
    total = weights[0] * math.exp(sum(own))
    for weight, guess in zip(weights[1:], said, strict=True):
        slip, probability, last = 1 / (1 + math.exp(-guess.slip)), weight, math.inf
        for place, (note, log_prob) in enumerate(zip((*notes, None), own, strict=True)):
            expected = next((pitch for pitch in guess.notes if pitch < last), None)
            if guess.guide == "line" and place:
                probability *= math.exp(log_prob)
            else:
                probability *= slip * math.exp(log_prob) + (1 - slip) * (expected == note)
            last = note if note is not None else last
        total += probability
    return math.log(total)
