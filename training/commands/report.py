"""The command ``report``: results, pictures and the figures that the pages show, rewritten."""

import argparse
from pathlib import Path

from engine.command_line import add_checkpoints
from engine.folders import PROJECT
from training.searching import SEARCH_RESULTS


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    add_checkpoints(command)
    command.add_argument(
        "--results", type=Path, default=SEARCH_RESULTS, help="folder with the results of searches"
    )
    command.add_argument("--out", type=Path, default=PROJECT, help="folder that holds docs/ and assets/")


def run(options: argparse.Namespace) -> None:
    """Write all files, and print the name of each.

    Raises:
        EngineError: a card or a result cannot be used, or a file cannot be written.
    """
    from training.report import write_report  # here, since matplotlib takes long to load

    for path in write_report(options.checkpoints, options.results, options.out):
        print(f"wrote {path}")
