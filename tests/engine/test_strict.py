"""What is read from files is checked, and what is wrong is said."""

import pytest
from pydantic import ValidationError

from engine.strict import Closed, Strict, first_problem


class Leaf(Strict):
    number: int
    words: tuple[str, ...] = ()


class Measure(Closed):
    value: float


@pytest.mark.parametrize("values", [{"number": "1"}, {"number": 1, "other": 2}, {}, {"number": 1.0}])
def test_strict_converts_nothing_and_wants_its_keys_and_no_others(values):
    with pytest.raises(ValidationError):
        Leaf.model_validate(values)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), "many"])
def test_closed_converts_text_to_numbers_and_takes_only_finite_ones(value):
    assert Measure.model_validate({"value": "1.5"}).value == 1.5
    with pytest.raises(ValidationError):
        Measure.model_validate({"value": value})


def test_nothing_changes_once_it_is_read():
    leaf = Leaf(number=1)
    with pytest.raises(ValidationError):
        leaf.number = 2


def test_the_first_problem_has_a_place():
    with pytest.raises(ValidationError) as caught:
        Leaf.model_validate({"number": 1, "words": ("a", 2)})
    place, said = first_problem(caught.value)
    assert place == "words.1"
    with pytest.raises(ValidationError) as caught:
        Leaf.model_validate_json("{")
    assert first_problem(caught.value)[0] == "the file" and said
