"""Ending: how likely it is that a piece is over, by logistic regression on signs of what was heard
(engine/endings/signs.py).

It is no part of a model: it reads only the music, so that draws of all models of a corpus end by the same
rule, and it changes no likelihood of frames.
"""

import math
from functools import cached_property
from typing import Annotated

import numpy as np
from jaxtyping import Float64
from pydantic import AfterValidator, Field

from engine.endings.signs import SIGN_SIZES
from engine.strict import Strict

MAX_LOG_ODDS = 100.0  # largest absolute value of the level and of every weight
LogOdds = Annotated[float, Field(ge=-MAX_LOG_ODDS, le=MAX_LOG_ODDS)]


def _complete(weights: dict[str, list[float]]) -> dict[str, list[float]]:
    """The same weights; raises ValueError unless each kind of sign has exactly one for each of its signs."""
    for name in weights:
        if name not in SIGN_SIZES:
            raise ValueError(f"{name[:40]!r} is no kind of sign")
    for name, size in SIGN_SIZES.items():
        if len(weights.get(name, ())) != size:
            raise ValueError(f"{name!r} must be {size} numbers")
    return weights


class Ending(Strict):
    """When pieces of a corpus end.

    Args:
        longest: frames of the longest training piece; a draw that has not ended by then is unlikely to end.
        least: chances below this count as 0, so that many small chances do not add up to an end.
        level: log-odds that a piece is over, before the signs add theirs (the intercept).
        weights: kind of sign -> what each of its signs adds to the log-odds.
    """

    longest: int = Field(ge=1, le=10**9)
    least: float = Field(ge=0, lt=1)
    level: LogOdds
    weights: Annotated[dict[str, list[LogOdds]], AfterValidator(_complete)]

    @classmethod
    def of_numbers(
        cls, numbers: Float64[np.ndarray, " number"], longest: int, least: float = 0.0
    ) -> "Ending":
        """An ending from its level, then its weights in the order of the signs, clipped to MAX_LOG_ODDS."""
        places = np.cumsum([1, *SIGN_SIZES.values()])
        level, *parts, _ = np.split(  # the last part is empty
            np.clip(numbers, -MAX_LOG_ODDS, MAX_LOG_ODDS), places
        )
        return cls(
            longest=longest,
            least=least,
            level=float(level[0]),
            weights={name: part.tolist() for name, part in zip(SIGN_SIZES, parts, strict=True)},
        )

    def chance(self, signs: Float64[np.ndarray, " sign"]) -> float:
        """The chance that the piece is over, from 0 to 1; 0 if it is below ``least``."""
        log_odds = self.level + float(signs @ self._flat_weights)
        chance = 0.5 + 0.5 * math.tanh(
            log_odds / 2
        )  # the logistic function, so written that it cannot overflow
        return chance if chance >= self.least else 0.0

    @cached_property
    def _flat_weights(self) -> Float64[np.ndarray, " sign"]:
        return np.array([number for name in SIGN_SIZES for number in self.weights[name]])
