"""Visitor: a random id that a visitor's own browser keeps; no name, no address, no account.

In the browser's local storage and not in a cookie, since cookies are blocked in a Space's frame.
"""

import secrets
from typing import Any

import gradio as gr

OBFUSCATION = "earshot-visitor"  # no secret: a constant, so that a restart can read what is stored
MAX_CHARACTERS = 64


def visitor_state() -> gr.BrowserState:
    """The id of whoever looks at the page; None at the first visit."""
    return gr.BrowserState(None, storage_key="earshot-visitor", secret=OBFUSCATION)


def known_or_new(kept: Any) -> str:
    """The id that the browser kept, or a new one: a browser can send anything."""
    if isinstance(kept, str) and 16 <= len(kept) <= MAX_CHARACTERS and kept.isascii() and kept.isprintable():
        return kept
    return secrets.token_hex(18)  # no sign in front, which a table of votes would have to quote
