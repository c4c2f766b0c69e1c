"""The command ``ending``: when the pieces of a corpus end, found out and written on checkpoints of it."""

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
    """What may be asked of it."""
    command.add_argument("checkpoints_named", metavar="checkpoint", nargs="+")
    add_corpora(command)
    add_checkpoints(command)


def run(options: argparse.Namespace) -> None:
    """Fit one for every corpus, and write the checkpoints anew; their weights and likelihoods stay.

    Raises:
        EngineError: there is no such checkpoint, it is of speech, or the disk refuses.
    """
    found: dict[tuple[str, int], Ending] = {}
    for name in options.checkpoints_named:
        checkpoint = load(name, options.checkpoints)
        if not checkpoint.representation.facts.holds_notes:
            raise InvalidValueError(f"{name!r} draws sound, which ends nowhere: name models of notes")
        recipe = checkpoint.card.training.recipe
        corpus = recipe["corpus"], recipe["seed"]
        if corpus not in found:
            found[corpus] = _of_corpus(*corpus, options)
        print(f"wrote {publish_ending(checkpoint, found[corpus], options.checkpoints)}")


def _of_corpus(name: str, seed: int, options: argparse.Namespace) -> Ending:
    data = open_corpus(name, options.corpora, seed).load()
    train, valid = data.splits["train"], data.splits["valid"]
    ending, nats = choose_ending(train, valid, data.representation.lowest_pitch)
    print(f"{name}: {nats:.3f} nats a piece on {'valid' if valid else 'train'}, of ending where it does")
    return ending
