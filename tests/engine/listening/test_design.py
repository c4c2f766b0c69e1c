"""Who is heard against whom: balanced, random, and decided before the first sound."""

from collections import Counter
from itertools import pairwise

import pytest
from scipy.stats import binomtest

from engine.errors import InvalidValueError
from engine.listening.design import TestDesign
from engine.listening.tasks.preference import CATCH_EVERY
from engine.listening.trial import REAL
from tests.engine.listening.listener import record

THREE = ("m-gru", "m-lstm", "m-tanh")


def design(task: str = "preference", sources=THREE, num_trials: int = 24, seed: int = 1) -> TestDesign:
    return TestDesign(task, tuple(sources), num_trials, seed)


@pytest.mark.parametrize(
    ("task", "sources"),
    [("preference", THREE), ("abx", THREE[:2]), ("rank", THREE), ("real_or_model", THREE)],
)
def test_one_seed_is_one_design_and_no_draw_is_heard_twice(task, sources):
    plans = design(task, sources).plans()
    assert plans == design(task, sources).plans() != design(task, sources, seed=2).plans()
    assert [plan.number for plan in plans] == list(range(1, 25))
    assert len({plan.seed for plan in plans}) == 24


def test_every_trial_has_a_key_by_lot():
    """All recordings are in one key and draws may leave it: a listener could win by knowing it."""
    keys = [plan.transposition for seed in range(20) for plan in design(seed=seed).plans()]
    assert set(keys) == set(range(-5, 7)) and max(Counter(keys).values()) < 80


def test_each_pair_is_asked_equally_often_with_either_first():
    plans = [plan.sources for plan in design(num_trials=32).plans()]
    catches = [pair for pair in plans if pair[0] == pair[1]]
    assert len(catches) == 32 // CATCH_EVERY
    times = Counter(pair for pair in plans if pair[0] != pair[1])
    assert len(times) == 6 and max(times.values()) - min(times.values()) <= 1


def test_what_was_asked_before_is_made_up_for():
    asked = [record(("m-gru", "m-lstm"), "0", trial_id=str(k)) for k in range(9)]
    plans = [plan.sources for plan in design(num_trials=7).plans(asked)]
    assert ("m-gru", "m-lstm") not in plans and ("m-lstm", "m-gru") not in plans
    again = [plan.sources for plan in design(sources=THREE[:2], num_trials=6).plans(asked)]
    assert set(again) == {("m-lstm", "m-gru")}, "the one that was always first is second now"


def test_x_is_either_by_lot():
    plans = [plan.sources for seed in range(25) for plan in design("abx", THREE[:2], 40, seed).plans()]
    assert all(sorted(lanes[:2]) == ["m-gru", "m-lstm"] and lanes[2] in lanes[:2] for lanes in plans)
    for successes in (
        sum(lanes[2] == lanes[0] for lanes in plans),
        sum(lanes[0] == "m-gru" for lanes in plans),
    ):
        assert binomtest(successes, len(plans)).pvalue > 1e-3
    agree = sum((a[2] == a[0]) == (b[2] == b[0]) for a, b in pairwise(plans))
    assert binomtest(agree, len(plans) - 1).pvalue > 1e-3, "one answer tells nothing of the next"


def test_real_or_model_is_real_half_the_time():
    plans = [
        plan.sources[0]
        for seed in range(25)
        for plan in design("real_or_model", num_trials=40, seed=seed).plans()
    ]
    assert binomtest(plans.count(REAL), len(plans)).pvalue > 1e-3
    models = Counter(plans) - Counter({REAL: len(plans)})
    assert max(models.values()) - min(models.values()) <= 25


def test_all_are_ranked_in_an_order_by_lot():
    plans = [plan.sources for plan in design("rank", (*THREE, REAL, "anchor"), 30).plans()]
    assert all(sorted(lanes) == sorted((*THREE, REAL, "anchor")) for lanes in plans)
    assert len(set(plans)) > 15


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"task": "karaoke"}, "task 'karaoke' must be one of preference, abx"),
        ({"num_trials": 0}, "0 trials must be from 1 to 40"),
        ({"sources": THREE[:1]}, "choose 2 to 12 different models for this task, not 1"),
        ({"task": "abx"}, "choose 2 different models for this task, not 3"),
        ({"sources": ("m-gru", "m-gru")}, "choose each model only once"),
        ({"task": "rank", "sources": tuple("abcdef")}, "choose 2 to 5 different models for this task, not 6"),
        ({"task": "real_or_model", "sources": ("m-gru", REAL)}, "the real excerpt is a part of this task"),
    ],
)
def test_what_cannot_be_asked_is_refused(changes, message):
    with pytest.raises(InvalidValueError, match=message):
        design(**changes)
