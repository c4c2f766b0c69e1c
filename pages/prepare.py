"""Preparation: what is done once when the app starts, and never at import."""

import contextlib
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from engine import EngineError, find_synthesiser
from pages.catalogue import Catalogue, read_catalogue
from pages.first_draw import first_draw


def process() -> None:
    """One thread a draw, since visitors share the cores; what the first visitor finds is made meanwhile."""
    torch.set_num_threads(1)
    threading.Thread(target=_make_ready, daemon=True).start()


def _make_ready() -> None:
    with contextlib.suppress(EngineError):  # the status line says so
        find_synthesiser()
    with TemporaryDirectory(prefix="earshot-") as folder:
        first_draw(Path(folder))


def music() -> Catalogue:
    """The models of piano rolls."""
    return read_catalogue("piano_roll")


def speech() -> Catalogue:
    """The models of waveforms."""
    return read_catalogue("waveform")
