"""The command ``ending``: learn when the pieces of a corpus end, and write it on its checkpoints."""

import argparse

from engine.checkpoints import load
from engine.command_line import add_checkpoints
from engine.endings import Ending
from engine.errors import InvalidValueError
from training.commands.arguments import add_corpora
from training.corpora import open_corpus
from training.fitting import choose_ending
from training.publishing import publish_ending


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    command.add_argument("checkpoints_named", metavar="checkpoint", nargs="+")
    add_corpora(command)
    add_checkpoints(command)


def run(options: argparse.Namespace) -> None:
    """Fit an ending for each corpus of the checkpoints, and rewrite them: weights and likelihoods stay, the
    figures of their draws are removed (``evaluate --draws --update-card`` measures them again).

    Raises:
        EngineError: there is no such checkpoint, it draws sound, or the disk refuses.
    """
    endings: dict[tuple[str, int], Ending] = {}
    for name in options.checkpoints_named:
        checkpoint = load(name, options.checkpoints)
        if not checkpoint.representation.facts.holds_notes:
            raise InvalidValueError(f"{name!r} draws sound, which ends nowhere: name models of notes")
        recipe = checkpoint.card.training.recipe
        corpus = recipe["corpus"], recipe["seed"]
        if corpus not in endings:
            endings[corpus] = _ending_of(*corpus, options)
        folder = publish_ending(checkpoint, endings[corpus], options.checkpoints)
        print(f"wrote {folder}; figures of its draws were removed")


def _ending_of(name: str, seed: int, options: argparse.Namespace) -> Ending:
    data = open_corpus(name, options.corpora, seed).load()
    train, valid = data.splits["train"], data.splits["valid"]
    ending, nats = choose_ending(train, valid, data.representation.lowest_pitch)
    print(
        f"{name}: {nats:.3f} nats a piece on {'valid' if valid else 'train'}, for the places where pieces end"
    )
    return ending
