"""History: a visitor's last ten draws, kept in the visitor's own browser as links that draw them again."""

import html
from typing import Any

import gradio as gr

from pages.draw.request import DrawRequest

MAX_ENTRIES = 10
OBFUSCATION = "earshot-history"  # no secret: a constant, so that a restart can read what is stored


def browser_history(page: str) -> gr.BrowserState:
    """Entries ``[label, link]`` of a page, newest first, in the browser's local storage."""
    return gr.BrowserState([], storage_key=f"earshot-draws-{page}", secret=OBFUSCATION)


def with_draw(entries: Any, request: DrawRequest, label: str) -> list[list[str]]:
    """The entries with this draw first; one that no link can carry is left out."""
    kept = checked(entries)
    if request.link is None:
        return kept
    return [[label, request.link], *(entry for entry in kept if entry[1] != request.link)][:MAX_ENTRIES]


def checked(entries: Any) -> list[list[str]]:
    """Only what looks like entries: a browser can send anything."""
    if not isinstance(entries, list):
        return []
    return [
        [entry[0][:200], entry[1]]
        for entry in entries[:MAX_ENTRIES]
        if isinstance(entry, list) and len(entry) == 2 and all(isinstance(part, str) for part in entry)
        and entry[1].startswith("?")
    ]  # fmt: skip


def history_html(entries: Any) -> str:
    """A list of links, or nothing before the first draw."""
    rows = [
        f'<li><a href="{html.escape(link, quote=True)}">{html.escape(label)}</a></li>'
        for label, link in checked(entries)
    ]
    if not rows:
        return ""
    return f'<section class="earshot-history"><h2>Your last draws</h2><ol>{"".join(rows)}</ol></section>'
