"""Bradley-Terry: a published example, the likelihood's own equations, listeners who repeat themselves."""

import numpy as np
import pytest

from engine.listening.statistics.bradley_terry import bootstrap, separations, strengths

EVERYBODY = np.ones(4, dtype=bool)
# Citations among four journals of statistics: row was cited by column, citations of oneself left out.
# S. Stigler, Statistical Science 9, 1994, as on page 448 of A. Agresti, Categorical Data Analysis, 2002.
# In order: Biometrika, Communications in Statistics, JASA, JRSS-B.
CITED = np.array([[0, 730, 498, 221], [33, 0, 68, 17], [320, 813, 0, 142], [284, 276, 325, 0]], dtype=float)
# Sum-to-zero abilities with standard errors, as the R package BradleyTerry2 prints them (D. Firth, H. Turner,
# Journal of Statistical Software 48, 2012; the file tests/BTabilities.Rout.save of its sources).
ABILITIES = np.array([0.7899221, -2.1591504, 0.3103523, 1.0588761])
STANDARD_ERRORS = np.array([0.04333047, 0.07257974, 0.04164102, 0.05304699])


def test_the_published_abilities():
    assert strengths(CITED, prior_comparisons=0.0) == pytest.approx(ABILITIES, abs=1e-6)


def test_so_small_a_prior_moves_them_by_little():
    assert strengths(CITED) == pytest.approx(ABILITIES, abs=0.02)


def test_resamples_spread_by_the_published_standard_errors():
    """With each citation as its own listener, the bootstrap must find what the information matrix says."""
    firsts, seconds = np.nonzero(CITED)
    pairs = np.repeat(np.stack([firsts, seconds], axis=1), CITED[firsts, seconds].astype(int), axis=0)
    units = np.zeros((len(pairs), 4, 4))
    units[np.arange(len(pairs)), pairs[:, 0], pairs[:, 1]] = 1
    drawn = bootstrap(units, EVERYBODY, 600, np.random.default_rng(0))
    assert drawn.std(axis=0) == pytest.approx(STANDARD_ERRORS, rel=0.15)


def test_expected_wins_are_the_wins():
    """What a maximum of the likelihood satisfies, ties as halves and extreme counts included."""
    wins = np.array([[0, 40, 7.5, 300], [2, 0, 11, 0.5], [3.5, 9, 0, 1], [0, 0.5, 0, 0]])
    fitted = strengths(wins, prior_comparisons=0.5)
    counts = wins + 0.25 * (1 - np.eye(4))
    chances = 1 / (1 + np.exp(fitted[None, :] - fitted[:, None]))
    expected = ((counts + counts.T) * chances).sum(axis=1) - 0.5 * np.diag(counts + counts.T)
    assert expected == pytest.approx(counts.sum(axis=1), rel=1e-5)
    assert fitted.sum() == pytest.approx(0)


def test_two_players_have_the_logarithm_of_their_odds():
    fitted = strengths(np.array([[0.0, 9.0], [3.0, 0.0]]), prior_comparisons=0.0)
    assert fitted[0] - fitted[1] == pytest.approx(np.log(3))


def test_an_undefeated_newcomer_is_finite():
    fitted = strengths(np.array([[0.0, 5.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    assert np.isfinite(fitted).all() and fitted[0] > fitted[2] > fitted[1]


def test_zero_is_the_mean_of_those_it_is_centred_on():
    fitted = strengths(CITED, np.array([True, False, True, False]))
    assert fitted[[0, 2]].sum() == pytest.approx(0)
    assert fitted - fitted.mean() == pytest.approx(strengths(CITED))


def test_nobody_and_one_have_nothing_to_win():
    assert strengths(np.zeros((0, 0))).shape == (0,)
    assert strengths(np.zeros((1, 1))).tolist() == [0]


def test_votes_of_one_listener_are_not_independent():
    """40 listeners who each say the same ten times: 40 opinions, not 400, so √10 times as wide intervals."""
    rng = np.random.default_rng(0)
    opinions = (rng.random(40) < 0.6).astype(float)
    ten = np.zeros((40, 2, 2))
    ten[:, 0, 1], ten[:, 1, 0] = 10 * opinions, 10 * (1 - opinions)
    both = np.ones(2, dtype=bool)
    over_listeners = bootstrap(ten, both, 400, rng).std(axis=0)
    over_votes = bootstrap(np.repeat(ten / 10, 10, axis=0), both, 400, rng).std(axis=0)
    assert over_listeners / over_votes == pytest.approx(np.sqrt(10), rel=0.15)


def test_the_same_seed_draws_the_same_resamples():
    units = np.zeros((5, 2, 2))
    units[:3, 0, 1], units[3:, 1, 0] = 1, 1
    first, second, third = (
        bootstrap(units, np.ones(2, dtype=bool), 20, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, second) and not np.array_equal(first, third)


def test_of_equal_players_one_crowd_in_twenty_separates_any_pair():
    """All pairs at once: ten pairs tested one by one would be separated in far more."""
    rng, num_separated, rounds = np.random.default_rng(0), 0, 400
    for _ in range(rounds):
        estimates = rng.normal(size=5)
        resamples = estimates + rng.normal(size=(200, 5))
        num_separated += separations(estimates, resamples, 0.95).any()
    assert 0.02 < num_separated / rounds < 0.09


def test_a_pair_that_every_resample_orders_alike_is_separated():
    resamples = np.tile([1.0, -1.0], (50, 1))
    assert separations(np.array([1.0, -1.0]), resamples, 0.95).tolist() == [[False, True], [True, False]]
