"""Patience: a test waits until something has happened, not for a time too short for a busy machine."""

import time
from collections.abc import Callable

LOOK_SECONDS = 0.02  # between two looks, since files and processes of other programs send no event
PATIENCE_SECONDS = 120.0  # far above what anything takes, for a machine with other work


def until(has_happened: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Return as soon as ``has_happened()`` is true.

    Raises:
        AssertionError: it was still not true after ``seconds``.
    """
    end = time.monotonic() + seconds
    while not has_happened():
        assert time.monotonic() < end, f"still not true after {seconds:g} s: {has_happened}"
        time.sleep(LOOK_SECONDS)
