"""History: a visitor's last ten draws, kept in the visitor's own browser as links that draw them again.

Only the browser keeps it: tabs of one page share it, and the server stores none of it.

Conventions
    value   {"page": whose draws they are, "entry": [label, link, origin] of the draw that was finished last,
            or None}
    origin  the link of the draw that it continued; empty where it continued none
"""

import secrets
from collections.abc import Mapping
from typing import Any

from pages.draw.request import DrawRequest
from pages.parts import Component


class History(Component):
    """A list of links; nothing before the first draw.

    Args:
        page: whose draws they are.
        kwargs: whatever `gr.HTML` takes.
    """

    files = ("history.html", "history.js")
    empty: Mapping[str, Any] = {"page": "", "entry": None}
    description = "a finished draw"

    def __init__(self, page: str = "", **kwargs: Any):
        super().__init__({"page": page}, **kwargs)

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any]:
        """What the browser gets; a new ``turn`` makes it a change even where the same draw comes again."""
        return {**self.full(value), "turn": secrets.token_hex(4)}


def finished(page: str, request: DrawRequest, label: str) -> dict[str, Any]:
    """The value after a draw; its entry is None where no link can carry it."""
    return {"page": page, "entry": request.link and [label, request.link, ""]}


def gone_on(value: Mapping[str, Any], origin: str | None) -> dict[str, Any]:
    """The value after a draw that continued a lane of another draw, whose link is ``origin``."""
    return {**value, "entry": value["entry"] and [*value["entry"][:2], origin or ""]}
