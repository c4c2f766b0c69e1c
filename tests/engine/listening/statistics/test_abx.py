"""ABX tests: what is right, when there is a p, and what is said."""

import pytest

from engine.listening.analysis import analyse
from engine.listening.statistics.abx import AbxTest, abx_pairs, abx_tests
from engine.listening.trial import Record
from tests.engine.listening.listener import lane, record, votes

A, B = "model-a", "model-b"


def abx_tests_of(records: list[Record]) -> list[AbxTest]:
    return abx_tests(votes(records))


def trial(number: int, right: bool, total: int = 16, **facts):
    """X is A in odd trials and B in even ones."""
    x = A if number % 2 else B
    choice = "0" if (x == A) == right else "1"
    return record((A, B, x), choice, "abx", trial_id=f"t{number}", number=number, num_trials=total, **facts)


def test_a_whole_test_has_its_exact_p():
    (test,) = abx_tests_of([trial(number, number <= 9) for number in range(1, 17)])
    assert test.sentence == "you could not tell them apart: 9 of 16, p = 0.40"
    assert (test.sources, test.corpus, test.num_answered) == ((A, B), "jsb_chorales", 16)
    (test,) = abx_tests_of([trial(number, number <= 12) for number in range(1, 17)])
    assert test.sentence == "you could tell them apart: 12 of 16, p = 0.038"


def test_an_unfinished_test_has_none():
    """A guesser who may stop at p < 0.05 within 30 trials gets there in 0.129 of all tests."""
    (test,) = abx_tests_of([trial(number, True) for number in range(1, 16)])
    assert test.result is None
    assert test.sentence.startswith("the test was not finished: 15 of 16 trials count")


def test_one_trial_answered_twice_does_not_finish_it():
    numbers = [*range(1, 16), 15]
    assert abx_tests_of([trial(number, True) for number in numbers])[0].result is None


def test_tests_and_listeners_are_kept_apart():
    records = [
        trial(number, True, total=2, listener=who, test_id=test)
        for number in (1, 2)
        for who, test in (("ann", "s1"), ("bob", "s1"), ("bob", "s2"))
    ]
    tests = abx_tests_of(records)
    assert [(test.test_id, test.listener, test.num_answered) for test in tests] == [
        *(("s1", "ann", 2), ("s1", "bob", 2), ("s2", "bob", 2))
    ]


def test_tests_of_a_pair_are_told_together():
    good = [trial(number, True, total=5, test_id="s1") for number in range(1, 6)]
    bad = [trial(number, False, total=5, test_id="s2") for number in range(1, 6)]
    (pair,) = abx_pairs(abx_tests_of(good + bad + [trial(1, True, total=5, test_id="s3")]))
    assert (pair.sources, pair.num_finished, pair.num_unfinished, pair.num_told_apart) == ((A, B), 2, 1, 1)
    assert (pair.right, pair.trials) == (5, 10)


def test_x_is_found_by_its_bytes_and_where_they_differ_by_its_source():
    same_bytes = [lane(A, "one"), lane(A, "two"), lane(A, "two")]  # two draws of one model
    by_source = [lane(A, "one"), lane(B, "two"), lane(B, "three")]
    for lanes in (same_bytes, by_source):
        (test,) = abx_tests_of([record((A, A, A), "1", "abx", lanes=lanes)])
        assert test.result.successes == 1


def test_where_x_is_neither_nothing_can_be_right():
    lanes = [lane(A, "one"), lane(A, "two"), lane(A, "three")]
    (test,) = abx_tests_of([record((A, A, A), "1", "abx", lanes=lanes)])
    assert test.result is None and test.num_answered == 0


@pytest.mark.parametrize("task", ["preference", "rank"])
def test_other_questions_are_no_abx(task):
    assert analyse([record((A, B), "0" if task == "preference" else (1, 2), task)]).abx == ()
