"""The command ``fetch``: download a corpus from its origin."""

import argparse

from training.commands.arguments import add_corpora
from training.corpora import CORPORA, fetch


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    command.add_argument("name", help=f"one of: {', '.join(CORPORA)}")
    add_corpora(command)


def run(options: argparse.Namespace) -> None:
    """Fetch the corpus, and print what is there now and under which licence.

    Raises:
        EngineError: there is no such corpus, it cannot be downloaded, or the disk refuses.
    """
    print(fetch(options.name, options.corpora))
