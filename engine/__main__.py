"""``python -m engine COMMAND``: runs one of the commands in engine/commands."""

import sys

import torch

from engine.command_line import command_parser, run_command
from engine.commands import COMMANDS

DESCRIPTION = "Draw from models, score and play files, make listening tests and analyse them."


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    torch.set_num_threads(1)
    return run_command(command_parser("python -m engine", DESCRIPTION, COMMANDS), arguments, "stopped")


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # a user's file name may be no valid UTF-8
    sys.exit(main())
