"""The first draw: shipped with the app, so that a visitor hears something before any model is at work.

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
from pages.draw.lane_draw import LaneDraw
from pages.draw.request import DrawRequest
from pages.house import loaded

DRAWS = ASSETS / "draws"


def first_draw(folder: Path) -> dict[str, Any]:
    """The lane of the shipped draw, its files written to ``folder``; empty if it cannot be played."""
    try:
        value, files = _first_draw()
    except (EngineError, OSError):
        return {}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    downloads = [{**file, "path": folder / file["name"]} for file in value["downloads"]]
    return {**value, "downloads": downloads, "audio": folder / Path(value["audio"]).name}


@cache
def _first_draw() -> tuple[dict[str, Any], dict[str, bytes]]:
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
    with TemporaryDirectory(prefix="earshot-") as folder:
        lane.finish(Path(folder))
        value = lane.value()
        if lane.state == "error":
            raise EngineError(value["message"])
        return value, {path.name: path.read_bytes() for path in Path(folder).iterdir()}
