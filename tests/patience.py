"""Patience: a test waits until something has happened, and not for a time that a busy machine outlasts."""

import time
from collections.abc import Callable

LOOK_SECONDS = 0.02  # between two looks: a file or a process of another program sends no event
PATIENCE_SECONDS = 120.0  # far above what anything takes, for a machine with other work


def until(has_happened: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Return as soon as ``has_happened()`` is true.

    Raises:
        AssertionError: it was not, for ``seconds``.
    """
    end = time.monotonic() + seconds
    while not has_happened():
        assert time.monotonic() < end, f"not within {seconds:g} s: {has_happened}"
        time.sleep(LOOK_SECONDS)
