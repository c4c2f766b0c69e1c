"""VolumeCheck: a button that plays the beginnings of a corpus's excerpts, as loud as a test's clips.

All lanes of a trial share their beginning, so it gives nothing away; how a piece really goes on must not be
heard before a test.

Conventions
    value   {"sound": bytes of an MP3 file} or {"message": why there is none}
"""

import secrets
from collections.abc import Mapping
from typing import Any

import torch

from engine.checkpoints import Checkpoint
from engine.listening import BUNDLE_FOLDER, REAL, Material, PlannedTrial, make_clips
from engine.pieces import excerpts_of, read_excerpt
from pages.listen.wish import CLIP_PER_PRIME
from pages.parts import Component

NO_SOUND: Mapping[str, Any] = {"sound": None, "message": ""}
MIN_CHECK_SECONDS = 4.0  # of speech; shorter beginnings are repeated until they last that long
MAX_CHECK_FRAMES = 32  # of music, a few bars


class VolumeCheck(Component):
    """The button. A press sends the event ``ask``; the component's next value is the answer."""

    files = (BUNDLE_FOLDER / "trial_player.js", "volume_check.html", "volume_check.css", "volume_check.js")
    empty: Mapping[str, Any] = NO_SOUND
    description = "a sound"

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any]:
        """What the browser gets: the sound as a file that it may fetch."""
        full = self.full(value)
        sound = full["sound"]
        name = f"{secrets.token_hex(8)}.mp3"  # a new one, so that the browser notices every press
        return full | {"sound": sound and self.served(sound, name)}


def check_sound(checkpoint: Checkpoint) -> bytes:
    """Beginnings of the excerpts of a model's corpus, one after the other, as an MP3 file.

    Raises:
        EngineError: there is no synthesiser.
    """
    representation = checkpoint.representation
    names = [excerpt.name for excerpt in excerpts_of(checkpoint.card.corpus.name, representation.name)]
    pieces = [read_excerpt(name, representation) for name in names]
    frames = torch.cat([piece[: len(piece) // CLIP_PER_PRIME] for piece in pieces])
    if not representation.facts.holds_notes:
        wanted = MIN_CHECK_SECONDS * representation.frames_per_second
        frames = frames.repeat(1 + int(wanted / len(frames)), 1)
    else:
        frames = frames[:MAX_CHECK_FRAMES]
    material = Material({checkpoint.card.name: checkpoint}, frames, 0, len(frames))
    # a trial whose only lane is the real piece, so that it becomes as loud as the clips of tests
    plan = PlannedTrial(number=1, sources=(REAL,), seed=0, prime="").plan
    return make_clips(plan, material, ("volume",))[0].mp3
