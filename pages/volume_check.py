"""VolumeCheck: a button that plays what clips of a corpus begin with, as loud as a test's clips.

Only beginnings, which every lane of a trial has: how a piece really goes on must not be known before.

Conventions
    value   {"sound": bytes of a WAV file} or {"message": a sentence}
"""

import secrets
from collections.abc import Mapping
from typing import Any

import gradio as gr
import torch

from engine import (
    EXCERPT_SUFFIXES,
    REAL,
    Checkpoint,
    Material,
    PlannedTrial,
    excerpts_of,
    make_clips,
    read_excerpt,
)
from pages.lane import asset
from pages.served_file import served
from pages.wish import PRIME_SHARE

EMPTY: Mapping[str, Any] = {"sound": None, "message": ""}
SECONDS_OF_SPEECH = 4.0  # at least: beginnings are said again until it is so long
MAX_FRAMES = 32  # of music, a few bars


class VolumeCheck(gr.HTML):
    """The button; its event is ``ask``.

    Args:
        kwargs: whatever `gr.HTML` takes.
    """

    def __init__(self, value: Mapping[str, Any] | None = None, **kwargs: Any):
        super().__init__(
            value=value,
            html_template=asset("volume_check.html"),
            css_template=asset("volume_check.css"),
            js_on_load=asset("trial_player.js") + asset("volume_check.js"),
            apply_default_css=False,
            **kwargs,
        )

    def preprocess(self, payload: Any) -> None:
        """It is shown, never read."""

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any]:
        """What the browser gets: the sound in the cache, under a new name."""
        full = {**EMPTY, **(value or {})}
        sound = full["sound"]
        name = f"{secrets.token_hex(8)}.wav"  # a new one, so that the browser notices every press
        return full | {"sound": sound and served(sound, name, self.GRADIO_CACHE)}

    def api_info(self) -> dict[str, Any]:
        """The value is an object; `gr.HTML` would announce a string."""
        return {"type": "object", "additionalProperties": True, "description": "a sound"}

    def example_payload(self) -> dict[str, Any]:
        return dict(EMPTY)

    def example_value(self) -> dict[str, Any]:
        return dict(EMPTY)


def check_sound(checkpoint: Checkpoint) -> bytes:
    """Beginnings of the excerpts of a model's corpus, one after the other, as a WAV file.

    Raises:
        EngineError: there is no synthesiser.
    """
    representation = checkpoint.representation
    names = [
        each.name for each in excerpts_of(checkpoint.card.corpus.name, EXCERPT_SUFFIXES[representation.name])
    ]
    pieces = [read_excerpt(name, representation) for name in names]
    frames = torch.cat([piece[: len(piece) // PRIME_SHARE] for piece in pieces])
    if representation.name == "waveform":
        wanted = SECONDS_OF_SPEECH * representation.frames_per_second
        frames = frames.repeat(1 + int(wanted / len(frames)), 1)
    else:
        frames = frames[:MAX_FRAMES]
    material = Material({checkpoint.card.name: checkpoint}, frames, 0, len(frames))
    plan = PlannedTrial(number=1, sources=(REAL,), seed=0, prime="").plan
    return make_clips(plan, material, ("volume",))[0].wav
