"""Real or model: how well listeners tell a model's clip from a recording of the corpus, as d-prime.

    d' = z(H) - z(F)        z: quantile of the normal distribution
    H, F                    share of a model's clips, and of real ones, that were called "model"

A half is always added to each count and one to each number of clips, since shares of 0 and 1 have no
quantile: the log-linear correction of M. J. Hautus (Behavior Research Methods 27, 1995). The variance is that
of V. Gourevitch and E. Galanter (Psychometrika 32, 1967); it treats all answers as independent.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

from engine.listening.statistics.exact_tests import CONFIDENCE
from engine.listening.trial import REAL, SOURCES_BESIDE_MODELS, Vote

NORMAL = NormalDist()
CALLED_REAL, CALLED_MODEL = "real", "model"  # the two answers


@dataclass(frozen=True)
class Detection:
    """How well one source's clips were told from real ones.

    Args:
        source: a checkpoint, or the low anchor.
        called_model, num_clips: answers "a model" about the source's clips, and all answers about them.
        real_called_model, num_real: the same for the corpus's own clips.
        d_prime, low, high: d′ and the ends of its 95 % interval; None while one kind of clips is missing.
    """

    corpus: str
    source: str
    called_model: int
    num_clips: int
    real_called_model: int
    num_real: int
    d_prime: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def sentence(self) -> str:
        """The counts and d′ in words."""
        return self.sentence_of(self.source)

    def sentence_of(self, name: str) -> str:
        """The same, with another name for the source."""
        counts = (
            f"{self.called_model} of {self.num_clips} clips of {name} and {self.real_called_model} of "
            f"{self.num_real} real ones were called a model's"
        )
        if self.d_prime is None:
            return f"{counts}: d′ needs answers to both kinds of clips"
        if self.low <= 0 <= self.high:
            verdict = "not told from real ones beyond guessing"
        else:
            verdict = "told from real ones" if self.low > 0 else "taken for real more often than real ones"
        figures = f"d′ = {self.d_prime:.2f} ({self.low:.2f} to {self.high:.2f}; 0 is guessing)"
        return f"{counts}: {verdict}, {figures.replace('-', '−')}"


def detections(votes: Iterable[Vote]) -> list[Detection]:
    """A detection for each corpus and source asked about, from answers to "real or model?"."""
    counts: dict[tuple[str, str], list[int]] = {}
    for vote in votes:
        cell = counts.setdefault((vote.trial.corpus, vote.trial.lanes[0].source), [0, 0])
        cell[0] += vote.answer.choice == CALLED_MODEL
        cell[1] += 1
    detected = [
        _detection(corpus, source, cell, counts.get((corpus, REAL), [0, 0]))
        for (corpus, source), cell in sorted(counts.items())
        if source != REAL
    ]
    return sorted(
        detected, key=lambda detection: (detection.corpus, detection.source in SOURCES_BESIDE_MODELS)
    )


def _detection(corpus: str, source: str, own: list[int], real: list[int]) -> Detection:
    facts = (corpus, source, *own, *real)
    if 0 in (own[1], real[1]):
        return Detection(*facts)
    d_prime, variance = 0.0, 0.0
    for sign, (count, number) in ((1, own), (-1, real)):
        number += 1
        share = (count + 0.5) / number
        quantile = NORMAL.inv_cdf(share)
        d_prime += sign * quantile
        variance += share * (1 - share) / (number * NORMAL.pdf(quantile) ** 2)
    reach = NORMAL.inv_cdf((1 + CONFIDENCE) / 2) * math.sqrt(variance)
    return Detection(*facts, d_prime, d_prime - reach, d_prime + reach)
