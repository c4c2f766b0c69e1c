"""The command ``live``: writes the page Live, with all it needs, to a folder for any static host."""

import argparse
from pathlib import Path

from engine.live import write_site


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    command.add_argument(
        "--out",
        type=Path,
        required=True,
        help="a new or empty folder; an earlier page Live in it is replaced",
    )


def run(options: argparse.Namespace) -> None:
    """Write the folder, and print its size.

    Raises:
        EngineError: the folder holds anything but an earlier page Live, the kernel cannot run a model, or the
            disk refuses.
    """
    num_files, num_bytes = write_site(options.out)
    print(f"wrote {options.out}: {num_files} files, {num_bytes / 1e6:.1f} MB")
    print(f"to try it: python -m http.server --directory {options.out}, then open http://localhost:8000")
