"""Published: one corpus's figures, those of papers and ours, as ``python -m training report`` wrote them.

Conventions
    entries   what can be compared first, and each part from the lowest figure up
    kind      exact; bound: the exact figure is lower or the same; estimate; code length
    known     read: in the paper; cited: in another paper, ``read_in``; recalled: in neither; computed: ours
"""

from typing import Literal

from engine.strict import Strict


class ResultsPart(Strict, extra="ignore"):
    """A part of assets/results.json; keys that this version does not know are left alone."""


class Source(ResultsPart):
    """A paper: its short name here, its full citation, and where it can be read."""

    name: str
    citation: str
    url: str | None = None


class Entry(ResultsPart):
    """One figure.

    Args:
        figure: nats per frame as text, with its sign and its range.
        comparable: False where other frames or another split were scored.
        checkpoint: its name where the figure is ours, else None.
    """

    method: str
    figure: str
    kind: Literal["exact", "bound", "estimate", "code length"]
    known: Literal["read", "cited", "recalled", "computed"]
    read_in: str | None = None
    average: str
    parameters: int | None = None
    source: Source | None = None
    note: str = ""
    comparable: bool = True
    checkpoint: str | None = None


class Published(ResultsPart):
    """The figures of one corpus, ours among them."""

    corpus: str
    title: str
    entries: tuple[Entry, ...]
