"""The command ``remember``: give a checkpoint memories of training melodies and of the piece's own past."""

import argparse
from dataclasses import asdict

from engine.checkpoints import load
from engine.command_line import add_checkpoints
from engine.models import Belief, CopyMemory, Model
from training.commands.arguments import add_corpora
from training.corpora import CorpusData, open_corpus
from training.fitting import (
    RECIPES,
    choose_copies,
    choose_melodies,
    make_recipe,
    reminded,
    without_memories,
    write_recipe,
)
from training.publishing import publish_remembering, remembering

MEMORY_KINDS = ("melodies", "copies")


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    command.add_argument("checkpoint")
    command.add_argument(
        "--memories",
        nargs="+",
        choices=MEMORY_KINDS,
        default=MEMORY_KINDS,
        help="memories to give; others are taken away",
    )
    command.add_argument(
        "--least-gain",
        type=float,
        default=0.01,
        help="nats per frame on valid that a memory must gain to be kept",
    )
    command.add_argument(
        "--update-recipes", action="store_true", help="write the numbers into training/recipes"
    )
    add_corpora(command)
    add_checkpoints(command)


def run(options: argparse.Namespace) -> None:
    """Choose the numbers of the memories, and rewrite the checkpoint with those that gain enough.

    Raises:
        EngineError: an option is impossible, or the disk refuses.
    """
    checkpoint = load(options.checkpoint, options.checkpoints)
    recipe = make_recipe(checkpoint.card.training.recipe)
    data = open_corpus(recipe.corpus, options.corpora, recipe.seed).load()
    model = without_memories(checkpoint.model)
    belief = _melodies(model, data, options) if "melodies" in options.memories else None
    if belief is not None:
        model = reminded(model, belief, data.splits["train"])
    copies = _copies(model, data, options) if "copies" in options.memories else None
    if belief is None and copies is None and model is checkpoint.model:
        print(f"{checkpoint.card.name} stays as it is")
        return
    recipe = remembering(recipe, belief, copies)
    print(f"wrote {publish_remembering(checkpoint, recipe, data, options.checkpoints)}")
    if options.update_recipes:
        write_recipe(recipe, RECIPES)


def _melodies(model: Model, data: CorpusData, options: argparse.Namespace) -> Belief | None:
    """How far remembered melodies are to be believed; None where they gain too little."""
    belief, gain = choose_melodies(model, data.splits["train"], data.splits["valid"])
    numbers = ", ".join(f"{key} {value:g}" for key, value in asdict(belief).items())
    print(f"melodies: {numbers}: {gain:.4f} nats per frame better on the pieces of valid that were looked at")
    return belief if _is_worth_it(gain, options) else None


def _copies(model: Model, data: CorpusData, options: argparse.Namespace) -> CopyMemory | None:
    """The memory of the piece's own past; None where it gains too little."""
    copies, gain = choose_copies(model, data.splits["valid"])
    for name, trust in copies.trusts.items():
        print(f"copies, {name}: " + ", ".join(f"{key} {value:g}" for key, value in asdict(trust).items()))
    print(f"copies: {gain:.4f} nats per frame better on valid")
    return copies if _is_worth_it(gain, options) else None


def _is_worth_it(gain: float, options: argparse.Namespace) -> bool:
    if gain < options.least_gain:
        print(f"that is less than {options.least_gain:g}: left out")
    return gain >= options.least_gain
