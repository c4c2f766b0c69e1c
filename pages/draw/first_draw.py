"""FirstDraw: what a page shows before anything is asked for, so that a visitor hears something at once.

On the page Play it is shipped with the app; on the page Speech, where a draw is made faster than it is heard,
it is drawn when the first visitor comes.

Conventions
    first.mid    in assets/draws: what was drawn
    first.txt    next to it: the link that draws it again
"""

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import torch

from engine.errors import EngineError
from engine.folders import ASSETS
from engine.pieces import read_piece
from engine.representations import Waveform
from pages.draw.drawing import open_drawing
from pages.draw.lane_draw import LaneDraw
from pages.draw.request import DrawRequest
from pages.house import loaded, served_bytes

SHIPPED_DRAWS = ASSETS / "draws"
WORK_SECONDS = 60.0  # of drawing, from one check whether the draw is whole to the next

Made = tuple[dict[str, Any], dict[str, bytes]]  # the value of a lane, and its files


def first_draw() -> dict[str, Any]:
    """The value of the shipped draw's lane; empty if it cannot be played."""
    try:
        return _laid_out(_shipped())
    except (EngineError, OSError):
        return {}


def first_sound(request: DrawRequest) -> dict[str, Any]:
    """The value of the lane that a request for one model of sound draws; empty if it cannot be drawn.

    Args:
        request: with a beginning that is shipped, or none.
    """
    try:
        return _laid_out(_drawn(request))
    except (EngineError, OSError):
        return {}


def _laid_out(made: Made) -> dict[str, Any]:
    """The lane's value, with its files there again for every visitor, since old files are removed."""
    value, contents = made

    def written(file: dict[str, Any]) -> dict[str, Any]:
        name = Path(file["path"]).name
        return {**file, "path": served_bytes(contents[name], name)}

    return {**value, **{kind: list(map(written, value[kind])) for kind in ("downloads", "pieces")}}


@cache
def _drawn(request: DrawRequest) -> Made:
    """Value and files, drawn once per process: they are the same for everybody."""
    (lane,) = open_drawing(request, None, Waveform.name).lanes
    while not lane.is_whole:
        lane.extend(WORK_SECONDS)
    return _finished(lane)


@cache
def _shipped() -> Made:
    """Value and files, rendered once per process: they are the same for everybody."""
    link = (SHIPPED_DRAWS / "first.txt").read_text(encoding="utf-8").strip()
    request = DrawRequest.from_query(dict(parse_qsl(link.removeprefix("?"))))
    checkpoint = loaded(request.models[0])
    lane = LaneDraw(0, checkpoint, request, torch.zeros(0, checkpoint.model.frame_size))
    read = read_piece(SHIPPED_DRAWS / "first.mid", checkpoint.representation, is_ours=True).frames
    num_silent = max(lane.num_frames - len(read), 0)  # a MIDI file has no silence at its end
    silence = read.new_zeros(num_silent, read.shape[1])
    for frame in (*read, *silence):
        if not lane.is_whole:
            lane.take(frame)
    return _finished(lane)


def _finished(lane: LaneDraw) -> Made:
    """Value and files of a lane that is whole; raises EngineError where it cannot be played."""
    lane.finish()
    value = lane.value()
    if lane.state == "error":
        raise EngineError(value["message"])
    paths = [Path(file["path"]) for kind in ("downloads", "pieces") for file in value[kind]]
    return value, {path.name: path.read_bytes() for path in paths}
