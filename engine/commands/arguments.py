"""Arguments that several commands share, and a check of an output file's path."""

import argparse
from pathlib import Path

from engine.errors import InvalidValueError


def add_performance(command: argparse.ArgumentParser, tempo: float | None = 100.0) -> None:
    """Add ``--tempo`` (``tempo`` is its default, None for the file's own) and ``--program``."""
    usual = "as the file says" if tempo is None else f"{tempo:g}"
    command.add_argument(
        "--tempo", type=float, default=tempo, help=f"quarter notes a minute (default: {usual})"
    )
    command.add_argument(
        "--program", type=int, default=0, help="General MIDI instrument, 0 … 127 (default: 0, a piano)"
    )


def checked_suffix(out: Path, allowed: tuple[str, ...]) -> str:
    """The suffix of ``out`` in lower case; it and the folder are checked before any work is done.

    Raises:
        InvalidValueError: the suffix is not allowed, or the folder does not exist.
    """
    suffix = out.suffix.lower()
    if suffix not in allowed:
        raise InvalidValueError(f"--out {out} must end in {' or '.join(allowed)}")
    if not out.parent.is_dir():
        raise InvalidValueError(f"the folder {out.parent} does not exist: make it first")
    return suffix
