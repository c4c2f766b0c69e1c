"""TrialPlayer: the clips of a trial on one clock, and the question; whose they are comes after the answer.

Conventions
    value   one flat dict, see `EMPTY_TRIAL` for every key and its default
    lanes   paths of MP3 files where browsers may fetch them, in the order of the trial
    reveal  {"name", "source", "facts"} of each lane; only of an answered trial
"""

import secrets
from collections.abc import Mapping
from typing import Any

from engine.listening import BUNDLE_FOLDER
from pages.house import file_value
from pages.parts import Component

TRIAL_STATES = (
    *("empty", "asking", "answered", "error"),
    "again",  # the page stays as it is, with a message
    "kept",  # the same, and the answer is written down; the page then asks for the reveal
)
EMPTY_TRIAL: Mapping[str, Any] = {
    "state": "empty",
    "message": "",
    "trial": "",  # its id
    "question": "",
    "names": (),  # of lanes, at least as many as there are
    "answers": (),  # (choice, words) of each button; none where the lanes are put in order
    "number": 0,
    "num_trials": 0,
    "seconds": 0.0,  # of every clip
    "counts_from": 0.0,  # seconds at the start that all clips share; only what is heard after them counts
    "needed": 0.0,  # seconds of each clip that the listener is asked to hear
    "enough": 0.0,  # seconds of each clip that the browser must have counted; a little less
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
        *(BUNDLE_FOLDER / name for name in ("trial.html", "trial.css", "trial_player.js", "trial.js")),
        "trial_app.js",
    )
    empty: Mapping[str, Any] = EMPTY_TRIAL
    description = "a trial"

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any]:
        """What the browser gets: defaults filled in, and addresses of sounds.

        Raises:
            ValueError: a key or state that is not known.
        """
        full = self.full(value)
        if full["state"] not in TRIAL_STATES:
            raise ValueError(f"unknown state {full['state']!r} of a trial")
        lanes = [{"audio": file_value(path)} for path in full["lanes"]]
        lists = {name: list(full[name]) for name in ("names", "answers", "reveal")}
        return full | {"lanes": lanes, **lists, "turn": secrets.token_hex(4)}
