"""Vote file: where this app keeps its votes."""

import contextlib
import os
from pathlib import Path

from engine.folders import PROJECT
from engine.listening import VoteStore


def open_store() -> VoteStore:
    """The store in $EARSHOT_VOTES, or in votes/ beside the app; its folder is made if it can be.

    Who votes is told if the folder cannot be made; pages without votes work anyway.
    """
    path = Path(os.environ.get("EARSHOT_VOTES") or PROJECT / "votes" / "votes.sqlite3")
    with contextlib.suppress(OSError):  # the store says so, in a sentence, when it is used
        path.parent.mkdir(parents=True, exist_ok=True)
    return VoteStore(path)
