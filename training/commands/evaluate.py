"""The command ``evaluate``: the exact likelihood of a split under a checkpoint, whole or in parts, or how its
draws compare with held-out pieces."""

import argparse
import json
from pathlib import Path
from typing import Any

from engine.checkpoints import Checkpoint, available, load
from engine.command_line import add_checkpoints
from engine.errors import InvalidValueError
from training.commands.arguments import add_corpora
from training.corpora import SPLITS, CorpusData, load_data, open_corpus
from training.draws import DrawsOptions, compare_draws, comparison_text, part_figures
from training.fitting import evaluate
from training.paper import PAPER_CELLS
from training.publishing import publish_draws, publish_figures


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    command.add_argument("checkpoint")
    command.add_argument("--split", default="test", choices=SPLITS)
    command.add_argument("--corpus", help="score another corpus of the same kind, not the model's own")
    command.add_argument(
        "--draws",
        action="store_true",
        help="compare draws with pieces of test and valid instead, whatever --split says (takes minutes)",
    )
    command.add_argument(
        "--parts",
        action="store_true",
        help="separate figures for frames that the piece had before, and for pieces that training knows",
    )
    command.add_argument(
        "--pieces", type=int, help="number of draws (default: as many as the test split has; of sound 50)"
    )
    command.add_argument(
        "--frames", type=int, default=1, help="least frames of a draw, all of which are searched for faults"
    )
    command.add_argument("--temperature", type=float, default=1.0, help="of the draws")
    command.add_argument(
        "--update-card", action="store_true", help="keep the figures of draws or parts on the model's card"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")
    add_corpora(command)
    add_checkpoints(command)


def run(options: argparse.Namespace) -> None:
    """Print the figures.

    Raises:
        EngineError: there is no such checkpoint or corpus, its frames are not of the model's kind, or the
            options do not fit each other or the corpus.
    """
    drawn = DrawsOptions(options.pieces, options.frames, options.temperature)
    checkpoint = load(options.checkpoint, options.checkpoints)
    fitted_by = checkpoint.card.training.recipe  # a plain dict: an earlier Earshot may have written it
    name = options.corpus or fitted_by["corpus"]
    corpus = open_corpus(name, options.corpora, fitted_by["seed"])
    data = load_data(corpus, fitted_by.get("samples_per_frame"))
    if data.representation.spec != checkpoint.representation.spec:
        raise InvalidValueError(
            f"frames of {name!r} mean something else than those that {options.checkpoint!r} was fitted on "
            f"({data.representation.spec} against {checkpoint.representation.spec})"
        )
    _check_update(options, name, fitted_by["corpus"])
    if options.draws:
        comparison = compare_draws(checkpoint, corpus, data, drawn, _paper_models(name, options.checkpoints))
        print(
            json.dumps(comparison) if options.json else comparison_text(comparison, checkpoint.representation)
        )
        if options.update_card:
            publish_draws(checkpoint, comparison, options.checkpoints)
        return
    figures = _figures(checkpoint, name, data, options)
    if options.json:
        print(json.dumps(figures))
    else:
        for key, value in figures.items():
            print(f"{key:30} {value:.4f}" if isinstance(value, float) else f"{key:30} {value}")


def _check_update(options: argparse.Namespace, corpus: str, own_corpus: str) -> None:
    """Refuse to keep on a card what does not belong there, or nothing at all."""
    if options.update_card and corpus != own_corpus:
        raise InvalidValueError("--update-card keeps figures of the model's own corpus: leave out --corpus")
    if options.update_card and not (options.draws or options.parts):
        raise InvalidValueError("--update-card keeps figures of draws or parts: add --draws or --parts")


def _paper_models(corpus: str, folder: Path) -> list[Checkpoint]:
    """The checkpoints that exist of the paper's models of a corpus."""
    names = [f"{corpus}-{cell}" for cell in PAPER_CELLS]
    return [load(name, folder) for name in names if name in available(folder)]


def _figures(
    checkpoint: Checkpoint, corpus: str, data: CorpusData, options: argparse.Namespace
) -> dict[str, Any]:
    """Figures of the split, whole or in parts."""
    if not options.parts:
        return evaluate(checkpoint, corpus, options.split, data)
    figures = part_figures(checkpoint, data, options.split)
    if options.update_card:
        publish_figures(checkpoint, options.split, figures, options.checkpoints)
    return figures
