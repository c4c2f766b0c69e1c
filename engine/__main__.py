"""``python -m engine list | sample | score | render | bundle | analyse``: the commands by name."""

import argparse
import sys

import torch

from engine import commands
from engine.errors import EngineError

# name, help, module with add_arguments(command) and run(options)
COMMANDS = (
    ("list", "checkpoints, with their test likelihoods", commands.list),
    ("sample", "draw from a model into a .mid or .wav file", commands.sample),
    ("score", "likelihood of a MIDI or sound file under models", commands.score),
    ("render", "play a MIDI or sound file into a .wav file at a safe level", commands.render),
    ("bundle", "a blind listening test in a folder, for any browser", commands.bundle),
    ("analyse", "statistics of the votes of a listening test", commands.analyse),
)


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
