"""Preference compared with likelihood: Kendall's tau against counting pairs, and what few models allow."""

from itertools import permutations

import numpy as np
import pytest

from engine.listening.statistics.likelihood_agreement import likelihood_agreement
from engine.listening.statistics.ranking import rank
from tests.engine.listening.crowd import TRUTH, crowd_votes
from tests.engine.listening.listener import placings


@pytest.fixture(scope="module")
def ranking():
    return rank(placings(crowd_votes(np.random.default_rng(3), votes_each=60)), np.random.default_rng(0), 50)


def test_listeners_who_agree_with_likelihood(ranking):
    agreement = likelihood_agreement(ranking, {model: 8 - strength for model, strength in TRUTH.items()})
    assert [point.model for point in agreement.points] == list(TRUTH)
    assert agreement.tau == pytest.approx(1) and agreement.p_value == pytest.approx(2 / 120)
    assert agreement.sentence.endswith(
        "is 1.00 over 5 models (p = 0.017, exact; strengths are taken as known)."
    )


def test_p_is_the_share_of_orders_that_agree_as_much(ranking):
    nats = dict(zip(TRUTH, (8.1, 8.0, 8.3, 8.2, 8.5), strict=True))

    def tau(order):
        pairs = [(i, j) for i in range(5) for j in range(i)]
        return sum(np.sign(order[i] - order[j]) for i, j in pairs) / len(pairs)

    agreement = likelihood_agreement(ranking, nats)
    taus = [abs(tau(order)) for order in permutations(range(5))]
    assert agreement.tau == pytest.approx(tau(tuple(nats.values())))
    assert agreement.p_value == pytest.approx(np.mean([size >= abs(agreement.tau) - 1e-9 for size in taus]))


def test_few_models_have_no_p(ranking):
    agreement = likelihood_agreement(ranking, {"model-a": 8.4, "model-b": 8.2, "model-c": 8.0})
    assert (agreement.tau, agreement.p_value, agreement.missing) == (
        pytest.approx(-1),
        None,
        ("model-d", "model-e"),
    )
    assert "is −1.00 over 3 models. That is too few for a test" in agreement.sentence
    assert "p = 0.33" in agreement.sentence


def test_equal_likelihoods_have_no_exact_p(ranking):
    agreement = likelihood_agreement(ranking, dict(zip(TRUTH, (8.0, 8.0, 8.1, 8.2, 8.3), strict=True)))
    assert agreement.p_value is None and "two of them are equal" in agreement.sentence


def test_likelihoods_that_are_all_equal_have_no_order(ranking):
    agreement = likelihood_agreement(ranking, dict.fromkeys(TRUTH, 8.0))
    assert agreement.tau is None and "there is no order to compare" in agreement.sentence


def test_fewer_than_three_models_have_no_order_to_compare(ranking):
    agreement = likelihood_agreement(ranking, {"model-a": 8.0, "model-b": 8.1, "unheard": 7.0})
    assert agreement.tau is None and len(agreement.points) == 2
    assert (
        agreement.sentence == "It takes 3 models to compare orders; 2 ranked models have a known likelihood."
    )
    assert likelihood_agreement(ranking, {"model-c": 8.0}).sentence.endswith(
        "; 1 ranked model has a known likelihood."
    )
