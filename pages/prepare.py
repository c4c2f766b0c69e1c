"""Preparation: what is done once when the app starts, and never at import."""

import contextlib
import threading

import torch

from engine import EngineError, find_synthesiser
from pages.catalogue import Catalogue, read_catalogue


def process() -> None:
    """One thread a draw, since visitors share the cores; the SoundFont is loaded meanwhile."""
    torch.set_num_threads(1)
    threading.Thread(target=_load_soundfont, daemon=True).start()


def _load_soundfont() -> None:
    with contextlib.suppress(EngineError):  # the status line says so
        find_synthesiser()


def music() -> Catalogue:
    """The models of piano rolls."""
    return read_catalogue("piano_roll")


def speech() -> Catalogue:
    """The models of waveforms."""
    return read_catalogue("waveform")
