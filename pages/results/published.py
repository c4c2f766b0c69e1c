"""Published: one corpus's figures, those of papers and ours, as ``python -m training report`` wrote them.

Conventions
    entries   first those that can be compared, then the others, each part from the lowest figure up
    kind      exact; bound: the exact figure is lower or the same; estimate; code length
    known     how we know it. read: in its paper; cited: in another paper, ``read_in``; recalled: from memory,
              read in neither; computed: here, by a model of ours or somebody's program
"""

from typing import Literal

from engine.strict import Strict


class ResultsPart(Strict, extra="ignore"):
    """A part of assets/results.json; keys that this version does not know are ignored."""


class Source(ResultsPart):
    """A paper or a program: its short name here, its full citation, and where it can be read."""

    name: str
    citation: str
    url: str | None = None


class Entry(ResultsPart):
    """One figure.

    Args:
        figure: nats per frame as text, which may have a sign and a range: "≤ 2.90 to 2.99".
        average: "pooled", "per-sequence" or "not stated".
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
