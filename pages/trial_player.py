"""TrialPlayer: the clips of a trial on one clock, and the question; nothing in it tells whose they are.

Conventions
    value   one flat dict, see `EMPTY` for every key and its default
    lanes   {"audio": bytes of a WAV file} in the order of the trial
    reveal  {"name", "source", "facts"} of each lane; only of an answered trial
"""

import secrets
from collections.abc import Mapping
from typing import Any

import gradio as gr

from pages.lane import asset
from pages.served_file import served

STATES = ("empty", "asking", "answered", "error", "again")  # again: what is on the page stays, with a message
EMPTY: Mapping[str, Any] = {
    "state": "empty",
    "message": "",
    "trial": "",  # its id
    "task": "",
    "number": 0,
    "num_trials": 0,
    "seconds": 0.0,  # of every clip
    "needed": 0.0,  # seconds of each that must be heard
    "lanes": (),
    "choice": "",  # of an answered trial
    "reveal": (),
    "verdict": "",
    "links": (),  # (text, address) of where to go after the last trial
    "has_next": False,
    "turn": "",  # a new one each time, so that the same message again is a change
}


class TrialPlayer(gr.HTML):
    """A trial as a listener meets it. Its events are ``vote`` and ``next``.

    Args:
        value: the first value, or None for no trial yet.
        kwargs: whatever `gr.HTML` takes.
    """

    def __init__(self, value: Mapping[str, Any] | None = None, **kwargs: Any):
        super().__init__(
            value=value,
            html_template=asset("trial.html"),
            css_template=asset("trial.css"),
            js_on_load="".join(map(asset, ("trial_player.js", "trial_app.js", "trial.js"))),
            apply_default_css=False,
            **kwargs,
        )

    def preprocess(self, payload: Any) -> None:
        """A trial is shown, never read: answers come with the event."""

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any]:
        """What the browser gets: defaults filled in, sounds in the cache under names that tell nothing.

        Raises:
            ValueError: a key or state that is not known.
        """
        full = {**EMPTY, **(value or {})}
        if (unknown := sorted(set(full) - set(EMPTY))) or full["state"] not in STATES:
            raise ValueError(f"unknown keys {unknown} or state {full['state']!r} of a trial")
        lanes = [
            {"audio": served(lane["audio"], f"{secrets.token_hex(8)}.wav", self.GRADIO_CACHE)}
            for lane in full["lanes"]
        ]
        return full | {"lanes": lanes, "reveal": list(full["reveal"]), "turn": secrets.token_hex(4)}

    def api_info(self) -> dict[str, Any]:
        """The value is an object; `gr.HTML` would announce a string."""
        return {"type": "object", "additionalProperties": True, "description": "a trial"}

    def example_payload(self) -> dict[str, Any]:
        return dict(EMPTY)

    def example_value(self) -> dict[str, Any]:
        return dict(EMPTY)
