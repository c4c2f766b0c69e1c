"""Drawing: all lanes of one request, from the first frame to files; nothing of it outlives the request."""

import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr
import torch
from torch import Tensor

from engine import MAX_SEED, Checkpoint, EngineError, InvalidValueError, read_prime
from pages.catalogue import loaded
from pages.draw_request import MAX_LANES, OWN_SOUND, PACKED, DrawRequest, pack_roll, unpack_roll
from pages.excerpts import excerpt
from pages.lane_draw import LaneDraw

SECONDS_PER_VIEW = 0.2  # between two updates of the page


def prime_frames(prime: str, upload: str | None, checkpoint: Checkpoint) -> tuple[Tensor, str, str]:
    """The frames to continue, what a link calls them, and a sentence on what was left out of a file.

    Args:
        prime: as in DrawRequest, or ``OWN_SOUND`` with an upload.
        upload: path of an uploaded file, or None.

    Raises:
        EngineError: the file cannot be read, or the prime is not known.
    """
    representation = checkpoint.representation
    if prime == OWN_SOUND:
        if upload is None:
            raise InvalidValueError("choose a file to continue, or another beginning")
        read = read_prime(Path(upload), representation)
        name = pack_roll(read.frames) if representation.name == "piano_roll" else OWN_SOUND
        return read.frames, name, read.report
    if prime.startswith(PACKED):
        if representation.name != "piano_roll":
            raise InvalidValueError("this link continues notes, which a speech model cannot read")
        return unpack_roll(prime, representation.num_pitches), prime, ""
    if prime:
        return read_prime(excerpt(prime).path, representation).frames, prime, ""
    return torch.zeros(0, checkpoint.model.frame_size), "", ""


def open_lanes(request: DrawRequest, prime: Tensor) -> list[LaneDraw]:
    """A lane for every model of the request.

    Raises:
        EngineError: a model is not known, or is of another kind than the first.
    """
    checkpoints = [loaded(name) for name in request.models]
    first = checkpoints[0].representation
    for checkpoint in checkpoints:
        if checkpoint.representation != first:
            raise InvalidValueError("models that are compared must be fitted on the same corpus")
    return [LaneDraw(lane, checkpoint, request, prime) for lane, checkpoint in enumerate(checkpoints)]


def draw(lanes: list[LaneDraw], stop: threading.Event) -> Iterator[dict[int, dict[str, Any]]]:
    """Sample all lanes side by side, then score and render each.

    Yields:
        lane number -> new value, for the lanes that changed.
    """
    yield {lane.lane: lane.value() for lane in lanes}
    while not stop.is_set() and any(not lane.is_whole for lane in lanes):
        growing = [lane for lane in lanes if not lane.is_whole]
        for lane in growing:
            lane.extend(SECONDS_PER_VIEW / len(growing))
        yield {lane.lane: lane.value() for lane in growing}
    with TemporaryDirectory(prefix="earshot-") as folder:
        for lane in lanes:
            lane.finish(Path(folder))
            yield {lane.lane: lane.value()}


def error_sentence(error: EngineError) -> str:
    """An engine's error as a sentence on the page."""
    text = str(error)
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def lane_updates(views: dict[int, dict[str, Any]], num_lanes: int) -> list[Any]:
    """One update for every lane of the page: changed ones get their value, unused ones are hidden."""
    updates = []
    for lane in range(MAX_LANES):
        if lane in views:
            updates.append(gr.update(value=views[lane], visible=True))
        else:
            updates.append(gr.skip() if lane < num_lanes else gr.update(visible=False))
    return updates


def press_stop(stop: threading.Event | None) -> None:
    """Tell the draw that this visitor started last to be content with what it has."""
    if stop is not None:
        stop.set()


def new_seed() -> int:
    """A seed that nobody chose."""
    return secrets.randbelow(MAX_SEED + 1)
