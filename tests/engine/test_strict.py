"""What is read from files is checked, and what is wrong is said."""

import pytest
from pydantic import ValidationError

from engine.strict import Closed, Strict, first_problem


class Page(Strict):
    number: int
    words: tuple[str, ...] = ()


class Count(Closed):
    value: float


@pytest.mark.parametrize("values", [{"number": "1"}, {"number": 1, "other": 2}, {}, {"number": 1.5}])
def test_strict_converts_nothing_and_knows_its_keys(values):
    with pytest.raises(ValidationError):
        Page.model_validate(values)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), "many"])
def test_closed_converts_numbers_but_takes_no_infinity(value):
    assert Count.model_validate({"value": "1.5"}).value == 1.5
    with pytest.raises(ValidationError):
        Count.model_validate({"value": value})


def test_nothing_changes_once_it_is_read():
    page = Page(number=1)
    with pytest.raises(ValidationError):
        page.number = 2


def test_the_first_problem_has_a_place():
    with pytest.raises(ValidationError) as caught:
        Page.model_validate({"number": 1, "words": ["a", 2]})
    place, said = first_problem(caught.value)
    assert place == "words" or place.startswith("words.")
    with pytest.raises(ValidationError) as caught:
        Page.model_validate_json("{")
    assert first_problem(caught.value)[0] == "the file" and said
