"""The command ``list``: the checkpoints of a folder, a line each, with their test likelihoods."""

import argparse

from engine.checkpoints import available, read_card
from engine.commands.arguments import add_checkpoints
from engine.errors import CheckpointError, InvalidValueError


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What may be asked of it."""
    add_checkpoints(command)


def run(options: argparse.Namespace) -> None:
    """Print a line for each checkpoint that can be read.

    Raises:
        InvalidValueError: there is none.
        CheckpointError: a card cannot be used; all others are printed before.
    """
    names = available(options.checkpoints)
    if not names:
        raise InvalidValueError(
            f"there is no checkpoint in {options.checkpoints}: fit one with python -m training"
        )
    problems = []
    for name in names:
        try:
            card = read_card(name, options.checkpoints)
        except CheckpointError as error:
            problems.append(str(error))
            continue
        metrics = card.metrics.get("test", {})
        figures = ", ".join(f"{key} {value:.3f}" for key, value in metrics.items() if "_per_" in key)
        print(f"{name:24} {card.num_units} {card.cell} units, {card.corpus.title}; test: {figures}")
    if problems:
        raise CheckpointError("; ".join(problems))
