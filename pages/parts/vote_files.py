"""VoteFiles: buttons that hand votes over as a file, JSON lines (for `python -m engine analyse`) or CSV.

Conventions
    value   {"file": (name, text)} that is to be saved now, or {"message": a sentence}
"""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from engine.errors import EngineError
from engine.listening import export_text
from pages.house import event_data, sentence
from pages.parts.component import Component, texts_of

Row = Mapping[str, Any]  # of an export: an answered trial, or a deletion
NOT_VOTED = "You have not voted yet."
VOTE_FILE_KINDS = ("jsonl", "csv")
NO_VOTE_FILE: Mapping[str, Any] = {"file": None, "message": ""}


class VoteFiles(Component):
    """The buttons; a press sends the event ``ask`` with ``{"kind": "jsonl" or "csv"}``.

    Args:
        label: the words before the buttons, which say what the files hold.
        kwargs: whatever `gr.HTML` takes.
    """

    files = ("vote_files.html", "vote_files.css", "vote_files.js")
    empty: Mapping[str, Any] = NO_VOTE_FILE
    description = "a file of votes"

    def __init__(self, label: str = "", **kwargs: Any):
        html = "".join(texts_of(type(self))[".html"]).replace("LABEL", label)
        super().__init__(html_template=html, **kwargs)

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any]:
        """What the browser gets: the file in Gradio's cache, or the message."""
        full = {**self.full(value), "turn": secrets.token_hex(4)}  # so that every answer is a change
        if full["file"] is None:
            return full
        name, text = full["file"]
        return full | {"file": self.served(text.encode(), name)}


def vote_file(read: Callable[[], list[Row]], name: str, nothing: str, event: gr.EventData) -> dict[str, Any]:
    """The value after a press: a file, or a message.

    Args:
        read: gives the rows of an export.
        name: of the file, without its ending.
        nothing: the message if there is no vote.
        event: the press, with the kind of file.
    """
    kind = event_data(event).get("kind")
    if kind not in VOTE_FILE_KINDS:
        return {"message": "Press one of the buttons."}
    try:
        rows = read()
    except EngineError as error:
        return {"message": sentence(error)}
    if not any("trial" in row for row in rows):
        return {"message": nothing}
    return {"file": (f"{name}.{kind}", export_text(rows, kind))}
