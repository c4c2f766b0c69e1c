"""The command ``list``: corpora, recipes and checkpoints by name."""

import argparse

from engine.checkpoints import read_cards
from engine.command_line import add_checkpoints
from training.corpora import CORPORA
from training.fitting import recipe_names


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
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
    cards, problems = read_cards(options.checkpoints)
    for name in sorted({*cards, *problems}):
        if name in problems:
            print(f"  {name:24} {problems[name]}")
            continue
        card = cards[name]
        figure = (
            f", test {card.figure_on_test[0]:.3f} {card.figure_on_test[1]}" if card.figure_on_test else ""
        )
        print(f"  {name:24} {card.num_units} {card.cell} units{figure}")
