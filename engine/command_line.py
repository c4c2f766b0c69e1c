"""Command line: the parser of a program whose commands are files."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from engine.folders import CHECKPOINTS


@runtime_checkable
class Command(Protocol):
    """What a module of a command holds."""

    def add_arguments(self, command: argparse.ArgumentParser) -> None:
        """What it is told."""

    def run(self, options: argparse.Namespace) -> None:
        """What it does."""


def command_parser(
    prog: str, description: str, commands: Sequence[tuple[str, str, Command]]
) -> argparse.ArgumentParser:
    """A parser that gives options whose ``run`` does what was asked.

    Args:
        commands: name, help, and the module that is it.
    """
    parser = argparse.ArgumentParser(prog=prog, description=description)
    known = parser.add_subparsers(required=True, metavar=" | ".join(name for name, *_ in commands))
    for name, summary, module in commands:
        command = known.add_parser(name, help=summary)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


def add_checkpoints(command: argparse.ArgumentParser) -> None:
    """Where the models lie."""
    command.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, help="folder of the checkpoints")
