"""Leaderboard: every published figure on the music, with ours among them, one corpus at a time.

It needs no script: a visitor chooses corpora by radio buttons, and rows by check boxes, whose state the style
sheet reads. A browser that cannot do this shows all rows.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from pages.house import rendered
from pages.results.hear_link import HearLink, hear
from pages.results.published import Entry, Published

LEADERBOARD_TEMPLATE = Path(__file__).with_name("leaderboard.html.jinja")
SHOWN = 12  # rows that are shown at first; ours always are
HOW_KNOWN = {"read": "read", "recalled": "recalled", "computed": "computed here"}


@dataclass(frozen=True)
class LeaderboardRow:
    """One figure as a row.

    Args:
        marks: class names for the style sheet: ours, ours below the first ``SHOWN``, hidden at first, and
            hidden at first where only exact figures are shown.
        link: where our model is played, if it can be opened.
    """

    entry: Entry
    marks: tuple[str, ...]
    link: HearLink | None

    @property
    def method(self) -> str:
        """The name of the method, with a typographic apostrophe."""
        return method_of(self.entry)

    @property
    def known(self) -> str:
        """How the figure is known, in words."""
        entry = self.entry
        return f"read in {entry.read_in}" if entry.known == "cited" else HOW_KNOWN[entry.known]


def leaderboard(boards: Sequence[Published], playable: Collection[str]) -> str:
    """The section as HTML; empty where there is no figure.

    Args:
        playable: names of the checkpoints that can be opened; their rows have a button.
    """
    filled = [board for board in boards if board.entries]
    if not filled:
        return ""
    return rendered(
        LEADERBOARD_TEMPLATE, boards=filled, rows_of=partial(rows_of, playable=playable), rounded=rounded
    )


def rows_of(board: Published, playable: Collection[str]) -> list[list[LeaderboardRow]]:
    """The rows that can be compared with each other, then those that cannot: so the entries are sorted."""
    parts = []
    for is_comparable, entries in groupby(board.entries, attrgetter("comparable")):
        rows, num_exact = [], 0
        for place, entry in enumerate(entries):
            own = entry.checkpoint is not None
            marks = {
                "board-ours": own,
                "board-below": own and place >= SHOWN,
                "far": not own and (not is_comparable or place >= SHOWN),
                "far-exact": not own and (not is_comparable or num_exact >= SHOWN),
            }
            num_exact += entry.kind == "exact"
            link = link_of(board.title, entry, playable)
            rows.append(LeaderboardRow(entry, tuple(name for name in marks if marks[name]), link))
        parts.append(rows)
    return parts


def link_of(title: str, entry: Entry, playable: Collection[str]) -> HearLink | None:
    """Where our model is played, if it can be opened.

    Args:
        title: of the corpus.
    """
    if entry.checkpoint is None or entry.checkpoint not in playable:
        return None
    return hear("play", entry.checkpoint, f"{title}, {method_of(entry).removeprefix('Earshot, ')}")


def method_of(entry: Entry) -> str:
    """The name of an entry's method, with a typographic apostrophe."""
    return entry.method.replace("'", "’")


def rounded(parameters: int) -> str:
    """A number of parameters in thousands or millions, since most papers say no more: ``20 k``, ``1.4 M``."""
    size, unit = (parameters / 1e6, "M") if parameters >= 999_500 else (parameters / 1e3, "k")
    return f"{size:.1f} {unit}" if size < 10 and unit == "M" else f"{size:.0f} {unit}"
