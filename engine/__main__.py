"""``python -m engine list | sample | score | render | bundle | analyse``: the commands by name."""

import argparse
import sys

import torch

from engine.commands import COMMANDS
from engine.errors import EngineError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; an error that the user can mend is printed in one line, and gives 1."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(1)
    try:
        options.run(options)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine", description="Sample, score and render.")
    known = parser.add_subparsers(required=True, metavar=" | ".join(name for name, *_ in COMMANDS))
    for name, summary, module in COMMANDS:
        command = known.add_parser(name, help=summary)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
