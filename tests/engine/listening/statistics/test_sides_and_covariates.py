"""What moves a vote besides the model: the side it was on, guessing, loudness."""

import pytest

from engine.listening.statistics.covariates import covariates_of
from engine.listening.statistics.position_bias import position_bias
from tests.engine.listening.listener import lane, record, votes

TWO = ("model-a", "model-b")
SAME = {"lanes": [lane("model-a", "one"), lane("model-a", "one")]}


def test_a_catch_that_is_called_a_tie_is_no_guess():
    bias = position_bias(votes([record(TWO, "tie", **SAME)] * 4), [])
    assert (bias.num_catches, bias.catches) == (4, None)
    assert bias.sentences == ("Guessing: in none of 4 catch trials was a difference heard.",)


def test_sides_of_catches_and_of_others_are_counted_apart():
    catches = [record(TWO, choice, **SAME) for choice in ("0",) * 9 + ("1", "tie", "both_bad")]
    bias = position_bias(votes(catches), votes([record(TWO, choice) for choice in ("0", "1", "1", "tie")]))
    assert (bias.num_catches, bias.catches.successes, bias.catches.trials) == (12, 9, 10)
    assert bias.catches.p_value == pytest.approx(2 * 11 / 1024)
    assert (bias.others.successes, bias.others.trials) == (1, 3)
    assert "in 10 of 12 catch trials a side was chosen" in bias.sentences[0]
    assert bias.sentences[1].startswith("All other preferences do not lean to a side: A was chosen in 1 of 3")


def test_nothing_was_asked():
    assert position_bias([], []).sentences == (
        "No catch trial was answered, so nothing can be said about guessing.",
    )
    assert covariates_of([]).rows == ()


def loud(first: float, second: float, choice: str, **facts):
    lanes = [lane("model-a", lufs=first), lane("model-b", lufs=-20.0, gain_decibels=second)]
    return record(TWO, choice, lanes=lanes, **facts)


def test_the_louder_clip_is_the_one_that_is_louder_after_its_gain():
    preferences = [
        loud(-19.0, 0.0, "0"),
        loud(-19.0, 3.0, "0"),
        loud(-20.05, 0.0, "1"),
        loud(-19.0, 0.0, "tie"),
    ]
    covariates = covariates_of(votes(preferences))
    assert (covariates.num_measured, covariates.median_decibels, covariates.largest_decibels) == (
        3, pytest.approx(1.0), pytest.approx(2.0)
    )  # fmt: skip
    assert (covariates.louder.successes, covariates.louder.trials) == (1, 2)  # 0.05 dB is rounding


def test_silence_has_no_loudness():
    silent = record(TWO, "0", lanes=[lane("model-a", lufs=None), lane("model-b")], seconds=21.0)
    covariates = covariates_of(votes([silent]))
    assert covariates.num_measured == 0 and covariates.louder is None
    assert covariates.rows == (("Length of the clips", "21.0 to 21.0 s, median 21.0 s"),)
