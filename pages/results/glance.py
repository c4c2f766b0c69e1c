"""Glance: of each corpus of music four figures as bars, for whoever does not read tables."""

import html
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from engine.cells import cell_title
from pages.results.published import Entry, Published
from pages.results.result_row import ResultRow, Results
from pages.results.results_table import OURS, PRINTED, hear, number

HEADING = "At a glance"
HOW_TO_READ = "Nats per frame of music that was never heard: the shorter a bar, the less surprised the model."
KNOWN = {"recalled": "recalled", "cited": "read in a later paper"}
LARGE, OTHERS, SMALL, PAPER = (
    "Our large network",
    "Best of others",
    "Our best of the paper’s size",
    "The paper’s best",
)


@dataclass(frozen=True)
class Bar:
    """One figure.

    Args:
        kind: large, others, small or paper.
        label: whose it is.
        note: what it was, for those who ask.
        figure: nats per frame.
        text: the figure as it is printed.
    """

    kind: str
    label: str
    note: str
    figure: float
    text: str

    def html(self, largest: float) -> str:
        """As an item of a list; the bar's length is its share of the largest."""
        label, note, text = map(html.escape, (self.label, self.note, self.text))
        return (
            f'<li data-bar="{self.kind}"><span>{label} <small>{note}</small></span>'
            f'<i style="--share:{self.figure / largest:.4f}"></i><b>{text}</b></li>'
        )


def glance(results: Results, playable: Collection[str]) -> str:
    """The section as HTML; empty where no corpus has a figure.

    Args:
        playable: names of the checkpoints that can be opened; theirs have a button.
    """
    parts = "".join(_corpus(board, results.rows, playable) for board in results.leaderboard)
    if not parts:
        return ""
    return (
        f'<section class="glance" aria-label="{HEADING}"><h2>{HEADING}</h2><p>{HOW_TO_READ}</p>'
        f'<div class="glance-all">{parts}</div></section>'
    )


def _corpus(board: Published, rows: Sequence[ResultRow], playable: Collection[str]) -> str:
    bars = sorted(
        _bars(board, [row for row in rows if row.corpus == board.corpus]), key=lambda bar: bar.figure
    )
    if not bars:
        return ""
    name = f"{board.corpus}-best"
    button = hear("play", name, f"{board.title}, large network") if name in playable else ""
    items = "".join(bar.html(bars[-1].figure) for bar in bars)
    return f"<article><h3>{html.escape(board.title)}{button}</h3><ul>{items}</ul></article>"


def _bars(board: Published, rows: Sequence[ResultRow]) -> Iterator[Bar]:
    """As far as there are such figures: exact ones alone, which can be compared."""
    exact = [entry for entry in board.entries if entry.kind == "exact" and entry.comparable]
    large = [entry for entry in exact if entry.checkpoint == f"{board.corpus}-best"]
    others = [entry for entry in exact if entry.checkpoint is None]
    if best := min(large, key=_nats, default=None):
        yield Bar("large", LARGE, "", _nats(best), best.figure)
    if best := min(others, key=_nats, default=None):
        said = best.method, best.source.name if best.source else "", KNOWN.get(best.known, "")
        yield Bar("others", OTHERS, ", ".join(filter(None, said)), _nats(best), best.figure)
    small = [(_ours(row), row) for row in rows if _ours(row) is not None]
    if small:
        figure, row = min(small, key=lambda pair: pair[0])
        yield Bar("small", SMALL, cell_title(row.cell), figure, number(figure, OURS))
    if printed := [(row.paper.test, row) for row in rows if row.paper.test is not None]:
        figure, row = min(printed, key=lambda pair: pair[0])
        yield Bar("paper", PAPER, cell_title(row.cell), figure, number(figure, PRINTED))


def _ours(row: ResultRow) -> float | None:
    """Averaged as the paper's figures of this corpus seem to be."""
    figures = getattr(row, row.better_average or "pooled")
    return figures.test if figures else None


def _nats(entry: Entry) -> float:
    """The figure, or the lower end of its range."""
    found = re.search(r"\d+(\.\d+)?", entry.figure)
    return float(found[0]) if found else float("inf")
