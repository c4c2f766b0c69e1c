"""What else than the model moves a vote: the side it stood on, guessing, loudness."""

import pytest

from engine.listening.statistics.covariates import covariates_of
from engine.listening.statistics.position_bias import position_bias
from tests.engine.listening.listener import lane, record, votes

TWO = ("model-a", "model-b")
SAME = {"lanes": [lane("model-a", "one"), lane("model-a", "one")]}


def test_a_catch_that_is_called_a_tie_is_no_guess():
    found = position_bias(votes([record(TWO, "tie", **SAME)] * 4), [])
    assert (found.num_catches, found.catches) == (4, None)
    assert found.sentences == ("Guessing: in none of 4 catch trials was a difference heard.",)


def test_sides_of_catches_and_of_others_are_counted_apart():
    catches = [record(TWO, choice, **SAME) for choice in ("0",) * 9 + ("1", "tie", "both_bad")]
    found = position_bias(votes(catches), votes([record(TWO, choice) for choice in ("0", "1", "1", "tie")]))
    assert (found.num_catches, found.catches.successes, found.catches.trials) == (12, 9, 10)
    assert found.catches.p_value == pytest.approx(2 * 11 / 1024)
    assert (found.others.successes, found.others.trials) == (1, 3)
    assert "in 10 of 12 catch trials a side was chosen" in found.sentences[0]
    assert found.sentences[1].startswith(
        "All other preferences do not lean to a side: A was chosen in 1 of 3"
    )


def test_nothing_was_asked():
    assert position_bias([], []).sentences == (
        "No catch trial was answered, so nothing can be said about guessing.",
    )
    assert covariates_of([]).rows == ()


def loud(first: float, second: float, choice: str, **facts):
    lanes = [lane("model-a", lufs=first), lane("model-b", lufs=-20.0, gain_decibels=second)]
    return record(TWO, choice, lanes=lanes, **facts)


def test_the_louder_clip_is_the_one_that_is_louder_after_its_gain():
    given = [loud(-19.0, 0.0, "0"), loud(-19.0, 3.0, "0"), loud(-20.05, 0.0, "1"), loud(-19.0, 0.0, "tie")]
    found = covariates_of(votes(given))
    assert (found.num_measured, found.median_decibels, found.largest_decibels) == (
        3, pytest.approx(1.0), pytest.approx(2.0)
    )  # fmt: skip
    assert (found.louder.successes, found.louder.trials) == (1, 2)  # 0.05 dB is rounding


def test_silence_has_no_loudness():
    silent = record(TWO, "0", lanes=[lane("model-a", lufs=None), lane("model-b")], seconds=21.0)
    found = covariates_of(votes([silent]))
    assert found.num_measured == 0 and found.louder is None
    assert found.rows == (("Length of the clips", "21.0 to 21.0 s, median 21.0 s"),)
