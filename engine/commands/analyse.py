"""The command ``analyse``: statistics of the votes of a listening test."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from engine.checkpoints import test_nats_by_name
from engine.command_line import add_checkpoints
from engine.errors import InvalidValueError
from engine.listening import analyse, analysis_text, read_key, read_vote_files


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    command.add_argument("files", type=Path, nargs="+", metavar="FILE", help="votes, a line of JSON each")
    command.add_argument(
        "--key", type=Path, nargs="+", default=[], help="keys of the bundles whose answers the files hold"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.add_argument("--seed", type=int, default=0, help="decides the resamples behind the intervals")
    add_checkpoints(command)


def run(options: argparse.Namespace) -> None:
    """Print the figures, and to stderr what was left out of them.

    Raises:
        InvalidValueError: the seed is negative, or lines or files were left out (raised after the
            figures of the others are printed).
        EngineError: a key cannot be read, or no file holds a vote.
    """
    if options.seed < 0:
        raise InvalidValueError(f"--seed {options.seed} must be 0 or more")
    votes = read_vote_files(options.files, [read_key(path) for path in options.key])
    analysis = analyse(votes.records, test_nats_by_name(options.checkpoints), options.seed)
    print(json.dumps(dataclasses.asdict(analysis)) if options.json else analysis_text(analysis))
    for problem in votes.problems:
        print(problem, file=sys.stderr)
    if count := len(votes.problems):
        ending = "s" * (count > 1)
        what = f"line{ending}" if len(options.files) == 1 else f"line{ending} or file{ending}"
        raise InvalidValueError(f"{count} {what} left out; the figures are those of the others")
