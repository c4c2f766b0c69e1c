"""Ending: how likely a piece is over after what was heard of it, by logistic regression on its signs.

No part of a model: it reads music alone, so that all models of a corpus end by the same rule, and it changes
no likelihood of frames.
"""

import math
from functools import cached_property
from typing import Annotated

import numpy as np
from jaxtyping import Float64
from pydantic import AfterValidator, Field

from engine.endings.signs import SIZES
from engine.strict import Strict

MOST = 100.0  # of any number
LogOdds = Annotated[float, Field(ge=-MOST, le=MOST)]


def _complete(weights: dict[str, list[float]]) -> dict[str, list[float]]:
    """The same; raises ValueError unless there are as many as there are signs."""
    for name in SIZES.keys() | weights.keys():
        if len(weights.get(name, ())) != SIZES.get(name, -1):
            raise ValueError(f"{name[:40]!r} must be {SIZES.get(name, 'no')} numbers")
    return weights


class Ending(Strict):
    """When pieces of a corpus end.

    Args:
        longest: frames of the longest training piece: what has not ended until then is not likely to.
        least: chance below which a piece goes on: where nothing tells of an end, none is doubted into being.
        level: log-odds that a piece is over, signs apart.
        weights: kind of sign -> what each of its signs adds.
    """

    longest: int = Field(ge=1, le=10**9)
    least: float = Field(ge=0, lt=1)
    level: LogOdds
    weights: Annotated[dict[str, list[LogOdds]], AfterValidator(_complete)]

    @classmethod
    def of_numbers(
        cls, numbers: Float64[np.ndarray, " number"], longest: int, least: float = 0.0
    ) -> "Ending":
        """Of the level, then the weights in the order of the signs."""
        places = np.cumsum([1, *SIZES.values()])
        level, *parts, _ = np.split(np.clip(numbers, -MOST, MOST), places)
        return cls(
            longest=longest,
            least=least,
            level=float(level[0]),
            weights={name: part.tolist() for name, part in zip(SIZES, parts, strict=True)},
        )

    def chance(self, signs: Float64[np.ndarray, " sign"]) -> float:
        """That the piece is over, from 0 to 1."""
        log_odds = self.level + float(signs @ self._numbers)
        chance = 0.5 + 0.5 * math.tanh(log_odds / 2)  # the logistic function, which never overflows
        return chance if chance >= self.least else 0.0

    @cached_property
    def _numbers(self) -> Float64[np.ndarray, " sign"]:
        return np.array([number for name in SIZES for number in self.weights[name]])
