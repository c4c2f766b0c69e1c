"""A trial and its answer: what fits together is kept whole, what does not is refused in one sentence."""

import json

import pytest

from engine.errors import InvalidValueError
from engine.listening.record import make_record
from engine.listening.tasks.preference import is_catch
from engine.listening.trial import Record
from tests.engine.listening.listener import lane, record

TWO = ("jsb_chorales-gru", "jsb_chorales-lstm")


@pytest.mark.parametrize(
    ("sources", "choice", "task"),
    [
        (TWO, "1", "preference"),
        (TWO, "both_bad", "preference"),
        ((*TWO, TWO[0]), "0", "abx"),
        ((*TWO, "real", "anchor"), (2, 1, 1, 4), "rank"),
        (TWO[:1], "model", "real_or_model"),
        (TWO, None, "preference"),
    ],
)
def test_a_record_comes_back_from_a_line_of_json(sources, choice, task):
    answered = record(sources, choice, task)
    assert make_record(json.loads(answered.model_dump_json())) == answered


@pytest.mark.parametrize(
    ("sources", "choice", "task", "message"),
    [
        (TWO, "2", "preference", "choice '2' must be one of 0, 1, tie, both_bad"),
        (TWO, "real", "abx", "abx takes 3 to 3 lanes, not 2"),
        ((*TWO, "real"), (1, 2), "rank", "must be a place from 1 to 3 for each of 3 lanes"),
        ((*TWO, "real"), (1, 2, 9), "rank", "must be a place from 1 to 3 for each of 3 lanes"),
        (TWO[:1], "tie", "real_or_model", "must be one of real, model"),
        (TWO, "1", "karaoke", "task: Input should be 'preference', 'abx', 'rank' or 'real_or_model'"),
    ],
)
def test_an_answer_to_another_question_is_refused(sources, choice, task, message):
    with pytest.raises(InvalidValueError, match=message) as caught:
        record(sources, choice, task)
    assert "\n" not in str(caught.value)


def test_heard_seconds_has_a_number_for_each_lane():
    values = json.loads(record(TWO, "1").model_dump_json())
    values["answer"]["heard_seconds"] = [3.0]
    with pytest.raises(InvalidValueError, match="heard_seconds must hold a number for each lane"):
        make_record(values)


def test_a_trial_that_cannot_be_is_refused():
    values = json.loads(record(TWO, "1").model_dump_json())
    for change in ({"mood": 3}, {"schema_version": 2}, {"issued_at": "yesterday"}, {"number": 4}):
        with pytest.raises(InvalidValueError):
            make_record({**values, "trial": {**values["trial"], **change}})


def test_a_clip_against_itself_is_a_catch():
    same = [lane(TWO[0], "one"), lane(TWO[0], "one")]
    assert is_catch(record(TWO, "0", lanes=same).trial)
    assert not is_catch(record(TWO, "0").trial)


def test_a_trial_may_be_unanswered():
    assert isinstance(record(TWO, None), Record)
