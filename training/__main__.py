"""``python -m training``: the commands by name."""

import argparse
import sys

from engine.command_line import command_parser
from engine.errors import EngineError
from training.commands import COMMANDS


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status. An error that the user can mend is printed in one line."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on from the last saved state", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    return command_parser("python -m training", "Fit and evaluate models.", COMMANDS)


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # a user's file name may be no valid UTF-8
    sys.exit(main())
