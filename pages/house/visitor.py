"""Visitor: a random id that a visitor's own browser keeps, signed by this app; no name, address or account.

It lies in the browser's local storage and not in a cookie, since cookies are blocked in a Space's frame. The
id is the key to the visitor's votes; stored, copied and exported is only a pseudonym of it, the listener.
"""

import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gradio as gr

from engine.listening import pseudonym

OBFUSCATION = "earshot-visitor"  # no secret: a constant, so that a restart can read what is stored
SECRET_VARIABLE = "EARSHOT_SECRET"  # of the environment; without it the secret lies in a file by the votes
MIN_CHARACTERS = 16  # of a secret
SIGNATURE = 32  # hexadecimal digits


def visitor_state() -> gr.BrowserState:
    """The id of the page's visitor, kept by the browser; None at the first visit."""
    return gr.BrowserState(None, storage_key="earshot-visitor", secret=OBFUSCATION)


class Visitors:
    """Gives ids to visitors, and knows its own again.

    Args:
        secret: what ids are signed with.
    """

    def __init__(self, secret: bytes):
        self._secret = secret

    def known_or_new(self, kept: Any) -> str:
        """The id that the browser kept, if it is one of ours, or a new one: a browser can send anything."""
        if self.is_known(kept):
            return kept
        number = secrets.token_hex(18)  # hexadecimal: a leading - would have to be quoted in a table of votes
        return f"{number}.{self._signature(number)}"

    def is_known(self, kept: Any) -> bool:
        """Whether this is an id that was given here."""
        if not isinstance(kept, str) or not kept.isascii():
            return False
        number, _, signature = kept.partition(".")
        return hmac.compare_digest(signature, self._signature(number))

    def listener(self, kept: Any) -> str:
        """The pseudonym of this visitor, for votes; a new visitor's where the id was not given here."""
        return pseudonym(self.known_or_new(kept))

    def _signature(self, number: str) -> str:
        return hmac.new(self._secret, number.encode(), hashlib.sha256).hexdigest()[:SIGNATURE]


def open_visitors(folder: Path, environment: Mapping[str, str]) -> Visitors:
    """Visitors with the environment's secret, or with one from a file in the folder, made the first time.

    Where the folder cannot be written to either, visitors are known only until the app stops.

    Raises:
        SystemExit: the secret of the environment is too short.
    """
    if given := environment.get(SECRET_VARIABLE):
        if len(given) < MIN_CHARACTERS:
            raise SystemExit(
                f"{SECRET_VARIABLE} must have {MIN_CHARACTERS} characters or more: choose a longer one"
            )
        return Visitors(given.encode())
    return Visitors(_kept_secret(folder / "visitors.secret"))


def _kept_secret(path: Path) -> bytes:
    new = secrets.token_hex(32).encode()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(new)
        return new
    except FileExistsError:
        with contextlib.suppress(OSError):  # it may be another user's
            kept = path.read_bytes()
            return kept if len(kept) >= MIN_CHARACTERS else new
        return new
    except OSError:
        return new
