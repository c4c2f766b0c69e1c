"""Errors that a caller can cause and can fix.

    EngineError
    ├── UnknownNameError      a name that is not in a registry or on disk
    ├── InvalidValueError     a number or a combination that is out of range
    ├── UnreadableFileError   a file that is not what it claims to be, or that is too large
    ├── CheckpointError       a card or weight file that this version must not trust
    └── VoteError             a vote that cannot be counted, or a store of votes that cannot be used

Every message is one sentence or two that say what was given, what is allowed and what to do.
"""

import difflib
from collections.abc import Iterable


class EngineError(Exception):
    """Base of all errors that a user can mend, raised itself where no other fits.

    Commands print it and exit with 1; pages show it.
    """


class UnknownNameError(EngineError):
    """A name that is not known; the message lists the known ones and suggests the nearest.

    Args:
        kind: what the name names, e.g. ``"cell"``.
        given: what was given instead of a known name.
        known: the names that are accepted.
    """

    def __init__(self, kind: str, given: object, known: Iterable[str]):
        names = sorted(known)
        near = difflib.get_close_matches(str(given), names, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        listed = ", ".join(names) if names else "none"
        super().__init__(f"unknown {kind} {given!r}; known: {listed}{hint}")


class InvalidValueError(EngineError):
    """A value or a combination of values outside what is allowed."""


class UnreadableFileError(EngineError):
    """A file that is empty, truncated, of another format, or larger than we accept."""


class CheckpointError(EngineError):
    """A checkpoint that is missing a part, was changed, or was written for another version."""


class VoteError(EngineError):
    """A vote that cannot be counted, or a store of votes that cannot be used."""
