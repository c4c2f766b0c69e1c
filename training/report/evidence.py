"""TableEvidence: for each model of the paper's table 2, what has been measured here.

Read from the cards and learning curves of checkpoints and from the results of searches and of single fits;
what is not there yet is None, or empty, so that every part of the report works with any subset.
"""

import statistics
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from engine.checkpoints import Card, Curve, available, read_card, read_curve
from training.fitting import make_recipe
from training.paper import PAPER_CELLS, TABLE_2, PaperCorpus
from training.searching import SEED_RESULTS, FitResult, SearchResult, read_results, read_series, spread_of

UNDISTURBED = "undisturbed"  # folder of the results of fits without read_noise

AVERAGE_FIGURES = {  # which nats -> the card's figure, of music and of sound; sound has "pooled" alone
    "pooled": ("nats_per_frame", "nats_per_step"),
    "sequence_mean": ("nats_per_frame_sequence_mean",),
    "without_first": ("nats_per_frame_without_first",),
    "without_copies": ("nats_per_frame_without_copies",),
    "without_melodies": ("nats_per_frame_without_melodies",),
}
Metrics = dict[str, dict[str, int | float]]  # split -> figure -> value


@dataclass(frozen=True)
class TableEntry:
    """One model of table 2.

    Args:
        corpus: the paper's.
        cell: registry name.
        card: of our checkpoint.
        curve: of our checkpoint.
        search: the learning rates that were tried, and the winner's other seeds.
        undisturbed: the same fit without ``read_noise``, where the checkpoint was fitted with it.
        more_seeds: fits of this model from other seeds, made outside the search.
    """

    corpus: PaperCorpus
    cell: str
    card: Card | None = None
    curve: Curve | None = None
    search: SearchResult | None = None
    undisturbed: FitResult | None = None
    more_seeds: tuple[FitResult, ...] = ()

    @property
    def name(self) -> str:
        """Name of the recipe and of the checkpoint."""
        return f"{self.corpus.ours}-{self.cell}"

    def nats(self, split: str, average: str) -> float | None:
        """Our figure on a split; ``average`` is a key of AVERAGE_FIGURES."""
        return None if self.card is None else nats(self.card.metrics, split, average)

    @property
    def learning_rate(self) -> float | None:
        """The rate with which the checkpoint was fitted."""
        return None if self.card is None else self.card.training.recipe["optimiser"]["learning_rate"]

    @property
    def is_of_search(self) -> bool:
        """Whether the checkpoint is the winner of the search, not a fit by another recipe."""
        if self.card is None or self.search is None or self.search.best is None:
            return False
        return make_recipe(self.search.recipe) == make_recipe(self.card.training.recipe)

    @property
    def has_rate_of_search(self) -> bool:
        """Whether its learning rate is the winner's, whatever else it was fitted with."""
        if self.search is None or self.search.best is None:
            return False
        return self.learning_rate == self.search.trials[self.search.best].learning_rate

    @property
    def best_epoch(self) -> int | None:
        """The epoch whose weights were kept, counted from 1."""
        return None if self.curve is None else self.curve.best_epoch

    @property
    def seconds_per_epoch(self) -> float | None:
        """Median over the epochs after the first; an epoch in which a run was resumed may be odd."""
        if self.curve is None or len(self.curve.seconds) < 2:
            return None
        seconds = self.curve.seconds
        return statistics.median(after - before for before, after in pairwise(seconds))

    def seeds(self) -> dict[int, Metrics]:
        """Seed -> metrics: the checkpoint's own, those of ``more_seeds`` fitted alike, and the other seeds of
        the search, if it is its winner."""
        if self.card is None:
            return {}
        recipe = make_recipe(self.card.training.recipe)
        others = {run.seed: run.metrics for run in self.search.seeds} if self.is_of_search else {}
        for result in self.more_seeds:
            fitted = make_recipe(result.recipe)
            if fitted.fits_alike(recipe):
                others[fitted.seed] = result.metrics
        return {**others, recipe.seed: self.card.metrics}

    def seed_nats(self, split: str, average: str) -> list[float]:
        """One figure for each seed that has it, sorted."""
        figures = (nats(metrics, split, average) for metrics in self.seeds().values())
        return sorted(figure for figure in figures if figure is not None)


@dataclass(frozen=True)
class TableEvidence:
    """All models of table 2, corpus by corpus in the paper's order."""

    entries: tuple[TableEntry, ...]

    def of(self, corpus: PaperCorpus) -> tuple[TableEntry, ...]:
        """The three models of a corpus."""
        return tuple(entry for entry in self.entries if entry.corpus == corpus)

    @property
    def fitted(self) -> tuple[TableEntry, ...]:
        """The entries that have a checkpoint."""
        return tuple(entry for entry in self.entries if entry.card is not None)

    @property
    def searched(self) -> tuple[TableEntry, ...]:
        """The entries whose learning rate was searched for."""
        return tuple(entry for entry in self.entries if entry.search is not None)


def nats(metrics: Metrics, split: str, average: str) -> float | None:
    """A figure of a card's metrics, in nats per frame or step; None where it has none."""
    figures = (metrics.get(split, {}).get(figure) for figure in AVERAGE_FIGURES[average])
    value = next((figure for figure in figures if figure is not None), None)
    return None if value is None else float(value)


def better_average(entries: tuple[TableEntry, ...]) -> str:
    """The average, the same for all models of a corpus, that is the better one on the test split.

    It puts more models at or under the printed figure; where both put equally many, its sum is lower. It is
    "pooled" where no model has a mean of sequences, as for sound.
    """

    def standing(average: str) -> tuple[int, float]:
        figures = [entry.nats("test", average) for entry in entries]
        under = [is_reached(entry, average) for entry in entries]
        return -sum(under), sum(figure for figure in figures if figure is not None)

    has_both = any(entry.nats("test", "sequence_mean") is not None for entry in entries)
    return min(("pooled", "sequence_mean"), key=standing) if has_both else "pooled"


def is_reached(entry: TableEntry, average: str) -> bool:
    """Whether our test figure, not rounded, is at or under the printed one."""
    figure = entry.nats("test", average)
    return figure is not None and figure <= entry.corpus.test[entry.cell]


def read_evidence(checkpoints: Path, results: Path) -> TableEvidence:
    """Everything that the two folders hold of table 2.

    Raises:
        EngineError: a card, a curve or a results file cannot be used.
    """
    searches = read_results(results)
    names, plain = available(checkpoints), read_series(results / UNDISTURBED)
    entries = []
    for corpus in TABLE_2:
        for cell in PAPER_CELLS:
            name = f"{corpus.ours}-{cell}"
            card = read_card(name, checkpoints) if name in names else None
            curve = read_curve(name, checkpoints) if name in names else None
            seeds = tuple(spread_of(name, results / SEED_RESULTS.name))
            entries.append(TableEntry(corpus, cell, card, curve, searches.get(name), plain.get(name), seeds))
    return TableEvidence(tuple(entries))
