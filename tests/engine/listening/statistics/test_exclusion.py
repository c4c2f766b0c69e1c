"""Which answers are not counted: each for one reason, none silently."""

import json

from engine.listening.record import make_record
from engine.listening.statistics.exclusion import (
    HEARD_TOO_LONG,
    NOT_HEARD,
    TWICE,
    UNANSWERED,
    counted,
    reason_against,
)
from tests.engine.listening.listener import record

TWO = ("model-a", "model-b")


def heard(*seconds: float, length: float = 20.0):
    values = json.loads(record(TWO, "0", seconds=length).model_dump_json())
    values["answer"]["heard_seconds"] = seconds
    return reason_against(make_record(values))


def test_a_clip_must_have_been_heard_for_three_seconds_or_whole():
    assert heard(3.0, 20.0) is None
    assert heard(20.0, 2.4) == NOT_HEARD
    assert heard(1.5, 1.5, length=1.5) is None


def test_nobody_hears_a_clip_for_longer_than_it_lasts():
    assert heard(20.5, 20.0) is None
    assert heard(25.0, 20.0) == HEARD_TOO_LONG


def test_what_is_left_out_is_counted_by_reason():
    records = [
        record(TWO, "0"),
        record(TWO, "1"),
        record(TWO, None, trial_id="t2"),
        record(TWO, "tie", trial_id="t3"),
    ]
    kept, excluded = counted(records)
    assert [one.answer.choice for one in kept] == ["0", "tie"]
    assert excluded == {TWICE: 1, UNANSWERED: 1}
