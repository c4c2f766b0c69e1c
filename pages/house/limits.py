"""Limits: what may be asked of the pages that draw and score.

Conventions
    length   frames of music, seconds of speech
"""

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import InvalidValueError
from engine.sampling import MAX_SEED

MAX_LANES = 4
MAX_DRAWN_FRAMES = 512
MAX_DRAWN_SECONDS = 10
OWN = "own"  # the choice of a visitor's own file, instead of something shipped
MAX_LENGTHS = {"frames": MAX_DRAWN_FRAMES, "seconds": MAX_DRAWN_SECONDS}
LIMITS: Mapping[str, tuple[float, float]] = {  # name of a field -> the lowest and the highest value
    "length": (0.1, MAX_DRAWN_FRAMES),  # of speech at most MAX_DRAWN_SECONDS
    "seed": (0, MAX_SEED),
    "temperature": (0.1, 2.0),
    "tempo": (40, 240),
    "program": (0, 127),
    "kept": (0.1, 1.0),
}


def number(name: str, given: Any, kind: Callable[[Any], Any] = float) -> Any:
    """What a field, a link or a program gives, as a number.

    Args:
        name: of the field, for the error.
        kind: int or float.

    Raises:
        InvalidValueError: it is empty, or not a number of this kind.
    """
    if given is None or given == "":
        raise InvalidValueError(f"the field {name} is empty: write a number")
    try:
        return kind(given)
    except (ValueError, TypeError, OverflowError):
        raise InvalidValueError(f"{name} {repr(given)[:40]} is not a number: give one") from None
