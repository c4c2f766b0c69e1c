"""Vote store: where this app keeps its votes."""

import contextlib
import os
from pathlib import Path

from engine.folders import PROJECT
from engine.listening import VoteStore


def open_store() -> VoteStore:
    """The store in the file $EARSHOT_VOTES, or in votes/ next to app.py; its folder is made if it can be.

    If it cannot, visitors who vote are told; pages without votes work all the same.
    """
    path = Path(os.environ.get("EARSHOT_VOTES") or PROJECT / "votes" / "votes.sqlite3")
    with contextlib.suppress(OSError):  # the store says so, in a sentence, when it is used
        path.parent.mkdir(parents=True, exist_ok=True)
    return VoteStore(path)
