"""The command ``live``: writes the page Live, with all it needs, to a folder for any static host."""

import argparse
import sys
from pathlib import Path

from engine.command_line import add_checkpoints
from engine.live import Site, write_site


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    add_checkpoints(command)
    command.add_argument(
        "--out",
        type=Path,
        required=True,
        help="a new or an empty folder, or one that this command wrote before: it is replaced as a whole",
    )


def run(options: argparse.Namespace) -> None:
    """Write the folder with all models that can be loaded; print its size, and to stderr what is left out.

    Raises:
        EngineError: see ``write_site``.
    """
    site = Site(options.checkpoints)
    num_files, num_bytes = write_site(options.out, site)
    for problem in site.problems:
        print(f"left out: {problem}", file=sys.stderr)
    print(f"wrote {options.out}: {num_files} files, {num_bytes / 1e6:.1f} MB")
    print(f"to try it: python -m http.server --directory {options.out}, then open http://localhost:8000")
