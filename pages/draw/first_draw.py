"""The first draw: what a page shows before anything is asked for, so that a visitor hears something at once.

That of music is shipped with the app; that of sound, which is drawn faster than it is heard, is made when the
first visitor comes.

Conventions
    first.mid    in assets/draws: what was drawn
    first.txt    beside it: the link that draws it again
"""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
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
from pages.house import loaded
from pages.parts import served_bytes

DRAWS = ASSETS / "draws"
SECONDS_AT_ONCE = 60.0

Made = tuple[dict[str, Any], dict[str, bytes]]  # the value of a lane, and its files


def first_draw(folder: Path) -> dict[str, Any]:
    """The lane of the shipped draw, its files written to ``folder``; empty if it cannot be played."""
    try:
        return _laid_out(_shipped(), folder)
    except (EngineError, OSError):
        return {}


def first_sound(request: DrawRequest, folder: Path) -> dict[str, Any]:
    """The lane of what a request for one model of sound draws; empty if it cannot be drawn.

    Args:
        request: with a beginning that is shipped, or none.
        folder: where its files are written.
    """
    try:
        return _laid_out(_drawn(request), folder)
    except (EngineError, OSError):
        return {}


def _laid_out(made: Made, folder: Path) -> dict[str, Any]:
    value, files = made
    downloads = [{**file, "path": folder / file["name"]} for file in value["downloads"]]
    for file in downloads:
        file["path"].write_bytes(files[file["name"]])
    names = [Path(piece["path"]).name for piece in value["pieces"]]
    pieces = [
        {**piece, "path": served_bytes(files[name], name)}  # old files are removed
        for piece, name in zip(value["pieces"], names, strict=True)
    ]
    return {**value, "downloads": downloads, "pieces": pieces}


@cache
def _drawn(request: DrawRequest) -> Made:
    """Drawn once per process: it is the same for everybody."""
    (lane,) = open_drawing(request, None, Waveform.name).lanes
    while not lane.is_whole:
        lane.extend(SECONDS_AT_ONCE)
    return _finished(lane)


@cache
def _shipped() -> Made:
    """Value and files, rendered once per process: they are the same for everybody."""
    link = (DRAWS / "first.txt").read_text(encoding="utf-8").strip()
    request = DrawRequest.from_query(dict(parse_qsl(link.removeprefix("?"))))
    checkpoint = loaded(request.models[0])
    lane = LaneDraw(0, checkpoint, request, torch.zeros(0, checkpoint.model.frame_size))
    read = read_piece(DRAWS / "first.mid", checkpoint.representation, is_ours=True).frames
    silence = read.new_zeros(
        max(lane.num_frames - len(read), 0), read.shape[1]
    )  # a MIDI file has none at its end
    for frame in (*read, *silence):
        if not lane.is_whole:
            lane.take(frame)
    return _finished(lane)


def _finished(lane: LaneDraw) -> Made:
    """Raises EngineError where there is nothing to be heard."""
    with TemporaryDirectory(prefix="earshot-") as folder:
        lane.finish(Path(folder))
        value = lane.value()
        if lane.state == "error":
            raise EngineError(value["message"])
        paths = [*Path(folder).iterdir(), *(Path(piece["path"]) for piece in value["pieces"])]
        return value, {path.name: path.read_bytes() for path in paths}
