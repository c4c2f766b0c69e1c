"""The command ``list``: prints a line for each usable checkpoint of a folder.

It tells the model's size, its figures on the test split (lower is better) and what draws it.
"""

import argparse

from engine.checkpoints import makeup, read_cards
from engine.command_line import add_checkpoints
from engine.errors import CheckpointError, EngineError, InvalidValueError
from engine.kernel import why_kernel_cannot


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    add_checkpoints(command)


def run(options: argparse.Namespace) -> None:
    """Print a line for each checkpoint that can be read.

    Raises:
        InvalidValueError: there is no checkpoint in the folder.
        CheckpointError: a card cannot be used, or describes no model (raised after all others are printed).
    """
    cards, problems = read_cards(options.checkpoints)
    if not cards and not problems:
        raise InvalidValueError(
            f"there is no checkpoint in {options.checkpoints}: fit one with python -m training fit"
        )
    for name, card in cards.items():
        metrics = card.metrics.get("test", {})
        figures = ", ".join(f"{key} {value:.3f}" for key, value in metrics.items() if "_per_" in key)
        try:
            reason = why_kernel_cannot(card.model)
        except EngineError as error:
            problems[name] = f"the card of {name!r} describes no model: {error}"
            continue
        drawn_by = f"torch ({reason})" if reason else "the kernel"
        print(f"{name:24} {makeup(card)}; {card.corpus.title}; test: {figures}; drawn by {drawn_by}")
    if problems:
        raise CheckpointError("; ".join(problems.values()))
