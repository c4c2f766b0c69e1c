"""VoteFiles: buttons that hand votes over as a file, JSON lines (for `python -m engine analyse`) or CSV.

Conventions
    value   {"file": (name, text)} that is to be saved now, or {"message": a sentence}
"""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from engine import EngineError, export_text
from pages.lane import asset
from pages.sentence import sentence
from pages.served_file import served

Row = Mapping[str, Any]  # of an export: an answered trial, or a deletion
KINDS = ("jsonl", "csv")
EMPTY: Mapping[str, Any] = {"file": None, "message": ""}


class VoteFiles(gr.HTML):
    """The buttons; their event is ``ask``, with the kind of file.

    Args:
        label: what the files hold, as it stands before the buttons.
        kwargs: whatever `gr.HTML` takes.
    """

    def __init__(self, label: str = "", **kwargs: Any):
        super().__init__(
            value=None,
            html_template=asset("vote_files.html").replace("LABEL", label),
            css_template=asset("vote_files.css"),
            js_on_load=asset("vote_files.js"),
            apply_default_css=False,
            **kwargs,
        )

    def preprocess(self, payload: Any) -> None:
        """It is shown, never read."""

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any]:
        """What the browser gets: the file in the cache."""
        full = {**EMPTY, **(value or {}), "turn": secrets.token_hex(4)}  # a press is a change, always
        if full["file"] is None:
            return full
        name, text = full["file"]
        return full | {"file": served(text.encode(), name, self.GRADIO_CACHE)}

    def api_info(self) -> dict[str, Any]:
        """The value is an object; `gr.HTML` would announce a string."""
        return {"type": "object", "additionalProperties": True, "description": "a file of votes"}

    def example_payload(self) -> dict[str, Any]:
        return dict(EMPTY)

    def example_value(self) -> dict[str, Any]:
        return dict(EMPTY)


def vote_file(read: Callable[[], list[Row]], name: str, nothing: str, event: gr.EventData) -> dict[str, Any]:
    """The value after a press: a file, or a sentence.

    Args:
        read: the rows of an export.
        name: of the file, without its ending.
        nothing: what is said if there are none.
    """
    given = event._data if isinstance(event._data, dict) else {}
    kind = given.get("kind")
    if kind not in KINDS:
        return {"message": "Press one of the buttons."}
    try:
        rows = read()
    except EngineError as error:
        return {"message": sentence(error)}
    if not any("trial" in row for row in rows):
        return {"message": nothing}
    return {"file": (f"{name}.{kind}", export_text(rows, kind))}
