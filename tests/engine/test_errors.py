"""Messages say what was given, what is known and what is near."""

import pytest

import engine.errors
from engine.errors import EngineError, UnknownNameError

kinds = [
    kind
    for kind in vars(engine.errors).values()
    if isinstance(kind, type) and kind.__module__ == "engine.errors"
]


@pytest.mark.parametrize("kind", kinds)
def test_every_kind_is_an_engine_error(kind):
    assert issubclass(kind, EngineError)


@pytest.mark.parametrize(
    ("given", "known", "message"),
    [
        (
            "jsb-gr",
            ["nottingham-gru", "jsb-gru"],
            "unknown x 'jsb-gr'; known: jsb-gru, nottingham-gru; did you mean 'jsb-gru'?",
        ),
        ("zzz", ["b", "a"], "unknown x 'zzz'; known: a, b"),
        ("a", [], "unknown x 'a'; known: none"),
        (None, ["a"], "unknown x None; known: a"),
    ],
)
def test_an_unknown_name_is_told_the_known_ones(given, known, message):
    assert str(UnknownNameError("x", given, known)) == message
