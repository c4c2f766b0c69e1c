"""Drawing: the lanes of one request, from its beginning to sampled frames; nothing outlives the request."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from engine.checkpoints import Checkpoint
from engine.errors import InvalidValueError
from engine.pieces import excerpt, read_prime
from engine.representations import are_alike, converted
from pages.draw.lane_draw import LaneDraw
from pages.draw.packed_roll import PACKED, pack_roll, unpack_roll
from pages.draw.request import DrawRequest
from pages.house import MAX_LENGTHS, OWN, Running, loaded

OTHER_FRAMES = "draws another kind of frames"
SECONDS_PER_DRAW_VIEW = 0.2  # between two updates of the page
SECONDS_TO_SOUND = 0.5  # after which the page is updated even if nothing can be heard yet
SECONDS_AHEAD = 12.0  # of the first lane's sound that are made before they are heard, at most
FIRST_AHEAD = 1.5  # the same at first, doubled with every view: a visitor would wait for a longer piece
SECONDS_PLAYED, MOST_SECONDS_PLAYED = 8.0, 64.0  # of sound that a lane makes in a turn: at first, at most
SECONDS_PER_TURN = 0.01  # for which a lane samples before the next one does; or one step, if it is longer


@dataclass(frozen=True)
class Drawing:
    """The lanes of a request, opened but not yet sampled.

    Args:
        request: as asked for; uploaded notes have become a packed roll, which a link can carry.
        lanes: one for every model.
        report: what was left out of the beginning, in a sentence or two; empty if nothing was.
    """

    request: DrawRequest
    lanes: tuple[LaneDraw, ...]
    report: str


def open_drawing(request: DrawRequest, upload: str | None, kind: str) -> Drawing:
    """Read the beginning and make the lanes.

    Args:
        request: what is drawn.
        upload: path of the file that the prime ``OWN`` stands for, or None.
        kind: name of the representation that all models must have.

    Raises:
        EngineError: a model or the beginning is not known, cannot be read, or is of another kind.
    """
    checkpoints = [loaded(name) for name in request.models]
    representation = checkpoints[0].representation
    for name, checkpoint in zip(request.models, checkpoints, strict=True):
        if checkpoint.representation.name != kind:
            raise InvalidValueError(f"{name!r} {OTHER_FRAMES}: choose a model of this page")
        if not are_alike(checkpoint.representation, representation):
            raise InvalidValueError("models that are compared must be fitted on the same corpus")
    unit = representation.facts.length_unit
    longest = MAX_LENGTHS[unit]
    if request.length > longest:
        raise InvalidValueError(f"length {request.length:g} must be at most {longest} {unit}")
    frames, report = prime_frames(request.prime, upload, checkpoints[0])
    frames = frames[: math.ceil(len(frames) * request.kept)]
    most = round(longest * representation.frames_per_unit)
    if len(frames) > most:
        frames = frames[-most:]
        report = f"{report} Only the last {longest} {unit} of the beginning are continued.".strip()
    if request.prime == OWN and representation.facts.holds_notes:
        request = replace(request, prime=pack_roll(frames), kept=1.0)
    lanes = [
        LaneDraw(number, checkpoint, request, converted(frames, representation, checkpoint.representation))
        for number, checkpoint in enumerate(checkpoints)
    ]
    return Drawing(request, tuple(lanes), report)


def prime_frames(prime: str, upload: str | None, checkpoint: Checkpoint) -> tuple[Tensor, str]:
    """The frames to continue, and a sentence on what was left out of a file.

    Args:
        prime: as in DrawRequest, or ``OWN`` with an upload.
        upload: path of an uploaded file, or None.
        checkpoint: whose frames they are.

    Raises:
        EngineError: the file cannot be read, or the prime is not known.
    """
    representation = checkpoint.representation
    if not prime:
        return torch.zeros(0, checkpoint.model.frame_size), ""
    if prime.startswith(PACKED) and representation.facts.holds_notes:
        return unpack_roll(prime, representation.num_pitches), ""
    if prime == OWN and upload is None:
        raise InvalidValueError("choose a file to continue, or another beginning")
    if prime != OWN and excerpt(prime).kind != representation.name:
        raise InvalidValueError(f"the beginning {prime!r} is of another kind than the model: choose another")
    is_ours = prime != OWN
    path = excerpt(prime).path if is_ours else Path(upload)
    corpus = checkpoint.card.corpus
    read = read_prime(path, representation, corpus.played_semitones, corpus.mean_pitch, is_ours)
    return read.frames, read.report


def sample_together(lanes: tuple[LaneDraw, ...], running: Running) -> Iterator[list[LaneDraw]]:
    """Sample all lanes side by side until they are whole or the visitor stops; yields lanes that changed."""
    began, ahead = time.monotonic(), FIRST_AHEAD
    _begin(lanes[0], running)
    yield list(lanes[:1])
    while running.goes_on and (growing := [lane for lane in lanes if not lane.is_whole]):
        _grow(growing, running, SECONDS_PER_DRAW_VIEW)
        sounded = [lane for lane in lanes[:1] if not lane.is_played]  # whose sound grows in this view
        for lane in sounded:
            lane.play(until=time.monotonic() - began + ahead)
        for lane in lanes[1:]:
            if lane.is_whole and not lane.is_heard:  # its sound need not wait for the other lanes
                lane.play(more=SECONDS_PLAYED)
                sounded.append(lane)
        yield [lane for lane in lanes if lane in sounded or lane in growing]
        ahead = min(2 * ahead, SECONDS_AHEAD)


def play_together(lanes: tuple[LaneDraw, ...], running: Running) -> Iterator[list[LaneDraw]]:
    """Make the rest of the sound of what has been drawn, lanes in turns; yields the lanes that have more."""
    seconds = SECONDS_PLAYED
    while not running.is_replaced and (unplayed := [lane for lane in lanes if not lane.is_played]):
        for lane in unplayed:
            lane.play(more=seconds)
        yield unplayed
        seconds = min(2 * seconds, MOST_SECONDS_PLAYED)


def _begin(lane: LaneDraw, running: Running) -> None:
    """Draw this lane alone until it can be heard, is whole, or ``SECONDS_TO_SOUND`` have passed."""
    until = time.monotonic() + SECONDS_TO_SOUND
    while running.goes_on and not lane.is_heard and time.monotonic() < until:
        lane.extend(SECONDS_PER_TURN)
        lane.play(more=FIRST_AHEAD)
        if lane.is_whole:
            return


def _grow(lanes: list[LaneDraw], running: Running, seconds: float) -> None:
    """Draw lanes in turns for ``seconds``, after which the page is updated."""
    until = time.monotonic() + seconds
    while running.goes_on and not all(lane.is_whole for lane in lanes):
        for lane in lanes:
            if running.goes_on and not lane.is_whole:
                lane.extend(SECONDS_PER_TURN)
        if time.monotonic() > until:
            return
