"""Preparation: what is done once when the app starts, and never at import."""

import contextlib
import threading

import torch

from engine.errors import EngineError
from engine.rendering import find_synthesiser
from pages.draw import first_draw


def prepare() -> None:
    """Give torch one thread, since visitors share the cores; render the shipped draw in the background."""
    torch.set_num_threads(1)
    threading.Thread(target=_make_ready, daemon=True).start()


def _make_ready() -> None:
    with contextlib.suppress(EngineError):  # no synthesiser: the footer says so
        find_synthesiser()
    first_draw()
