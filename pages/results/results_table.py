"""ResultsTable: our figures beside the paper's, as a page shows them.

A table of music and one of speech: the first is held against the printed figures, the second stands on other
recordings than the paper's and cannot be.
"""

import html
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from urllib.parse import quote

from engine.cells import cell_title
from engine.words import signed
from pages.results.result_row import ResultRow

NONE = "–"
AVERAGES = {"pooled": "Pooled", "sequence_mean": "Sequence mean"}
HELD_BY = {"pooled": "the pooled figures", "sequence_mean": "the sequence means"}
# Relative to the page, so that they hold behind a proxy too: the Results page lies beside both.
PLACES = {"play": ("./", "Play"), "speech": ("./speech", "Speech")}
PRINTED, OURS = ".2f", ".3f"  # decimals: the paper's, and enough to see what is under a printed figure


@dataclass(frozen=True)
class Column:
    """What stands in a column.

    Args:
        group, heading: of the table's two lines of headings.
        text: a row's cell, as HTML.
    """

    group: str
    heading: str
    text: Callable[[ResultRow], str]


@dataclass(frozen=True)
class ResultsTable:
    """One table.

    Args:
        playable: names of the checkpoints that can be opened; their rows have a button.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[ResultRow, ...]
    playable: Collection[str]

    def html(self) -> str:
        """The table in a box of its own, in which it scrolls where it is too wide."""
        groups = [(name, len(list(columns))) for name, columns in groupby(self.columns, attrgetter("group"))]
        over = "".join(f'<th colspan="{count}" scope="colgroup">{name}</th>' for name, count in groups)
        headings = self._cells("th", [column.heading for column in self.columns])
        corpora = "".join(self._corpus(list(rows)) for _, rows in groupby(self.rows, attrgetter("corpus")))
        return (
            f'<div class="results-scroll" role="region" aria-label="{self.caption}" tabindex="0"><table>'
            f"<caption>{self.caption}</caption>"
            f'<thead><tr><th rowspan="2" scope="col" class="results-cell">Cell</th>{over}</tr>'
            f"<tr>{headings}</tr></thead>{corpora}</table></div>"
        )

    def _corpus(self, rows: list[ResultRow]) -> str:
        title, note = html.escape(rows[0].title), html.escape(corpus_note(rows[0]))
        heading = (
            f'<tr class="results-corpus"><th colspan="{len(self.columns) + 1}" scope="rowgroup">'
            f"<div>{title} <span>{note}</span></div></th></tr>"
        )
        return f"<tbody>{heading}{''.join(self._row(row) for row in rows)}</tbody>"

    def _row(self, row: ResultRow) -> str:
        cell, name = html.escape(row.cell), html.escape(cell_title(row.cell))
        return (
            f'<tr data-model="{html.escape(row.corpus)}-{cell}"><th scope="row" class="results-cell">'
            f'<div><i data-cell="{cell}"></i>{name}{opening(row, self.playable)}</div></th>'
            f"{self._cells('td', [column.text(row) for column in self.columns])}</tr>"
        )

    def _cells(self, tag: str, texts: Iterable[str]) -> str:
        """One cell for each column, with a mark where a group begins."""
        cells, group = [], ""
        scope = ' scope="col"' if tag == "th" else ""
        for column, text in zip(self.columns, texts, strict=True):
            first = "" if column.group == group else ' class="results-first"'
            cells.append(f"<{tag}{scope}{first}>{text}</{tag}>")
            group = column.group
        return "".join(cells)


def tables(rows: Iterable[ResultRow], playable: Collection[str]) -> list[ResultsTable]:
    """The table of music and that of speech, as far as there are rows for them."""
    of_page = {page: tuple(row for row in rows if row.page == page) for page in PLACES}
    music, speech = of_page["play"], of_page["speech"]
    both = [
        ResultsTable("Music, nats per frame", music_columns(music), music, playable),
        ResultsTable("Speech, nats per step of ten samples", speech_columns(), speech, playable),
    ]
    return [table for table in both if table.rows]


def music_columns(rows: Sequence[ResultRow]) -> tuple[Column, ...]:
    """Test figures come first: on a phone they are what is seen."""
    test, train = (
        [
            Column(split.title(), "Paper", printed(split)),
            *(Column(split.title(), title, ours(average, split)) for average, title in AVERAGES.items()),
        ]
        for split in ("test", "train")
    )
    if counts := sorted({row.seeds.count for row in rows if row.seeds}):
        numbers = " or ".join(str(count) for count in counts)
        test.append(Column("Test", f"Mean and range of {numbers} seeds", spread))
    return (*test, *train, *fit_columns())


def speech_columns() -> tuple[Column, ...]:
    """The paper's figures come after ours, since they are of other recordings."""
    return (
        Column("Test", "Nats per step", ours("pooled", "test")),
        Column("Test", "Bits per sample", ours("bits_per_sample", "test")),
        Column("Train", "Nats per step", ours("pooled", "train")),
        Column("Paper, other data", "Test", printed("test")),
        Column("Paper, other data", "Train", printed("train")),
        *fit_columns(),
    )


def fit_columns() -> tuple[Column, ...]:
    """How large a model is, and how it was fitted."""
    group = "Model and fit"
    return (
        Column(group, "Units", lambda row: number(row.units, ",")),
        Column(group, "Recurrent parameters", lambda row: number(row.num_recurrent_parameters, ",")),
        Column(group, "Learning rate", lambda row: number(row.learning_rate, ".3g")),
        Column(group, "Epochs", lambda row: number(row.epochs, ",")),
        Column(group, "Seconds per epoch", lambda row: number(row.seconds_per_epoch, ",.2f")),
    )


def number(value: float | None, form: str) -> str:
    """A figure, with a real minus sign; a dash while there is none."""
    return NONE if value is None else signed(value, form)


def printed(split: str) -> Callable[[ResultRow], str]:
    """The paper's figure."""
    return lambda row: number(getattr(row.paper, split), PRINTED)


def ours(kind: str, split: str) -> Callable[[ResultRow], str]:
    """Our figure; one of music on the test split is marked where it is at or under the printed one."""

    def text(row: ResultRow) -> str:
        figure, theirs = getattr(getattr(row, kind), split, None), row.paper.test
        is_held = row.page == "play" and split == "test" and None not in (figure, theirs)
        if not is_held or figure > theirs:
            return number(figure, OURS)
        title = f"at or under the paper’s {number(theirs, PRINTED)}"
        return f'<strong title="{title}">{number(figure, OURS)}</strong>'

    return text


def spread(row: ResultRow) -> str:
    """Mean and range of the test figure over seeds."""
    if row.seeds is None:
        return NONE
    mean, *ends = (
        number(value, OURS) for value in (row.seeds.test_mean, row.seeds.test_min, row.seeds.test_max)
    )
    return f"{mean}<small>{' to '.join(ends)}</small>"


def corpus_note(row: ResultRow) -> str:
    """What must be known to hold a corpus's figures against the paper's."""
    if row.page == "speech":
        return f"in the place of {row.paper_corpus}"
    if row.better_average is None or row.pooled is None:
        return ""
    return f"held against the paper by {HELD_BY[row.better_average]}"


def opening(row: ResultRow, playable: Collection[str]) -> str:
    """A button that opens the row's model, if it is there to be opened."""
    if row.checkpoint is None or row.checkpoint not in playable:
        return ""
    return hear(row.page, row.checkpoint, f"{row.title} {cell_title(row.cell)}")


def hear(page: str, checkpoint: str, title: str) -> str:
    """A button that opens a model where it is played."""
    address, words = PLACES[page]
    link = html.escape(f"{address}?model={quote(checkpoint)}")
    says = html.escape(f"Hear {title}: opens {words}")
    return f'<a class="results-open" href="{link}" aria-label="{says}" title="{says}">Hear</a>'
