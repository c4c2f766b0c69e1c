"""Folders: where the project lies, and the parts of it that several wings use."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ASSETS = PROJECT / "assets"
CHECKPOINTS = PROJECT / "checkpoints"
