"""ResultsTable: our figures next to the paper's, as the page Results shows them.

There is a table of music and one of speech. The first is compared with the paper's printed figures; the
second cannot be, since its recordings are not the paper's.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from engine.cells import cell_title
from engine.words import signed
from pages.house import rendered
from pages.results.hear_link import PLAYING_PAGES, HearLink, hear
from pages.results.result_row import ResultRow

TABLE_TEMPLATE = Path(__file__).with_name("results_table.html.jinja")
NONE = "–"
AVERAGES = {"pooled": "Pooled", "sequence_mean": "Sequence mean"}
HELD_BY = {"pooled": "the pooled figures", "sequence_mean": "the sequence means"}
PRINTED, OURS = ".2f", ".3f"  # as many decimals as the paper has, and enough to see what is below its figures


@dataclass(frozen=True)
class PrintedFigure:
    """A figure as a table shows it.

    Args:
        text: the figure, or a dash while there is none.
        mark: why it is marked; empty where it is not.
        small: what is under it in small type.
    """

    text: str
    mark: str = ""
    small: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Args:
        group, heading: its headings in the table's upper and lower line.
        figure: gives what a row has in this column.
    """

    group: str
    heading: str
    figure: Callable[[ResultRow], PrintedFigure]


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
        return rendered(TABLE_TEMPLATE, table=self, cell_title=cell_title, corpus_note=corpus_note)

    @property
    def groups(self) -> list[tuple[str, list[Column]]]:
        """The columns under each heading of the upper line."""
        return [(name, list(columns)) for name, columns in groupby(self.columns, attrgetter("group"))]

    @property
    def corpora(self) -> list[list[ResultRow]]:
        """The rows of each corpus."""
        return [list(rows) for _, rows in groupby(self.rows, attrgetter("corpus"))]

    def link(self, row: ResultRow) -> HearLink | None:
        """Where the row's model is played, if it can be opened."""
        if row.checkpoint is None or row.checkpoint not in self.playable:
            return None
        return hear(row.page, row.checkpoint, f"{row.title} {cell_title(row.cell)}")


def tables(rows: Iterable[ResultRow], playable: Collection[str]) -> list[ResultsTable]:
    """The table of music and that of speech, as far as there are rows for them."""
    of_page = {page: tuple(row for row in rows if row.page == page) for page in PLAYING_PAGES}
    music, speech = of_page["play"], of_page["speech"]
    both = [
        ResultsTable("Music, nats per frame", music_columns(music), music, playable),
        ResultsTable("Speech, nats per step of ten samples", speech_columns(), speech, playable),
    ]
    return [table for table in both if table.rows]


def music_columns(rows: Sequence[ResultRow]) -> tuple[Column, ...]:
    """The columns for music; test figures come first, since on a phone only the first columns are seen."""
    test, train = (
        [
            Column(split.title(), "Paper", printed(split)),
            *(
                Column(split.title(), title, our_figure(average, split))
                for average, title in AVERAGES.items()
            ),
        ]
        for split in ("test", "train")
    )
    if counts := sorted({row.seeds.count for row in rows if row.seeds}):
        numbers = " or ".join(str(count) for count in counts)
        test.append(Column("Test", f"Mean and range of {numbers} seeds", range_over_seeds))
    return (*test, *train, *fit_columns())


def speech_columns() -> tuple[Column, ...]:
    """The columns for speech; the paper's figures come after ours, since they are of other recordings."""
    return (
        Column("Test", "Nats per step", our_figure("pooled", "test")),
        Column("Test", "Bits per sample", our_figure("bits_per_sample", "test")),
        Column("Train", "Nats per step", our_figure("pooled", "train")),
        Column("Paper, other data", "Test", printed("test")),
        Column("Paper, other data", "Train", printed("train")),
        *fit_columns(),
    )


def fit_columns() -> tuple[Column, ...]:
    """The columns that say how large a model is, and how it was fitted."""
    group = "Model and fit"
    return (
        Column(group, "Units", fact("units", ",")),
        Column(group, "Recurrent parameters", fact("num_recurrent_parameters", ",")),
        Column(group, "Learning rate", fact("learning_rate", ".3g")),
        Column(group, "Epochs", fact("epochs", ",")),
        Column(group, "Seconds per epoch", fact("seconds_per_epoch", ",.2f")),
    )


def figure_or_dash(value: float | None, form: str) -> str:
    """A figure as text, with a real minus sign; a dash while there is none. ``form`` is a format."""
    return NONE if value is None else signed(value, form)


def fact(field: str, form: str) -> Callable[[ResultRow], PrintedFigure]:
    """Gives a field of the row itself."""
    return lambda row: PrintedFigure(figure_or_dash(getattr(row, field), form))


def printed(split: str) -> Callable[[ResultRow], PrintedFigure]:
    """Gives the paper's figure of a split."""
    return lambda row: PrintedFigure(figure_or_dash(getattr(row.paper, split), PRINTED))


def our_figure(kind: str, split: str) -> Callable[[ResultRow], PrintedFigure]:
    """Gives our figure; one of music on the test split is marked where it is at or under the printed one."""

    def figure(row: ResultRow) -> PrintedFigure:
        nats, theirs = getattr(getattr(row, kind), split, None), row.paper.test
        is_held = row.page == "play" and split == "test" and None not in (nats, theirs)
        mark = (
            f"at or under the paper’s {figure_or_dash(theirs, PRINTED)}" if is_held and nats <= theirs else ""
        )
        return PrintedFigure(figure_or_dash(nats, OURS), mark)

    return figure


def range_over_seeds(row: ResultRow) -> PrintedFigure:
    """Mean and range of the test figure over seeds."""
    if row.seeds is None:
        return PrintedFigure(NONE)
    mean, *ends = (
        figure_or_dash(nats, OURS) for nats in (row.seeds.test_mean, row.seeds.test_min, row.seeds.test_max)
    )
    return PrintedFigure(mean, small=" to ".join(ends))


def corpus_note(row: ResultRow) -> str:
    """What a reader must know to compare a corpus's figures with the paper's."""
    if row.page == "speech":
        return f"in the place of {row.paper_corpus}"
    if row.better_average is None or row.pooled is None:
        return ""
    return f"held against the paper by {HELD_BY[row.better_average]}"
