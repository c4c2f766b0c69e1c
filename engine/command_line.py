"""Command line: the parser of a program whose commands are files."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from engine.folders import CHECKPOINTS


@runtime_checkable
class Command(Protocol):
    """What the module of a command must define."""

    def add_arguments(self, command: argparse.ArgumentParser) -> None:
        """Declare the command's arguments on its parser."""

    def run(self, options: argparse.Namespace) -> None:
        """Do what the command is for, with the parsed arguments."""


def command_parser(
    prog: str, description: str, commands: Sequence[tuple[str, str, Command]]
) -> argparse.ArgumentParser:
    """A parser whose parsed options hold, as ``run``, the function of the command that was asked for.

    Args:
        commands: name, help text and module of each.
    """
    parser = argparse.ArgumentParser(prog=prog, description=description)
    known = parser.add_subparsers(required=True, metavar=" | ".join(name for name, *_ in commands))
    for name, summary, module in commands:
        command = known.add_parser(name, help=summary)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


def add_checkpoints(command: argparse.ArgumentParser) -> None:
    """Add the option ``--checkpoints``: where the models lie."""
    command.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, help="folder of the checkpoints")
