"""ScoreTable: the models and what they think of a piece, the best first; a click on one chooses it.

Conventions
    value   what `view.table_value` gives, or None before anything is scored
    choose  the event of a click; its data is ``{"model": name}``
"""

from collections.abc import Mapping
from typing import Any

from pages.parts import Component


class ScoreTable(Component):
    """One table for each kind of frame, with the progress above them; empty before anything is scored."""

    files = ("score_table.html", "score_table.css", "score_table.js")
    description = "the models and what they think of a piece"

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any] | None:
        return None if value is None else dict(value)
