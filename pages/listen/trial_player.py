"""TrialPlayer: the clips of a trial on one clock, and the question; nothing in it tells whose they are.

Conventions
    value   one flat dict, see `EMPTY` for every key and its default
    lanes   paths of MP3 files where browsers may fetch them, in the order of the trial
    reveal  {"name", "source", "facts"} of each lane; only of an answered trial
"""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gradio.data_classes import FileData

from engine.listening import BUNDLE_FOLDER
from pages.parts import Component

STATES = (
    *("empty", "asking", "answered", "error"),
    "again",  # what is on the page stays, with a message
    "kept",  # so it does, with an answer that counts; the page asks for the reveal then
)
EMPTY: Mapping[str, Any] = {
    "state": "empty",
    "message": "",
    "trial": "",  # its id
    "question": "",
    "names": (),  # of lanes
    "answers": (),  # (choice, words) of each button; none where the lanes are put in order
    "number": 0,
    "num_trials": 0,
    "seconds": 0.0,  # of every clip
    "counts_from": 0.0,  # seconds of every clip that all share; what is heard is heard after them
    "needed": 0.0,  # seconds of each that must be heard
    "enough": 0.0,  # seconds that the browser must have counted of each
    "lanes": (),
    "choice": "",  # of an answered trial
    "reveal": (),
    "told": "",  # of an answered trial: what the answer says, and what others said
    "verdict": "",
    "links": (),  # (text, address) of where to go after the last trial
    "has_next": False,
    "turn": "",  # a new one each time, so that the same message again is a change
}


class TrialPlayer(Component):
    """A trial as a listener meets it. Its events are ``vote``, ``reveal`` and ``next``.

    Args:
        value: the first value, or None for no trial yet.
        kwargs: whatever `gr.HTML` takes.
    """

    files = (
        *(BUNDLE_FOLDER / name for name in ("trial.html", "trial.css", "trial_player.js")),
        *("trial_app.js", BUNDLE_FOLDER / "trial.js"),
    )
    empty: Mapping[str, Any] = EMPTY
    description = "a trial"

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any]:
        """What the browser gets: defaults filled in, and addresses of sounds.

        Raises:
            ValueError: a key or state that is not known.
        """
        full = self.full(value)
        if full["state"] not in STATES:
            raise ValueError(f"unknown state {full['state']!r} of a trial")
        lanes = [
            {"audio": FileData(path=path, orig_name=Path(path).name).model_dump()} for path in full["lanes"]
        ]
        lists = {name: list(full[name]) for name in ("names", "answers", "reveal")}
        return full | {"lanes": lanes, **lists, "turn": secrets.token_hex(4)}
