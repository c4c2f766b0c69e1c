"""Folders: where the project lies, its assets and its checkpoints."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ASSETS = PROJECT / "assets"
CHECKPOINTS = PROJECT / "checkpoints"
