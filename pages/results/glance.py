"""Glance: up to four figures of each corpus of music as bars, for those who do not read tables."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from pathlib import Path

from engine.cells import cell_title
from pages.house import rendered
from pages.results.hear_link import HearLink, hear
from pages.results.published import Entry, Published
from pages.results.result_row import ResultRow, Results
from pages.results.results_table import OURS, PRINTED, figure_or_dash

GLANCE_TEMPLATE = Path(__file__).with_name("glance.html.jinja")
HOW_OTHERS_ARE_KNOWN = {"recalled": "recalled", "cited": "read in a later paper"}
BAR_LABELS = {
    "large": "Our large network",
    "others": "Best of others",
    "small": "Our best of the paper’s size",
    "paper": "The paper’s best",
}


@dataclass(frozen=True)
class Bar:
    """One figure.

    Args:
        kind: one of ``BAR_LABELS``, which says whose it is.
        note: the cell, or the method and its source, in small type.
        nats: per frame; the bar's length is its share of the corpus's largest figure.
        text: the figure as it is printed.
    """

    kind: str
    note: str
    nats: float
    text: str

    @property
    def label(self) -> str:
        """Whose it is."""
        return BAR_LABELS[self.kind]


@dataclass(frozen=True)
class CorpusGlance:
    """The figures of one corpus, the lowest first.

    Args:
        title: of the corpus.
        link: where our large network is played, if it can be opened.
    """

    title: str
    link: HearLink | None
    bars: tuple[Bar, ...]


def glance(results: Results, playable: Collection[str]) -> str:
    """The section as HTML; empty where no corpus has a figure.

    Args:
        playable: names of the checkpoints that can be opened; theirs have a button.
    """
    corpora = [_corpus(board, results.rows, playable) for board in results.leaderboard]
    shown = [corpus for corpus in corpora if corpus.bars]
    return rendered(GLANCE_TEMPLATE, corpora=shown) if shown else ""


def _corpus(board: Published, rows: Sequence[ResultRow], playable: Collection[str]) -> CorpusGlance:
    bars = _bars(board, [row for row in rows if row.corpus == board.corpus])
    name = f"{board.corpus}-best"
    link = hear("play", name, f"{board.title}, large network") if name in playable else None
    return CorpusGlance(board.title, link, tuple(sorted(bars, key=attrgetter("nats"))))


def _bars(board: Published, rows: Sequence[ResultRow]) -> Iterator[Bar]:
    """The figures that there are: only exact ones on the same frames and split, which can be compared."""
    exact = [entry for entry in board.entries if entry.kind == "exact" and entry.comparable]
    large = [entry for entry in exact if entry.checkpoint == f"{board.corpus}-best"]
    others = [entry for entry in exact if entry.checkpoint is None]
    if best := min(large, key=_nats, default=None):
        yield Bar("large", "", _nats(best), best.figure)
    if best := min(others, key=_nats, default=None):
        said = best.method, best.source.name if best.source else "", HOW_OTHERS_ARE_KNOWN.get(best.known, "")
        yield Bar("others", ", ".join(filter(None, said)), _nats(best), best.figure)
    small = [(_ours(row), row) for row in rows if _ours(row) is not None]
    if small:
        nats, row = min(small, key=itemgetter(0))
        yield Bar("small", cell_title(row.cell), nats, figure_or_dash(nats, OURS))
    if printed := [(row.paper.test, row) for row in rows if row.paper.test is not None]:
        nats, row = min(printed, key=itemgetter(0))
        yield Bar("paper", cell_title(row.cell), nats, figure_or_dash(nats, PRINTED))


def _ours(row: ResultRow) -> float | None:
    """Our test figure, averaged as the paper's figures of this corpus seem to be."""
    figures = getattr(row, row.better_average or "pooled")
    return figures.test if figures else None


def _nats(entry: Entry) -> float:
    """The figure, or the lower end of its range; infinity where there is no number in it."""
    number_in_figure = re.search(r"\d+(\.\d+)?", entry.figure)
    return float(number_in_figure[0]) if number_in_figure else float("inf")
