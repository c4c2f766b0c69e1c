"""Drawn: a draw of music on a visitor's page, kept so that it can be played in another way.

Conventions
    notes    [pitch, start frame, length in frames], as a lane has them
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import torch
from torch import Tensor

from engine.checkpoints import Checkpoint
from engine.errors import InvalidValueError
from engine.representations import PianoRoll
from pages.draw.lane_draw import LaneDraw
from pages.draw.packed_roll import MAX_PACKED_FRAMES, pack_roll
from pages.draw.request import DrawRequest
from pages.house import loaded
from pages.parts import packed


@dataclass(frozen=True)
class Drawn:
    """What is needed to play a draw again; only some kilobytes a lane, since it is kept as long as the page.

    Args:
        request: what was asked for.
        rolls: for each lane its notes as JSON, how many frames there are, and how many of them were given.
        note: the sentence above the lanes.
    """

    request: DrawRequest
    rolls: tuple[tuple[str, int, int], ...]
    note: str = ""

    @classmethod
    def of(cls, request: DrawRequest, values: Iterable[Mapping[str, Any]], note: str = "") -> "Drawn | None":
        """A draw from the values of its lanes; None where they are sound, or not all at their end."""
        values = list(values)
        if any(value["kind"] != "roll" or value["state"] not in ("done", "stopped") for value in values):
            return None
        rolls = ((packed(value["notes"]), value["frames_done"], value["prime_frames"]) for value in values)
        return cls(request, tuple(rolls), note)

    @classmethod
    def of_link(cls, value: Mapping[str, Any]) -> "Drawn | None":
        """A draw from the value of its only lane and the link in it; None where it has no link."""
        request = DrawRequest.from_query(dict(parse_qsl((value.get("link") or "").removeprefix("?"))))
        return cls.of(request, [value]) if request else None

    def lanes(self, request: DrawRequest) -> tuple[LaneDraw, ...]:
        """Lanes with the same frames and no more, for a request that plays them in another way."""
        return tuple(self._lane(number, loaded(name), request) for number, name in enumerate(request.models))

    def _lane(self, number: int, checkpoint: Checkpoint, request: DrawRequest) -> LaneDraw:
        notes, num_frames, num_prime = self.rolls[number]
        frames = frames_of(json.loads(f"[{notes}]"), num_frames, checkpoint.representation)
        lane = LaneDraw(number, checkpoint, request, frames[:num_prime])
        for frame in frames[num_prime:]:
            lane.take(frame)
        lane.is_given = True
        return lane


def frames_of(notes: Any, num_frames: int, roll: PianoRoll) -> Tensor:
    """Frames of a roll from its notes, which a browser may have sent.

    Raises:
        InvalidValueError: they are not notes of this roll.
    """
    frames = torch.zeros(num_frames, roll.num_pitches)
    try:
        for pitch, start, length in notes:
            column = pitch - roll.lowest_pitch
            if not (0 <= column < roll.num_pitches and start >= 0 and length > 0):
                raise ValueError(f"no note: {pitch}, {start}, {length}")
            frames[start : start + length, column] = 1
    except (ValueError, TypeError, IndexError):
        raise InvalidValueError("these are no notes of this model: reload the page") from None
    return frames


def beginning_of(heard: Mapping[str, Any], roll: PianoRoll) -> str:
    """The packed roll of what has been heard of a lane, as the visitor's browser says.

    Args:
        heard: ``notes`` as JSON without the outer brackets, and ``frame``, how many frames are kept.

    Raises:
        InvalidValueError: a draw cannot go on from it.
    """
    frame, notes = heard.get("frame"), heard.get("notes")
    is_place = isinstance(frame, int) and not isinstance(frame, bool) and 0 < frame <= MAX_PACKED_FRAMES
    if not is_place or not isinstance(notes, str):
        raise InvalidValueError("listen to where you want to go on from first")
    try:
        rows = json.loads(f"[{notes}]")
    except (ValueError, RecursionError):
        raise InvalidValueError("these are no notes: reload the page") from None
    return pack_roll(frames_of(rows, frame, roll))
