"""The command ``list``: corpora, recipes and checkpoints by name."""

import argparse

from engine.checkpoints import available, read_card
from engine.errors import EngineError
from training.commands.arguments import add_checkpoints, add_corpora
from training.corpora import CORPORA
from training.fitting import recipe_names


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What may be asked of it."""
    add_corpora(command)
    add_checkpoints(command)


def run(options: argparse.Namespace) -> None:
    """Print all of them; a card that cannot be used is named with what is wrong."""
    print("corpora")
    for name, corpus in CORPORA.items():
        print(f"  {name:24} {corpus.title}: {corpus.description} ({corpus.licence})")
    print("recipes")
    for name in recipe_names():
        print(f"  {name}")
    print("checkpoints")
    for name in available(options.checkpoints):
        try:
            card = read_card(name, options.checkpoints)
        except EngineError as error:
            print(f"  {name:24} {error}")
            continue
        figures = card.metrics.get("test", {})
        figure = next(
            (
                f"test {figures[key]:.3f} {key}"
                for key in ("nats_per_frame", "nats_per_step")
                if key in figures
            ),
            "",
        )
        print(f"  {name:24} {card.num_units} {card.cell} units, {figure}")
