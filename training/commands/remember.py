"""The command ``remember``: melodies of the training pieces, beside a checkpoint's weights."""

import argparse
from dataclasses import asdict

from engine.checkpoints import load
from engine.command_line import add_checkpoints
from training.commands.arguments import add_corpora
from training.corpora import open_corpus
from training.fitting import RECIPES, alone, choose_melodies, make_recipe, write_recipe
from training.publishing import publish_reminded, remembering


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What may be asked of it."""
    command.add_argument("checkpoint")
    command.add_argument(
        "--least-gain",
        type=float,
        default=0.01,
        help="nats per frame on valid below which it is not worth it",
    )
    command.add_argument(
        "--update-recipes", action="store_true", help="write the numbers into training/recipes"
    )
    add_corpora(command)
    add_checkpoints(command)


def run(options: argparse.Namespace) -> None:
    """Choose how they are believed, and write the checkpoint anew where that is worth it.

    Raises:
        EngineError: something that was asked for cannot be, or the disk refuses.
    """
    checkpoint = load(options.checkpoint, options.checkpoints)
    recipe = make_recipe(checkpoint.card.training.recipe)
    data = open_corpus(recipe.corpus, options.corpora, recipe.seed).load()
    train, valid = data.splits["train"], data.splits["valid"]
    belief, gain = choose_melodies(alone(checkpoint.model), train, valid)
    numbers = ", ".join(f"{key} {value:g}" for key, value in asdict(belief).items())
    print(f"{numbers}: {gain:.4f} nats per frame better on the pieces of valid that were looked at")
    if gain < options.least_gain:
        print(f"that is less than {options.least_gain:g}: {checkpoint.card.name} stays as it is")
        return
    print(f"wrote {publish_reminded(checkpoint, belief, data, options.checkpoints)}")
    if options.update_recipes:
        write_recipe(remembering(recipe, belief), RECIPES)
