"""The verdict: one sentence for the person who took the test, from counts and the task's statistics."""

import pytest

from engine.listening.record import NOTHING_COUNTS, verdict
from engine.listening.statistics.abx import abx_tests
from engine.listening.statistics.exact_tests import exact_test
from engine.listening.statistics.real_or_model import detections
from engine.listening.tasks import TASKS
from engine.listening.trial import Record
from tests.engine.listening.listener import lane, record, votes

GRU, LSTM = "jsb_chorales-gru", "jsb_chorales-lstm"


def called(source: str) -> str:
    return {GRU: "GRU · 46 units", LSTM: "LSTM · 36 units", "real": "the corpus itself"}[source]


def numbered(trials: list[tuple], task: str) -> list[Record]:
    """Trials of one test, each (sources, choice)."""
    return [
        record(sources, choice, task, trial_id=f"t{number}", number=number, num_trials=len(trials))
        for number, (sources, choice) in enumerate(trials, 1)
    ]


def abx(right: int, wrong: int) -> list[Record]:
    pair = (GRU, LSTM, GRU)
    return numbered([(pair, "0")] * right + [(pair, "1")] * wrong, "abx")


def test_nine_of_sixteen_cannot_be_told_from_guessing():
    assert verdict(abx(9, 7), called) == "You could not tell them apart: 9 of 16, p = 0.40."


@pytest.mark.parametrize("right", [0, 8, 12, 16])
def test_abx_is_told_in_the_words_of_the_exact_test(right):
    records = abx(right, 16 - right)
    (test,) = abx_tests(votes(records))
    assert exact_test(right, 16).words in test.sentence
    assert verdict(records, called).lower() == f"{test.sentence}.".lower()


def test_an_abx_test_that_was_not_finished_has_no_p():
    said = verdict(abx(9, 7)[:12], called)
    assert "12 of 16 trials count" in said and "p =" not in said


def test_real_or_model_is_told_in_the_words_of_d_prime():
    records = numbered(
        [((GRU,), "model")] * 4 + [((GRU,), "real")] + [(("real",), "real")] * 5, "real_or_model"
    )
    (detection,) = detections(votes(records))
    assert verdict(records, called) == f"{detection.sentence_of('GRU · 46 units')}."
    assert verdict(records, called).startswith("4 of 5 clips of GRU · 46 units and 0 of 5 real ones")


def test_real_or_model_of_real_clips_alone_is_a_count():
    records = numbered([(("real",), "real"), (("real",), "model")], "real_or_model")
    assert verdict(records, called) == (
        "Every clip of this test was a real one, and you called 1 of 2 a model's."
    )


def test_preferences_are_counted_and_nothing_else():
    a, b = (GRU, LSTM), (LSTM, GRU)
    records = numbered([(a, "0"), (b, "1"), (a, "1"), (b, "tie"), (a, "both_bad")], "preference")
    same = [lane(GRU, "one"), lane(GRU, "one")]
    records.append(record(a, "0", trial_id="catch", number=6, num_trials=6, lanes=same))
    said = verdict(records, called)
    assert said == (
        "You preferred GRU · 46 units in 2 of 5 trials and LSTM · 36 units in 1 of 5 trials; you heard no "
        "difference in 1; both were bad in 1; one clip was played against itself in 1."
    )
    assert " p " not in said


def test_places_are_averaged():
    sources = (GRU, "real", LSTM)
    records = numbered([(sources, (2, 1, 3)), (sources, (2, 1, 2))], "rank")
    assert verdict(records, called) == (
        "Mean place over 2 trials, where 1 is the best: the corpus itself 1.0, GRU · 46 units 2.0 and "
        "LSTM · 36 units 2.5."
    )


def test_answers_that_do_not_count_do_not_speak():
    assert verdict(numbered([((GRU, LSTM), None)], "preference"), called) == NOTHING_COUNTS


@pytest.mark.parametrize(
    ("task", "sources", "choice", "said"),
    [
        ("preference", (GRU, LSTM), "0", "you preferred GRU · 46 units to LSTM · 36 units"),
        ("preference", (GRU, LSTM), "1", "you preferred LSTM · 36 units to GRU · 46 units"),
        (
            "preference",
            (GRU, LSTM),
            "tie",
            "you heard no difference between GRU · 46 units and LSTM · 36 units",
        ),
        ("preference", (GRU, LSTM), "both_bad", "you found both bad, GRU · 46 units and LSTM · 36 units"),
        ("preference", (GRU, GRU), "0", "both were one clip, by GRU · 46 units"),
        ("abx", (GRU, LSTM, LSTM), "1", "right: X was B, LSTM · 36 units"),
        ("abx", (GRU, LSTM, GRU), "1", "wrong: X was A, GRU · 46 units"),
        ("real_or_model", (GRU,), "model", "right: it was GRU · 46 units"),
        ("real_or_model", ("real",), "model", "wrong: it was the corpus itself"),
        ("rank", (GRU, LSTM), (1, 2), ""),
    ],
)
def test_an_answer_is_told_in_words(task, sources, choice, said):
    answered = record(sources, choice, task)
    assert TASKS[task].told(answered.trial, choice, called) == said


@pytest.mark.parametrize(
    ("sources", "choice", "facts", "expected"),
    [
        ((GRU, LSTM), "0", {}, True),
        ((LSTM, GRU), "1", {}, True),
        ((LSTM, GRU), "0", {}, False),
        ((GRU, "real"), "0", {}, None),
        ((GRU, LSTM), "tie", {}, None),
        ((GRU, GRU), "0", {}, None),
        ((GRU, LSTM), "0", {"listener": "me"}, None),
    ],
)
def test_who_was_asked_the_same_may_have_said_the_same(sources, choice, facts, expected):
    mine = record((GRU, LSTM), "0", listener="me")
    theirs = record(sources, choice, **{"listener": "another", **facts})
    assert TASKS["preference"].is_like(mine, theirs) is expected
