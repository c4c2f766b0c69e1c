"""Figures: what is found of some pieces, by name; None where there is nothing to be said."""

from collections.abc import Iterable
from typing import Any

Figures = dict[str, float | None]


def mean_of(numbers: Iterable[Any]) -> float | None:
    """Of numbers and truths; None of none."""
    every = [float(number) for number in numbers]
    return sum(every) / len(every) if every else None
