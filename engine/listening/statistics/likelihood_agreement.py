"""LikelihoodAgreement: do listeners prefer the models that held-out likelihood prefers?

Kendall's tau between strength and likelihood, and its exact two-sided p. n models have n! orders; the two
that agree or disagree wholly have p = 2/n! together, which is below 0.05 only from five models on.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.listening.statistics.exact_tests import SIGNIFICANT, p_words
from engine.listening.statistics.ranking import Ranking
from engine.words import signed

MIN_MODELS = 3  # two have only one order and its reverse


@dataclass(frozen=True)
class Point:
    """A ranked model's likelihood and strength.

    Args:
        nats: negative log-likelihood of the test split per frame (per sample of sound); lower is better.
        strength, low, high: as in the model's Standing.
    """

    model: str
    nats: float
    strength: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class LikelihoodAgreement:
    """Whether listeners order the models of one corpus as likelihood does.

    Args:
        points: the likeliest model first.
        missing: ranked models whose likelihood is not known.
        tau: 1 where listeners order the models as likelihood does, -1 where they reverse that order; None
            for fewer than MIN_MODELS, or where all likelihoods or all strengths are equal.
        p_value: None if no order of this few models could be significant, or if two are equal.
    """

    points: tuple[Point, ...]
    missing: tuple[str, ...]
    tau: float | None
    p_value: float | None

    @property
    def sentence(self) -> str:
        """What can be said from the points."""
        count = len(self.points)
        if count < MIN_MODELS:
            known = f"{count} ranked {'model has' if count == 1 else 'models have'} a known likelihood"
            return f"It takes {MIN_MODELS} models to compare orders; {known}."
        if self.tau is None:
            return "All likelihoods or all strengths are equal: there is no order to compare."
        tau = signed(self.tau, ".2f")
        agreement = f"Kendall’s τ between strength and likelihood is {tau} over {count} models"
        if self.p_value is not None:
            return f"{agreement} ({p_words(self.p_value)}, exact; strengths are taken as known)."
        least = _least_p(count)
        if least < SIGNIFICANT:
            return f"{agreement}; two of them are equal, so there is no exact p."
        return (
            f"{agreement}. That is too few for a test: even the same order throughout would come by chance "
            f"with {p_words(least)}."
        )


def likelihood_agreement(ranking: Ranking, nats: Mapping[str, float]) -> LikelihoodAgreement:
    """Compares the strengths of a ranking with the models' likelihoods.

    Args:
        nats: model -> negative log-likelihood of the test split; all of one corpus and in one unit.
    """
    models = [standing for standing in ranking.standings if not standing.is_reference]
    known = sorted(
        (standing for standing in models if standing.player in nats),
        key=lambda standing: nats[standing.player],
    )
    points = tuple(
        Point(standing.player, nats[standing.player], standing.strength, standing.low, standing.high)
        for standing in known
    )
    tau = p_value = None
    if len(points) >= MIN_MODELS:
        from scipy.stats import kendalltau  # on first use: see exact_tests.py

        likelihoods, gains = [-point.nats for point in points], [point.strength for point in points]
        has_ties = len(set(likelihoods)) < len(points) or len(set(gains)) < len(points)
        kendall = kendalltau(likelihoods, gains, method="asymptotic" if has_ties else "exact")
        tau = None if math.isnan(kendall.statistic) else float(kendall.statistic)
        if not has_ties and _least_p(len(points)) < SIGNIFICANT:
            p_value = float(kendall.pvalue)
    missing: Iterable[str] = (standing.player for standing in models if standing.player not in nats)
    return LikelihoodAgreement(points, tuple(missing), tau, p_value)


def _least_p(count: int) -> float:
    return 2 / math.factorial(count)
