"""Figures: what is measured of pieces or sounds, by name; None where there is nothing to measure."""

from collections.abc import Iterable
from typing import Any

Figures = dict[str, float | None]


def mean_of(numbers: Iterable[Any]) -> float | None:
    """The mean of numbers or booleans; None if there are none."""
    every = [float(number) for number in numbers]
    return sum(every) / len(every) if every else None
