"""ScoreLane: a lane with one model's surprise under it, the moments that stand out, and what was expected.

Conventions
    value      the keys of a Lane, and those of `EMPTY_SCORE`
    surprise   [number] for each slice of ``frames_per_value`` frames, in ``unit``
    moments    ``least_expected`` and ``most_expected``: [index into surprise], the most extreme first
    gates      titles of the model's gates; the event ``gates`` asks for one by its place, from 0
    opened     what `view.opened_value` gives: the answer to the event ``gates``, whose data is
               ``{"model": name, "gate": number}``
    expected   what `view.expected_value` gives: the answer to the event ``look``, whose data is
               ``{"model": name, "frame": number}``
"""

import json
from collections.abc import Mapping
from typing import Any

from pages.parts import EMPTY_LANE, Lane, packed

PACKED_LISTS = ("surprise", "least_expected", "most_expected")
EMPTY_SCORE: Mapping[str, Any] = {
    "model": "",
    "unit": "",  # of the surprise: nats, bits
    "mean": 0.0,  # surprise of the whole piece
    "frames_per_value": 1,
    "gates": (),
    **dict.fromkeys(PACKED_LISTS, ()),
}


class ScoreLane(Lane):
    """One model's surprise at a piece, which plays from where the visitor clicks.

    Args:
        value: the first value; keys that are missing take their default.
        kwargs: whatever `gr.HTML` takes; ``expected`` and ``opened`` are updated apart from the value.
    """

    empty: Mapping[str, Any] = {**EMPTY_LANE, **EMPTY_SCORE}
    files = ("score_lane.html", "score_lane.css", "score_lane.js", "score_gates.js")

    def __init__(self, value: Mapping[str, Any] | None = None, **kwargs: Any):
        kwargs = {"expected": None, "opened": None, **kwargs}
        super().__init__(value, **kwargs)

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any]:
        full = super().postprocess(value)
        lists = {name: packed(full[name]) for name in PACKED_LISTS}
        return full | lists | {"gates": json.dumps(full["gates"])}
