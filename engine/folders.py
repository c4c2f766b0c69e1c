"""Folders: where the project lies, and the parts of it that programs read."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ASSETS = PROJECT / "assets"
CHECKPOINTS = PROJECT / "checkpoints"
