"""Who won over whom: preferences, ties, rankings, and what says nothing."""

import numpy as np

from engine.listening.statistics.comparisons import comparisons_of
from engine.listening.statistics.exclusion import BOTH_BAD, CATCH, ONE_SOURCE
from tests.engine.listening.listener import lane, placings, record

TWO = ("model-b", "model-a")


def test_a_preference_is_a_win_and_a_tie_half_a_win_for_both():
    comparisons = comparisons_of(placings([record(TWO, choice) for choice in ("0", "0", "1", "tie")]))
    assert comparisons.players == ("model-a", "model-b")
    assert comparisons.totals.tolist() == [[0, 1.5], [2.5, 0]]
    assert (comparisons.num_votes, comparisons.num_ties) == (4, 1)


def test_a_ranking_is_all_pairs_of_its_lanes():
    comparisons = comparisons_of(placings([record((*TWO, "real", "anchor"), (2, 2, 1, 4), "rank")]))
    assert comparisons.players == ("anchor", "model-a", "model-b", "real")
    assert comparisons.totals.tolist() == [[0, 0, 0, 0], [1, 0, 0.5, 0], [1, 0.5, 0, 0], [1, 1, 1, 0]]
    assert (comparisons.num_votes, comparisons.num_ties) == (1, 1)


def test_what_says_nothing_is_counted_by_reason():
    same = [lane("model-a", "one"), lane("model-a", "one")]
    two_draws = [lane("model-a", "one"), lane("model-a", "two")]
    comparisons = comparisons_of(
        placings(
            [
                record(TWO, "both_bad"),
                record(TWO, "0", lanes=same),
                record(TWO, "1", lanes=two_draws),
                record(("model-a",), "real", "real_or_model"),
                record(TWO, None),
            ]
        )
    )
    assert comparisons.excluded == {BOTH_BAD: 1, CATCH: 1, ONE_SOURCE: 1}
    assert comparisons.num_votes == 0 and comparisons.players == ()


def test_votes_of_a_listener_can_be_taken_together():
    records = [record(TWO, "0", listener=who) for who in ("ann", "bob", "ann")]
    sums = comparisons_of(placings(records)).by_listener()
    assert np.array_equal(sums, [[[0, 0], [2, 0]], [[0, 0], [1, 0]]])
