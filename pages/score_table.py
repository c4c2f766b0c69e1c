"""ScoreTable: the models and what they think of a piece, the best first; a click on one chooses it.

Conventions
    value   what `score_view.table_value` gives, or None before anything is scored
    choose  the event of a click; its data is ``{"model": name}``
"""

from collections.abc import Mapping
from typing import Any

import gradio as gr

from pages.lane import asset


class ScoreTable(gr.HTML):
    """Tables of one kind of frame each, with the progress above them.

    Args:
        value: the first value.
        kwargs: whatever `gr.HTML` takes.
    """

    def __init__(self, value: Mapping[str, Any] | None = None, **kwargs: Any):
        super().__init__(
            value=value,
            html_template=asset("score_table.html"),
            css_template=asset("score_table.css"),
            js_on_load=asset("score_table.js"),
            apply_default_css=False,
            **kwargs,
        )

    def preprocess(self, payload: Any) -> None:
        """A table is shown, never read."""

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any] | None:
        return None if value is None else dict(value)
