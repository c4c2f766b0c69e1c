"""Command line: a program whose commands are files."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from engine.errors import EngineError
from engine.folders import CHECKPOINTS

EXIT_STOPPED = 130  # what a shell reports of a program that Ctrl-C ended


@runtime_checkable
class Command(Protocol):
    """What the module of a command must define."""

    def add_arguments(self, command: argparse.ArgumentParser) -> None:
        """Declare the command's arguments on its parser."""

    def run(self, options: argparse.Namespace) -> None:
        """Do what the command is for, with the parsed arguments."""


def run_command(parser: argparse.ArgumentParser, arguments: Sequence[str] | None, stopped: str) -> int:
    """Run the command that the arguments name, and return the exit status.

    An error that the user can mend is printed in one line. Where nobody reads the output any longer, as
    behind ``| head``, the command ends without a word.

    Args:
        parser: of ``command_parser``.
        arguments: the words after the program's name; None for those that the process was given.
        stopped: what is printed after Ctrl-C.

    Returns:
        0; 1 after an error, or where the output is no longer read; EXIT_STOPPED after Ctrl-C.

    Raises:
        SystemExit: the arguments are wrong (2), or ask for help (0).
    """
    options = parser.parse_args(arguments)
    try:
        options.run(options)
        sys.stdout.flush()
    except EngineError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # at its end, Python flushes again
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(f"{stopped}\n")
        return EXIT_STOPPED
    return 0


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
