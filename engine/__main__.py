"""``python -m engine COMMAND``: runs one of the commands in engine/commands."""

import argparse
import sys

import torch

from engine.command_line import command_parser
from engine.commands import COMMANDS
from engine.errors import EngineError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns 0, or 1 after an error that the user can mend, printed in one line."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(1)
    try:
        options.run(options)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    return command_parser(
        "python -m engine",
        "Draw from models, score and play files, make listening tests and analyse them.",
        COMMANDS,
    )


if __name__ == "__main__":
    sys.exit(main())
