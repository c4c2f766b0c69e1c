"""Which answers are not counted: each for one reason, none silently."""

import json

from engine.listening.record import make_record
from engine.listening.statistics.exclusion import (
    HEARD_TOO_LONG,
    NOT_HEARD,
    OLD_NOT_HEARD,
    TWICE,
    UNANSWERED,
    reason_against,
    votes_that_count,
)
from tests.engine.listening.listener import record

SHARED = 6.0  # seconds of every clip
TWO = ("model-a", "model-b")


def heard(*seconds: float, length: float = 20.0):
    answered = record(TWO, "0", seconds=length + SHARED, shared_seconds=SHARED, prime="a piece")
    values = json.loads(answered.model_dump_json())
    values["answer"]["heard_seconds"] = seconds
    return reason_against(make_record(values))


def test_a_clip_must_have_been_heard_for_three_seconds_or_whole():
    assert heard(3.0, 20.0) is None
    assert heard(20.0, 2.4) == NOT_HEARD
    assert heard(1.5, 1.5, length=1.5) is None


def test_of_an_older_answer_only_what_exceeds_the_beginning_counts():
    values = json.loads(record(TWO, "0", seconds=20.0, prime="a piece").model_dump_json())
    values["answer"]["heard_seconds"] = (3.0, 3.0)
    assert reason_against(make_record(values)) == OLD_NOT_HEARD, "perhaps of the beginning alone"


def test_nobody_hears_a_clip_for_longer_than_there_is_to_compare():
    assert heard(20.5, 20.0) is None
    assert heard(25.0, 20.0) == HEARD_TOO_LONG


def test_what_is_left_out_is_counted_by_reason():
    records = [
        record(TWO, "0"),
        record(TWO, "1"),
        record(TWO, None, trial_id="t2"),
        record(TWO, "tie", trial_id="t3"),
    ]
    kept, excluded = votes_that_count(records)
    assert [vote.answer.choice for vote in kept] == ["0", "tie"]
    assert excluded == {TWICE: 1, UNANSWERED: 1}
