"""The command ``primes``: cuts the shipped beginnings (primes) out of the test splits again."""

import argparse
from pathlib import Path

from engine.folders import ASSETS
from training.commands.arguments import add_corpora
from training.publishing import cut_primes


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    add_corpora(command)
    command.add_argument(
        "--out", type=Path, default=ASSETS / "primes", help="existing folder for the excerpts and their index"
    )


def run(options: argparse.Namespace) -> None:
    """Write the excerpts and their index, and print the path of each excerpt.

    Raises:
        EngineError: a corpus is missing or changed, or the disk refuses.
    """
    for excerpt in cut_primes(options.corpora, options.out):
        print(f"wrote {options.out / excerpt.file}")
