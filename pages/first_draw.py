"""The first draw: shipped with the app, so that a visitor hears something before any model is at work.

    assets/draws/first.mid    what was drawn
    assets/draws/first.txt    the link that draws it again
"""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl

import torch

from engine import EngineError, read_prime
from pages.catalogue import loaded
from pages.draw_request import DrawRequest
from pages.lane_draw import LaneDraw

DRAWS = Path(__file__).resolve().parent.parent / "assets" / "draws"


def first_view(folder: Path) -> dict[str, Any] | None:
    """The lane of the shipped draw, its files written to ``folder``; None where its model is not there."""
    try:
        value, files = _first_draw()
    except (EngineError, OSError):
        return None
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
    lane.frames = list(read_prime(DRAWS / "first.mid", checkpoint.representation).frames)
    with TemporaryDirectory(prefix="earshot-") as folder:
        lane.finish(Path(folder))
        value = lane.value()
        if lane.state == "error":
            raise EngineError(value["message"])
        return value, {path.name: path.read_bytes() for path in Path(folder).iterdir()}
