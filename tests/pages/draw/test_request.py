"""What decides a draw, and its link: exact both ways, and nothing damaged gets in."""

import math
from urllib.parse import parse_qsl

import pytest

from engine.errors import InvalidValueError
from engine.sampling.options import MAX_SEED
from pages.draw.request import DrawRequest
from pages.house.limits import LIMITS, OWN

PLAIN = {"models": ("a",), "length": 8.0, "seed": 7}


def query(link: str) -> dict[str, str]:
    """The link as a server reads it."""
    return dict(parse_qsl(link.removeprefix("?")))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"models": ("a", "b", "c", "d"), "seed": MAX_SEED, "program": 19},
        {"temperature": 0.15000000000000002, "tempo": 66.6, "length": 1.9999999},
        {"prime": "jsb_chorales-test-7"},
        {"prime": "roll:a-_b"},
        {"until_end": True},
        {"prime": "ä&b=c+d e%20#f"},
    ],
)
def test_a_link_gives_the_same_request(changes):
    request = DrawRequest(**{**PLAIN, **changes})
    assert DrawRequest.from_query(query(request.link)) == request


def test_a_link_says_only_what_differs_from_the_defaults():
    assert DrawRequest(**PLAIN).link == "?models=a&length=8&seed=7"


@pytest.mark.parametrize("prime", [OWN, "roll:" + "A" * 6_000])
def test_what_no_address_can_carry_has_no_link(prime):
    assert DrawRequest(**PLAIN, prime=prime).link is None


def test_an_address_that_asks_for_nothing_is_no_request():
    assert DrawRequest.from_query({"utm_source": "somewhere", "seed": "x"}) is None


@pytest.mark.parametrize(
    ("models", "said"),
    [((), "0 are chosen"), (tuple("abcde"), "5 are chosen"), (("a", "a"), "only once")],
)
def test_one_to_four_different_models(models, said):
    with pytest.raises(InvalidValueError, match=said):
        DrawRequest(**{**PLAIN, "models": models})


@pytest.mark.parametrize("name", LIMITS)
def test_numbers_out_of_range_are_named_with_their_range(name):
    lowest, highest = LIMITS[name]
    for value in (lowest, highest):
        DrawRequest(**{**PLAIN, name: value})
    for value in (lowest - 0.01, highest + 1, math.nan, math.inf, -math.inf):
        with pytest.raises(InvalidValueError, match=rf"^{name} .* must be from "):
            DrawRequest(**{**PLAIN, name: value})


@pytest.mark.parametrize("value", ["x", [], {}, "1" * 5_000, "<b>"])
def test_what_is_no_number_is_named(value):
    with pytest.raises(InvalidValueError, match=r"^seed .* is not a number"):
        DrawRequest.of(("a",), {"length": 3, "seed": value})


@pytest.mark.parametrize("name", ["seed", "length", "temperature", "tempo"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_field_that_was_emptied_is_called_empty(name, value):
    """It was once called by Python's word for nothing: "Seed None is not a number"."""
    with pytest.raises(InvalidValueError, match=rf"^the field {name} is empty: write a number$"):
        DrawRequest.of(("a",), {"length": 3, "seed": 1, name: value})


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        ({"models": "a", "length": "1e9", "seed": "1"}, "length 1000000000 must be"),
        ({"models": "a", "length": "8", "seed": "1.5"}, "seed '1.5' is not a number"),
        ({"models": "a", "length": "8"}, "seed is missing"),
        ({"models": "", "length": "nan", "seed": "1"}, "length nan must be"),
        ({"models": "a,b,c,d,e", "length": "8", "seed": "1"}, "5 are chosen"),
    ],
)
def test_a_damaged_link_says_what_is_wrong_and_what_to_do(damaged, said):
    with pytest.raises(InvalidValueError, match=f"this link is damaged .*{said}.*ask for it again"):
        DrawRequest.from_query(damaged)


@pytest.mark.parametrize(("given", "expected"), [("True", True), ("false", False), (True, True)])
def test_until_the_end_is_true_or_false(given, expected):
    assert DrawRequest.of(("a",), {"length": 8, "seed": 7, "until_end": given}).until_end is expected


def test_an_end_that_is_neither_is_refused():
    with pytest.raises(InvalidValueError, match="until_end 'maybe' must be True or False"):
        DrawRequest.of(("a",), {"length": 8, "seed": 7, "until_end": "maybe"})
