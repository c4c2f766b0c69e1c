"""``python -m training COMMAND``: runs one of the commands in training/commands."""

import sys

from engine.command_line import command_parser, run_command
from training.commands import COMMANDS

WHEN_STOPPED = "stopped; the same command goes on from the last saved state"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = command_parser("python -m training", "Fit and evaluate models.", COMMANDS)
    return run_command(parser, arguments, WHEN_STOPPED)


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # a user's file name may be no valid UTF-8
    sys.exit(main())
