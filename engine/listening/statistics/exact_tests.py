"""Exact tests: successes in a number of trials, compared with guessing, without approximation.

The test is scipy's exact binomial test, the interval Wilson's (1927). Both hold only if the number of answers
was fixed before the first: somebody who may stop at p < 0.05 gets there in far more than one test in twenty.
"""

from dataclasses import dataclass
from typing import Literal

CONFIDENCE = 0.95
SIGNIFICANT = 1 - CONFIDENCE


@dataclass(frozen=True)
class ExactTest:
    """Successes in trials, of which guessing would win half.

    Args:
        share: of successes.
        low, high: ends of Wilson's two-sided 95 % interval of the share.
        p_value: chance of this count or a more extreme one if every answer were a guess.
    """

    successes: int
    trials: int
    share: float
    low: float
    high: float
    p_value: float

    @property
    def is_significant(self) -> bool:
        """Whether guessing alone would seldom reach this count."""
        return self.p_value < SIGNIFICANT

    @property
    def words(self) -> str:
        """``9 of 16, p = 0.40``."""
        return f"{self.successes} of {self.trials}, {p_words(self.p_value)}"


def exact_test(
    successes: int, trials: int, alternative: Literal["greater", "two-sided"] = "greater"
) -> ExactTest:
    """The test of a number of successes in at least one trial.

    Args:
        alternative: "greater" asks whether it is better than guessing, "two-sided" whether it is not half.
    """
    from scipy.stats import binomtest  # on first use: it takes a second, which every start would

    p_value = float(binomtest(successes, trials, 0.5, alternative=alternative).pvalue)
    interval = binomtest(successes, trials).proportion_ci(CONFIDENCE, method="wilson")
    return ExactTest(
        successes, trials, successes / trials, float(interval.low), float(interval.high), p_value
    )


def p_words(p_value: float) -> str:
    """``p = 0.40``, ``p = 0.038`` or ``p < 0.001``."""
    if p_value < 0.001:
        return "p < 0.001"
    return f"p = {p_value:.2f}" if p_value >= 0.0995 else f"p = {p_value:.3f}"


def interval_words(low: float, high: float) -> str:
    """``33 % to 77 %``, of shares."""
    return f"{100 * low:.0f} % to {100 * high:.0f} %"
