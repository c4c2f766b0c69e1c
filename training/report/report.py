"""Report: docs/results.md with its pictures, and assets/results.json, from cards, curves and searches.

The same input gives the same bytes: nothing here knows the date, the machine or how long it took.
"""

from collections.abc import Sequence
from pathlib import Path

from engine.checkpoints import Card, available, read_card
from engine.errors import EngineError
from engine.whole_file import write_whole
from training.fitting import make_recipe
from training.paper import CITATION, PAPER_CELLS, TABLE_2
from training.report.ablation_section import ablation_section
from training.report.differences import differences
from training.report.draws_section import draws_section
from training.report.evidence import TableEvidence, read_evidence
from training.report.leaderboard import BEST_MODEL, Board, read_leaderboard
from training.report.leaderboard_section import leaderboard_section
from training.report.pictures import PLOTS, draw
from training.report.results_json import results_json
from training.report.search_section import (
    difference_sentences,
    edge_sentences,
    search_tables,
    spread_rule,
    spread_table,
)
from training.report.sound_section import sound_section
from training.report.summary import summary
from training.report.tables import machines, music_table, sizes_table, speech_table, time_table
from training.searching import ABLATION_RESULTS, SEED_RESULTS, FitResult, read_series, spread_of


def write_report(checkpoints: Path, results: Path, root: Path) -> list[Path]:
    """Write all files of the report; returns their paths.

    Args:
        checkpoints: folder of the checkpoints.
        results: folder of the searches' results.
        root: the project's folder, which has or gets ``docs`` and ``assets``.

    Raises:
        EngineError: a card, a curve or a results file cannot be used, or the disk refuses.
    """
    evidence, boards = read_evidence(checkpoints, results), read_leaderboard(checkpoints)
    files = {root / "docs" / picture.file_name: draw(picture, evidence) for picture in PLOTS}
    beyond = [*leaderboard_section(boards, _spreads(boards, results)), *_ablation(results)]
    cards = _cards(checkpoints)
    beyond += [*sound_section(cards), *draws_section(cards)]
    files[root / "docs" / "results.md"] = results_page(evidence, beyond).encode("utf-8")
    files[root / "assets" / "results.json"] = results_json(evidence, boards).encode("utf-8")
    for folder in sorted({path.parent for path in files}):
        _make(folder)
    for path, data in files.items():
        write_whole(path, data)
    return sorted(files)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EngineError(
            f"could not make the folder {folder} ({error.strerror}); check what lies in its place and that "
            "it may be written"
        ) from None


def _cards(checkpoints: Path) -> list[Card]:
    """The cards that there are, by corpus in the paper's order; in each the best model comes last."""
    names = [f"{corpus.ours}-{kind}" for corpus in TABLE_2 for kind in (*PAPER_CELLS, BEST_MODEL)]
    return [read_card(name, checkpoints) for name in names if name in available(checkpoints)]


def _spreads(boards: Sequence[Board], results: Path) -> dict[str, list[FitResult]]:
    """Results of the best models from all seeds, with their present recipes, not with earlier ones."""
    spreads = {}
    for card in (board.best for board in boards if board.best):
        recipe, every = make_recipe(card.training.recipe), spread_of(card.name, results / SEED_RESULTS.name)
        others = [result for result in every if make_recipe(result.recipe).fits_alike(recipe)]
        published = FitResult(
            recipe=card.training.recipe,
            epochs=card.training.epochs,
            best_epoch=card.training.epochs,
            seconds=card.training.seconds,
            metrics=card.metrics,
        )
        is_among_them = any(result.recipe["seed"] == recipe.seed for result in others)
        spreads[card.name] = others if is_among_them else [published, *others]
    return spreads


def _ablation(results: Path) -> list[str]:
    return ablation_section(read_series(results / ABLATION_RESULTS.name))


def results_page(evidence: TableEvidence, beyond: Sequence[str]) -> str:
    """The text of docs/results.md.

    Args:
        beyond: lines of the sections on what the paper does not have.
    """
    lines = [*_opening(), *summary(evidence)]
    lines += [*_table(evidence), *_curves(), *_sizes(), *_time(evidence)]
    lines += [*_search(evidence), *_spread(evidence), "## What is not the same", "", *differences(evidence)]
    lines += beyond
    return "\n".join(lines).rstrip() + "\n"


def _opening() -> list[str]:
    return [
        "# Results: the paper's table, theirs and ours",
        "",
        "Written by `python -m training report` from the cards and learning curves in `checkpoints/` and "
        "from `training/results/`. Change those, not this page.",
        "",
        f"The paper: {CITATION}. One recurrent layer of tanh units, GRU or LSTM, at about equal numbers of "
        "recurrent weights, on four corpora of polyphonic music and two of speech. All figures are exact "
        "negative log-likelihoods with clean weights; lower is better. At the end, under Leaderboard: all "
        "published figures on the music, and the models of ours that go beyond the paper.",
        "",
    ]


def _table(evidence: TableEvidence) -> list[str]:
    return [
        "## Table 2: music",
        "",
        "Nats per frame. **Bold**: our test figure, not rounded, is at or under the printed one. ◂: the "
        "better of our two averages. The paper does not say how it averages; its figures may be compared "
        "with either, but for all cells of a corpus with the same one. We score every frame; the last row "
        "of a corpus leaves the first frames out, as the authors' code does.",
        "",
        *music_table(evidence),
        "## Table 2: speech",
        "",
        "Nats per step of 10 samples of the standardised signal, and bits per 16-bit sample (the density "
        "integrated over the bins of the integers). The paper's Ubisoft A and B are private. Spoken digits "
        "and voice prompts are stand-ins of the same shapes: their figures can be compared between cells, "
        "**not with the paper's**, which are here for the pattern alone.",
        "",
        *speech_table(evidence),
    ]


def _curves() -> list[str]:
    lines = [
        "## Learning curves",
        "",
        "The paper's figures 2 and 3, and the two corpora that it does not show. Solid: training, as seen "
        "while fitting, so through weight noise and averaged over the epoch; dotted: validation with clean "
        "weights; the dot: the epoch whose weights were kept. Above by epoch, below by seconds of "
        "wall-clock time, which for the winner of a search is its share (see Time). Nats per frame or step, "
        "pooled; the paper's figure 2 has nats per sequence. The scale is logarithmic as in the paper, but "
        "linear for speech, where nats of a density are negative. The first epochs may lie above the upper "
        "edge.",
        "",
    ]
    for picture in PLOTS:
        lines += [f"![{picture.words}]({picture.file_name})", ""]
    return lines


def _sizes() -> list[str]:
    return [
        "## Sizes",
        "",
        "Table 1 of the paper counts recurrent layers alone. Its music figures are met without biases, as a "
        "mean over its four input widths (93, 96, 105, 108), its speech figures with biases, at a width of "
        "20. Our music models read 88 inputs. The whole model adds the output layer.",
        "",
        *sizes_table(),
    ]


def _time(evidence: TableEvidence) -> list[str]:
    return [
        "## Time",
        "",
        "Seconds per epoch: the median over a fit's epochs, validation included. A winner of a search ran "
        "as a member of a population, several candidates as one model, and its seconds are its share of "
        "that run's: less than it would take alone. Compare cells that were fitted in the same way.",
        "",
        *time_table(evidence),
        *machines(evidence),
        "",
    ]


def _search(evidence: TableEvidence) -> list[str]:
    return [
        "## Search",
        "",
        "Ten learning rates a model, sorted; best validation figure of each, in nats per frame or step, and "
        "how it ended, with its last epoch. Bold: the winner.",
        "",
        *search_tables(evidence),
        *(line for sentence in edge_sentences(evidence) for line in (sentence, "")),
    ]


def _spread(evidence: TableEvidence) -> list[str]:
    return [
        "## Spread over seeds",
        "",
        "Mean, and in brackets the lowest and the highest, in nats per frame or step; the winner's learning "
        "rate fitted again from other seeds (initial weights, order of sequences, weight noise).",
        "",
        *spread_table(evidence),
        *difference_sentences(evidence),
        *spread_rule(evidence),
    ]
