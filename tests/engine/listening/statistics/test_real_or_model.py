"""d-prime against its definition, its interval against simulation, and what cannot be said."""

import numpy as np
import pytest
from scipy.stats import norm

from engine.listening.statistics.real_or_model import detections
from tests.engine.listening.listener import record, votes


def answers(source: str, called_model: int, number: int, corpus: str = "jsb_chorales"):
    return votes([
        record((source,), "model" if place < called_model else "real", "real_or_model", corpus=corpus)
        for place in range(number)
    ])  # fmt: skip


def test_d_prime_is_the_distance_of_the_corrected_quantiles():
    (detection,) = detections(answers("model-a", 14, 20) + answers("real", 6, 20))
    assert detection.d_prime == pytest.approx(norm.ppf(14.5 / 21) - norm.ppf(6.5 / 21))
    assert (detection.called_model, detection.num_clips, detection.real_called_model, detection.num_real) == (
        14,
        20,
        6,
        20,
    )
    assert "14 of 20 clips of model-a and 6 of 20 real ones were called a model's: told from real ones" in (
        detection.sentence
    )


def test_the_interval_is_as_wide_as_chance_makes_it():
    """Ten thousand listeners of the same rates: the standard deviation of their d-primes."""
    rng = np.random.default_rng(0)
    own, real = (rng.binomial(60, share, 10_000) for share in (0.7, 0.35))
    spread = (norm.ppf((own + 0.5) / 61) - norm.ppf((real + 0.5) / 61)).std()
    (detection,) = detections(answers("model-a", 42, 60) + answers("real", 21, 60))
    assert (detection.high - detection.low) / (2 * 1.96) == pytest.approx(spread, rel=0.03)


def test_extreme_rates_stay_finite():
    (detection,) = detections(answers("model-a", 8, 8) + answers("real", 0, 8))
    assert 2 < detection.d_prime < 4 and detection.low > 0
    (detection,) = detections(answers("model-a", 4, 8) + answers("real", 4, 8))
    assert (
        detection.d_prime == pytest.approx(0)
        and "not told from real ones beyond guessing" in detection.sentence
    )
    assert f"({detection.low:.2f}".replace("-", "−") in detection.sentence and "(−" in detection.sentence
    (detection,) = detections(answers("model-a", 2, 20) + answers("real", 15, 20))
    assert "taken for real more often than real ones, d′ = −" in detection.sentence


def test_models_are_held_against_the_real_clips_of_their_own_corpus():
    answered = answers("anchor", 9, 9) + answers("model-a", 5, 9) + answers("real", 3, 9)
    detected = detections(answered + answers("model-n", 4, 5, "nottingham"))
    assert [(detection.corpus, detection.source) for detection in detected] == [
        *(("jsb_chorales", "model-a"), ("jsb_chorales", "anchor"), ("nottingham", "model-n"))
    ]
    assert detected[2].d_prime is None and "needs answers to both kinds" in detected[2].sentence
