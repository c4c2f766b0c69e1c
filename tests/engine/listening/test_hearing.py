"""Heard long enough: what is asked, what is enough for a browser, and what is judged, never stricter."""

import pytest

from engine.listening.hearing import enough_seconds, is_enough, is_possible, needed_seconds

LENGTHS = [0.1, 0.4, 0.62, 1.0, 2.0, 3.0, 3.2, 20.7, 900.0]


@pytest.mark.parametrize("length", LENGTHS)
def test_what_lets_a_listener_answer_lets_the_answer_count(length):
    needed, enough = needed_seconds(length), enough_seconds(length)
    assert needed == min(3.0, length) and needed / 2 <= enough < needed
    assert is_enough([enough, length], length) and is_possible([length, enough], length)
    assert not is_enough([length, enough - 0.2], length) or enough < 0.2


@pytest.mark.parametrize("length", LENGTHS)
def test_answers_that_earlier_pages_and_bundles_took_still_count(length):
    """A page took what was at most a tenth short, a bundle more at the end of a clip."""
    page, bundle = min(3.0, length) - 0.1, min(3.0, max(length / 2, length - 0.3)) - 0.05
    assert is_enough([max(page, 0.0)], length) and is_enough([max(bundle, 0.0)], length)


def test_nobody_hears_more_than_there_is():
    assert is_possible([2.5], 2.0) and not is_possible([2.6], 2.0)
