"""Search and spread in the report: which learning rates were tried, and what other seeds give."""

import math
from itertools import combinations

from engine.cells import cell_title
from engine.words import counted
from training.paper import TABLE_2, PaperCorpus
from training.report.evidence import TableEntry, TableEvidence, better_average
from training.report.markdown import DASH, decimals, listing, table
from training.report.tables import AVERAGE_TITLES, our_title
from training.searching import SearchResult

END_WORDS = {  # how the results file says that a trial ended -> the report's words, with its last epoch
    "running": "running, {}",
    "dropped": "dropped, {}",
    "diverged": "diverged, {}",
    "early stopping": "patience, {}",
    "last epoch": "last epoch, {}",
}


def search_tables(evidence: TableEvidence) -> list[str]:
    """For each corpus the rates of its searches side by side, the winner bold."""
    lines = []
    for corpus in TABLE_2:
        entries = [entry for entry in evidence.of(corpus) if entry.search is not None]
        if entries:
            lines += [f"**{our_title(corpus)}**. {' '.join(_way(entries))}", "", *_trials_table(entries)]
    return lines or ["No search has been made yet.", ""]


def _trials_table(entries: list[TableEntry]) -> list[str]:
    """One row a learning rate; searches from one seed drew the same ones."""
    rates = sorted({trial.learning_rate for entry in entries for trial in entry.search.trials})
    rows = []
    for rate in rates:
        row = [f"{rate:.2e}"]
        for entry in entries:
            row += _trial(entry.search, rate)
        rows.append(row)
    head = ["learning rate"]
    for entry in entries:
        head += [f"{cell_title(entry.cell)}, valid", "ended"]
    return table(head, rows, num_text_columns=0)


def _trial(search: SearchResult, rate: float) -> list[str]:
    places = [index for index, trial in enumerate(search.trials) if trial.learning_rate == rate]
    if not places:
        return ["", ""]
    trial = search.trials[places[0]]
    mark = "**" if search.best in places else ""
    return [f"{mark}{decimals(trial.best_valid)}{mark}", END_WORDS[trial.ended].format(trial.epochs)]


def _way(entries: list[TableEntry]) -> list[str]:
    """How the candidates were thinned out, and how long the searches took."""
    sentences = []
    ladders = {tuple((rung.epochs, rung.keep) for rung in entry.search.rungs) for entry in entries}
    for ladder in sorted(ladders):
        rungs = listing(f"after {epochs} epochs the best {keep}" for epochs, keep in ladder)
        whose = "" if len(ladders) == 1 else f" ({_whose(entries, ladder)})"
        sentences.append(f"Went on: {rungs}{whose}." if ladder else f"All went on{whose}.")
    minutes = [
        f"{cell_title(entry.cell)} {sum(trial.seconds for trial in entry.search.trials) / 60:.1f}"
        for entry in entries
    ]
    sentences.append(f"Minutes of the whole search, the candidates' shares added up: {listing(minutes)}.")
    return sentences


def _whose(entries: list[TableEntry], ladder: tuple[tuple[int, int], ...]) -> str:
    same = [e for e in entries if tuple((rung.epochs, rung.keep) for rung in e.search.rungs) == ladder]
    return listing(cell_title(entry.cell) for entry in same)


def edge_sentences(evidence: TableEvidence) -> list[str]:
    """Which winners are the slowest or the fastest rate drawn, so that a better one may lie beyond."""
    ends: dict[str, list[str]] = {"highest": [], "lowest": []}
    finished = [entry for entry in evidence.searched if entry.search.best is not None]
    for entry in finished:
        rates = [trial.learning_rate for trial in entry.search.trials]
        best = rates[entry.search.best]
        for end, rate in (("highest", max(rates)), ("lowest", min(rates))):
            if best == rate:
                ends[end].append(f"`{entry.name}`")
    if not finished:
        return []
    phrases = [f"the {end} rate drawn won for {listing(names)}" for end, names in ends.items() if names]
    if not phrases:
        return ["No winner is the highest or the lowest rate of its ten."]
    return [f"At the edge of what was drawn: {'; '.join(phrases)}; a better rate may lie beyond."]


def spread_table(evidence: TableEvidence) -> list[str]:
    """Mean and range over seeds, of every model that has more than one."""
    rows = []
    for corpus in TABLE_2:
        title = f"**{our_title(corpus)}**"
        for entry in evidence.of(corpus):
            if len(entry.seeds()) < 2:
                continue
            average = better_average(evidence.of(corpus))
            other = next(key for key in AVERAGE_TITLES if key != average)
            rows.append([
                title, cell_title(entry.cell), listing(str(seed) for seed in sorted(entry.seeds())),
                _range(entry.seed_nats("valid", "pooled")),
                f"{_range(entry.seed_nats('test', average))} {AVERAGE_TITLES[average]}",
                f"{_range(entry.seed_nats('test', other))} {AVERAGE_TITLES[other]}",
            ])  # fmt: skip
            title = ""
    if not rows:
        return ["No model has been fitted from more than one seed yet.", ""]
    head = ["corpus", "cell", "seeds", "valid, pooled", "test, better average", "test, other average"]
    return table(head, rows, num_text_columns=3)


def _range(figures: list[float]) -> str:
    if not figures:
        return DASH
    return f"{sum(figures) / len(figures):.3f} ({figures[0]:.3f} to {figures[-1]:.3f})"


def difference_sentences(evidence: TableEvidence) -> list[str]:
    """For each corpus with seeds, which pairs of cells have ranges that do not meet."""
    lines = []
    for corpus in TABLE_2:
        entries = [entry for entry in evidence.of(corpus) if len(entry.seeds()) > 1]
        if len(entries) > 1:
            lines.append(f"- {our_title(corpus)}: {_pairs(corpus, entries, evidence)}.")
    return [*lines, ""] if lines else []


def _pairs(corpus: PaperCorpus, entries: list[TableEntry], evidence: TableEvidence) -> str:
    average = better_average(evidence.of(corpus))
    return "; ".join(
        _pair((first, first.seed_nats("test", average)), (second, second.seed_nats("test", average)))
        for first, second in combinations(entries, 2)
    )


def _pair(first: tuple[TableEntry, list[float]], second: tuple[TableEntry, list[float]]) -> str:
    (low, low_figures), (high, high_figures) = sorted(
        (first, second), key=lambda item: sum(item[1]) / len(item[1])
    )
    names = f"{cell_title(low.cell)} under {cell_title(high.cell)}"
    gap = sum(high_figures) / len(high_figures) - sum(low_figures) / len(low_figures)
    verdict = "the ranges are **apart**" if low_figures[-1] < high_figures[0] else "the ranges overlap"
    return f"{names} by {gap:.3f} in the mean, {verdict}"


def chance_of_disjoint_ranges(first: int, second: int) -> float:
    """Chance that ``first`` numbers all lie on one side of ``second`` others from the same distribution."""
    return 2 / math.comb(first + second, first)


def spread_rule(evidence: TableEvidence) -> list[str]:
    """The rule by which cells count as different, and how often chance alone would satisfy it."""
    numbers = sorted({len(entry.seeds()) for entry in evidence.entries if len(entry.seeds()) > 1})
    pairs = [
        (len(first.seeds()), len(second.seeds()))
        for corpus in TABLE_2
        for first, second in combinations(evidence.of(corpus), 2)
        if min(len(first.seeds()), len(second.seeds())) > 1
    ]
    if not pairs:
        return []
    expected = sum(chance_of_disjoint_ranges(*pair) for pair in pairs)
    odds = listing(f"{chance_of_disjoint_ranges(n, n):.2g} with {n} seeds each" for n in numbers)
    return [
        "The rule: two cells differ by more than the spread where the ranges of their test figures do not "
        "meet. That is a rule, not a significance test. If two cells were equally good, their ranges would "
        f"still be apart with probability {odds}; among {counted(len(pairs), 'pair')} about {expected:.1f} "
        "would be, by chance alone. Ranges that overlap do not show that two cells are equal either. The "
        "learning rate was chosen with the first seed and kept for the others, so the first has a small "
        "advantage, and what another draw of ten rates would give is not measured.",
        "",
    ]
