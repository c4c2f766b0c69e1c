"""Summary of the report: what the numbers say, in sentences computed from them."""

from itertools import combinations

from engine.cells import cell_title
from engine.words import counted
from training.paper import PAPER_MUSIC, PAPER_SPEECH, PaperCorpus
from training.report.evidence import TableEntry, TableEvidence, better_average, is_reached
from training.report.markdown import listing, with_sign
from training.report.tables import AVERAGE_TITLES, our_title


def summary(evidence: TableEvidence) -> list[str]:
    """The list at the head of the report: how many models reach the paper's figures, and which lead."""
    total, fitted = len(evidence.entries), len(evidence.fitted)
    lines = (
        []
        if fitted == total
        else [f"- {fitted} of {total} models are fitted so far; a dash stands for the others."]
    )
    if not fitted:
        return [*lines, ""]
    lines += [_reached(evidence), *(f"- {sentence}" for sentence in order_sentences(evidence))]
    lines += [f"- {sentence}" for sentence in speech_sentences(evidence)]
    return [*lines, ""]


def _reached(evidence: TableEvidence) -> str:
    parts, reached, fitted = [], 0, 0
    for corpus in PAPER_MUSIC:
        entries = tuple(entry for entry in evidence.of(corpus) if entry.card)
        if entries:
            average = better_average(evidence.of(corpus))
            under = sum(is_reached(entry, average) for entry in entries)
            parts.append(f"{corpus.title} {under} of {len(entries)} ({AVERAGE_TITLES[average]})")
            reached, fitted = reached + under, fitted + len(entries)
    if not fitted:
        return "- No music model is fitted yet."
    return (
        f"- Music: our test figure is at or under the printed one in **{reached} of "
        f"{counted(fitted, 'model')}**: {listing(parts)}. In brackets the better of the two averages, the "
        "same for all models of a corpus."
    )


def order_sentences(evidence: TableEvidence) -> list[str]:
    """For each pair of cells, on which corpora the first is under the second, here and in the paper."""
    sentences = []
    for first, second in (("gru", "tanh"), ("lstm", "tanh"), ("gru", "lstm")):
        here: list[str] = []
        there: list[str] = []
        level: list[str] = []
        num = 0
        for corpus in PAPER_MUSIC:
            figures = _test_figures(evidence, corpus)
            if {first, second} <= set(figures):
                num += 1
                here += [corpus.title] * (figures[first] < figures[second])
                there += [corpus.title] * (corpus.test[first] < corpus.test[second])
                level += [corpus.title] * (corpus.test[first] == corpus.test[second])
        if num:
            ties = f", level on {listing(level)}" if level else ""
            sentences.append(
                f"{cell_title(first)} under {cell_title(second)} (test): here on {_of(here, num)}; in the "
                f"paper on {_of(there, num)}{ties}."
            )
    return sentences


def _of(names: list[str], total: int) -> str:
    return f"{len(names)} of {total} ({listing(names)})" if names else f"none of {total}"


def _test_figures(evidence: TableEvidence, corpus: PaperCorpus) -> dict[str, float]:
    entries = evidence.of(corpus)
    average = better_average(entries)
    figures = {entry.cell: entry.nats("test", average) for entry in entries}
    return {cell: figure for cell, figure in figures.items() if figure is not None}


def speech_sentences(evidence: TableEvidence) -> list[str]:
    """By how much the gated cells are ahead of tanh on speech."""
    sentences = []
    for corpus in PAPER_SPEECH:
        figures = _test_figures(evidence, corpus)
        gains = [
            f"{cell_title(cell)} is {_side(figures['tanh'] - figures[cell])} tanh by "
            f"{abs(figures['tanh'] - figures[cell]):.2f} nats per step (the paper, on {corpus.title}: "
            f"{_side(corpus.test['tanh'] - corpus.test[cell])} it by "
            f"{abs(corpus.test['tanh'] - corpus.test[cell]):.2f})"
            for cell in ("gru", "lstm")
            if {"tanh", cell} <= set(figures)
        ]
        if gains:
            sentences.append(f"{our_title(corpus)}, test: {listing(gains)}.")
    return sentences


def _side(gain: float) -> str:
    return "under" if gain >= 0 else "over"


def gap_sentences(evidence: TableEvidence) -> list[str]:
    """Where our music figures and theirs are furthest apart, on the test and on the training split."""
    models = [
        (corpus, entry)
        for corpus in PAPER_MUSIC
        for entry in evidence.of(corpus)
        if entry.nats("test", "pooled") is not None and entry.nats("train", "pooled") is not None
    ]
    if not models:
        return []
    test = {f"{c.title} {cell_title(e.cell)}": _gap(evidence, c, e, "test") for c, e in models}
    train = {f"{c.title} {cell_title(e.cell)}": _gap(evidence, c, e, "train") for c, e in models}
    low, high = min(test, key=test.get), max(test, key=test.get)
    higher = [name for name, gap in train.items() if gap > 0]
    also = sum(test[name] <= 0 for name in higher)
    named = f" ({listing(higher)})" if 0 < len(higher) <= 6 else ""
    kept = (
        f", and in {also} of these the test figure is at or under the printed one all the same"
        if higher
        else ""
    )
    return [
        f"Test, ours minus theirs in the better average: between {with_sign(test[low])} ({low}) and "
        f"{with_sign(test[high])} ({high}).",
        f"Train: ours is the higher in {len(higher)} of {counted(len(models), 'model')}{named}{kept}. A "
        "training figure is no aim: validation decides where a fit ends.",
    ]


def _gap(evidence: TableEvidence, corpus: PaperCorpus, entry: TableEntry, split: str) -> float:
    return entry.nats(split, better_average(evidence.of(corpus))) - getattr(corpus, split)[entry.cell]


def first_frame_sentence(evidence: TableEvidence) -> str:
    """By how much leaving the first frames out changes the figures of all music models."""
    gaps = []
    for corpus in PAPER_MUSIC:
        for entry in evidence.of(corpus):
            without, pooled = entry.nats("test", "without_first"), entry.nats("test", "pooled")
            if without is not None and pooled is not None:
                gaps.append((without - pooled, f"{corpus.title} {cell_title(entry.cell)}"))
    if not gaps:
        return ""
    (low, least), (high, most) = min(gaps), max(gaps)
    return (
        f"Leaving it out changes our pooled test figures by {with_sign(low)} ({least}) to {with_sign(high)} "
        f"({most}); each is in the table."
    )


def agreeing_pairs(evidence: TableEvidence) -> tuple[int, int]:
    """How many pairs of cells are in the paper's order, and how many could be; its ties are left out."""
    same = total = 0
    for corpus in PAPER_MUSIC:
        figures = _test_figures(evidence, corpus)
        for first, second in combinations(figures, 2):
            if corpus.test[first] != corpus.test[second]:
                total += 1
                same += (figures[first] < figures[second]) == (corpus.test[first] < corpus.test[second])
    return same, total
