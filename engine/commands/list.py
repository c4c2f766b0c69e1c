"""The command ``list``: prints a line for each checkpoint of a folder, with its test likelihoods."""

import argparse

from engine.checkpoints import read_cards
from engine.command_line import add_checkpoints
from engine.errors import CheckpointError, InvalidValueError
from engine.kernel import why_kernel_cannot


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    add_checkpoints(command)


def run(options: argparse.Namespace) -> None:
    """Print a line for each checkpoint that can be read.

    Raises:
        InvalidValueError: there is no checkpoint in the folder.
        CheckpointError: a card cannot be used (raised after all others are printed).
        EngineError: a card describes no model (raised at once).
    """
    cards, problems = read_cards(options.checkpoints)
    if not cards and not problems:
        raise InvalidValueError(
            f"there is no checkpoint in {options.checkpoints}: fit one with python -m training fit"
        )
    for name, card in cards.items():
        metrics = card.metrics.get("test", {})
        figures = ", ".join(f"{key} {value:.3f}" for key, value in metrics.items() if "_per_" in key)
        reason = why_kernel_cannot(card.model)
        drawn_by = f"torch ({reason})" if reason else "the kernel"
        print(
            f"{name:24} {card.num_units} {card.cell} units, {card.corpus.title}; test: {figures}; "
            f"drawn by {drawn_by}"
        )
    if problems:
        raise CheckpointError("; ".join(problems.values()))
