"""Ending: the chance that it gives, and what is refused as one."""

import math

import numpy as np
import pytest
from pydantic import ValidationError

from engine.endings.ending import Ending
from engine.endings.signs import NUM_SIGNS, SIGN_SIZES

NUMBERS = np.linspace(-2, 2, 1 + NUM_SIGNS)


def test_it_is_a_logistic_function_of_the_signs():
    signs = np.random.default_rng(1).normal(size=NUM_SIGNS)
    log_odds = NUMBERS[0] + sum(number * sign for number, sign in zip(NUMBERS[1:], signs, strict=True))
    assert Ending.of_numbers(NUMBERS, 99).chance(signs) == pytest.approx(1 / (1 + math.exp(-log_odds)))


def test_it_is_read_again_as_it_was_written():
    ending = Ending.of_numbers(NUMBERS, 99)
    assert Ending.model_validate_json(ending.model_dump_json()) == ending
    assert list(ending.weights) == list(SIGN_SIZES)


@pytest.mark.parametrize("far", [100.0, -100.0])
def test_the_surest_numbers_stay_a_chance(far):
    chance = Ending.of_numbers(np.full(1 + NUM_SIGNS, far * 9), 99).chance(np.ones(NUM_SIGNS))
    assert chance == pytest.approx(float(far > 0))


@pytest.mark.parametrize(
    ("level", "changes"),
    [
        (0.0, {"held": [0.0]}),
        (0.0, {"mood": [0.0]}),
        (0.0, {"tonic": [math.nan]}),
        (0.0, {"tonic": [101.0]}),
        (0.0, {"tonic": ["1"]}),
        (math.inf, {}),
        (None, {}),
    ],
)
def test_what_is_no_ending_is_refused(level, changes):
    weights = {name: [0.0] * size for name, size in SIGN_SIZES.items()}
    Ending(longest=99, least=0.0, level=0.0, weights=weights)
    with pytest.raises(ValidationError):
        Ending(longest=99, least=0.0, level=level, weights={**weights, **changes})
    with pytest.raises(ValidationError):
        Ending(
            longest=99, least=0.0, level=0.0, weights={name: weights[name] for name in list(SIGN_SIZES)[1:]}
        )


def test_below_the_least_chance_nothing_ends():
    signs = np.zeros(NUM_SIGNS)
    for least, expected in ((0.1, 0.12), (0.13, 0.0)):
        ending = Ending.of_numbers(np.array([np.log(0.12 / 0.88), *[0.0] * NUM_SIGNS]), 99, least)
        assert ending.chance(signs) == pytest.approx(expected)
