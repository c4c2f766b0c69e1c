"""Heard long enough: what is asked, what a browser takes for enough, and the judgement, never stricter.

All clips of a trial begin with the same excerpt. A vote once counted although only this was heard: three
seconds anywhere were asked for, and the beginning of music lasts six.
"""

import pytest

from engine.errors import InvalidValueError
from engine.listening.hearing import Hearing
from engine.listening.statistics.exclusion import NOT_HEARD, OLD_NOT_HEARD, votes_that_count
from engine.listening.trial import Record, Trial
from tests.engine.listening.listener import record

LENGTHS = [0.1, 0.4, 0.62, 1.0, 2.0, 3.0, 3.2, 20.7, 900.0]
PAIR = ("gru", "lstm")
SHARED = [0.0, 0.04, 1 / 3, 0.9]  # of the clip


def trial(seconds: float, shared: float | None, prime: str = "a piece") -> Trial:
    return record(PAIR, "0", seconds=seconds, shared_seconds=shared, prime=prime).trial


def answered(asked: Trial, heard: float) -> Record:
    answer = record(PAIR, "0").answer.model_copy(update={"heard_seconds": (heard, heard)})
    return Record(trial=asked, answer=answer)


@pytest.mark.parametrize("share", SHARED)
@pytest.mark.parametrize("length", LENGTHS)
def test_what_lets_a_listener_answer_lets_the_answer_count(length, share):
    hearing = Hearing.of(trial(length, share * length))
    after = length - share * length
    assert hearing.counts_from == share * length and hearing.countable == pytest.approx(after)
    assert hearing.needed == pytest.approx(min(3.0, after))
    assert hearing.needed / 2 <= hearing.enough < hearing.needed
    assert hearing.is_enough([hearing.enough, after]) and hearing.is_possible([after, hearing.enough])
    assert not hearing.is_enough([after, hearing.enough - 0.2]) or hearing.enough < 0.2


@pytest.mark.parametrize("length", LENGTHS)
def test_of_an_older_answer_only_what_exceeds_the_beginning_counts(length):
    """Three seconds of a chorale's twenty may have been its beginning alone; ten cannot have been."""
    hearing = Hearing.of(trial(length, None))
    assert hearing.counts_from == 0 and hearing.countable == length
    assert not hearing.is_enough([length / 3 - 0.11]) or length < 1
    assert hearing.is_enough([length / 3 + min(3.0, 2 / 3 * length)])
    without = Hearing.of(trial(length, None, prime=""))
    assert without.is_enough([min(3.0, length) - 0.1]) or length < 0.2, (
        "where nothing is shared, what counted counts"
    )


def test_nobody_hears_more_than_there_is():
    hearing = Hearing.of(trial(2.5, 0.5))
    assert hearing.is_possible([2.5]) and not hearing.is_possible([2.6])


def test_what_is_too_little_is_excluded_by_reason():
    new, old = trial(20.7, 6.0), trial(20.7, None)
    cases = [answered(new, 2.0), answered(old, 6.5), answered(new, 3.0), answered(old, 10.0)]
    cases = [
        case.model_copy(update={"trial": case.trial.model_copy(update={"trial_id": f"trial {place}"})})
        for place, case in enumerate(cases)
    ]
    kept, excluded = votes_that_count(cases)
    assert [vote.trial.trial_id for vote in kept] == ["trial 2", "trial 3"]
    assert excluded == {NOT_HEARD: 1, OLD_NOT_HEARD: 1}


def test_a_trial_cannot_share_more_than_there_is():
    with pytest.raises(InvalidValueError, match="share 3 s"):
        trial(2.0, 3.0)
