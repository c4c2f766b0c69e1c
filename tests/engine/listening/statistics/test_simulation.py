"""Crowds of fifty listeners whose true strengths are known: does the ranking recover their order, and do the
intervals cover the strengths?

There are 25 crowds, or as many as EARSHOT_CROWDS says; docs/listening.md has the figures of 100.
"""

import os
from collections import Counter

import numpy as np
import pytest

from engine.listening.statistics.ranking import rank
from tests.engine.listening.crowd import TRUTH, crowd_votes
from tests.engine.listening.listener import placings

NUM_CROWDS, NUM_RESAMPLES = int(os.environ.get("EARSHOT_CROWDS", "25")), 400


@pytest.mark.slow
@pytest.mark.parametrize("votes_each", [10, 20])
def test_the_true_order_is_the_most_frequent_and_intervals_cover_the_truth(votes_each):
    orders: Counter[tuple[str, ...]] = Counter()
    covered: Counter[str] = Counter()
    for seed in range(NUM_CROWDS):
        rng = np.random.default_rng(seed)
        standings = rank(placings(crowd_votes(rng, 50, votes_each)), rng, NUM_RESAMPLES).standings
        orders[tuple(standing.player for standing in standings)] += 1
        covered.update(
            standing.player
            for standing in standings
            if standing.low <= TRUTH[standing.player] <= standing.high
        )
    assert orders.most_common(1)[0][0] == tuple(TRUTH)  # it has the strongest first
    # the intervals are 95 % ones; 25 crowds are few, so less is asked
    assert sum(covered.values()) >= 0.9 * NUM_CROWDS * len(TRUTH)
    assert min(covered[model] for model in TRUTH) >= 0.85 * NUM_CROWDS
