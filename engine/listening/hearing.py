"""Hearing: whether the clips of a trial were heard long enough: one rule for pages, server and statistics.

A browser counts what has sounded in slices, and may fail to count the end of a short clip; so it lets a
listener answer when a little less was counted than is asked for, and whoever judges allows for rounding too.
"""

from collections.abc import Sequence

MIN_HEARD_SECONDS = 3.0  # of every clip, or the whole of a shorter one
SLACK_SECONDS = 0.3  # by which a browser's count may fall short; of a very short clip, half
ROUNDING_SECONDS = 0.1
LONGER_SECONDS = 0.5  # by which a count may exceed the clip


def needed_seconds(length: float) -> float:
    """What a listener is asked to hear of each clip."""
    return min(MIN_HEARD_SECONDS, length)


def enough_seconds(length: float) -> float:
    """What a browser must have counted before it lets the listener answer."""
    needed = needed_seconds(length)
    return max(needed - SLACK_SECONDS, needed / 2)


def is_enough(heard: Sequence[float], length: float) -> bool:
    """Whether each clip was heard long enough for the answer to count."""
    return min(heard) >= enough_seconds(length) - ROUNDING_SECONDS


def is_possible(heard: Sequence[float], length: float) -> bool:
    """Whether no clip was heard for longer than it lasts."""
    return max(heard) <= length + LONGER_SECONDS
