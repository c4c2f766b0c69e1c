"""From a spec to an object: the constructor's signature is the schema."""

import pytest

from engine.cells import CELLS
from engine.errors import InvalidValueError, UnknownNameError
from engine.heads import HEADS
from engine.registry import build
from engine.representations import REPRESENTATIONS
from tests.engine.small_models import UNITS, spec_of


class Brick:
    def __init__(self, width: int, colour: str = "red"):
        self.width, self.colour = width, colour


BRICKS = {"plain": Brick}


@pytest.mark.parametrize(("extra", "colour"), [({}, "red"), ({"colour": "blue"}, "blue")])
def test_keys_are_arguments(extra, colour):
    brick = build("brick", BRICKS, {"name": "plain", "width": 3, **extra})
    assert (brick.width, brick.colour) == (3, colour)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"name": "plain"}, "brick 'plain' lacks 'width'; it takes: width, colour"),
        ({"name": "plain", "width": 3, "w": 1}, "has an unknown key 'w'; it takes"),
        ({"name": "plain", "w": 1}, "lacks 'width', has an unknown key 'w'"),
        ({"width": 3}, "a brick needs a 'name', one of: plain"),
    ],
)
def test_missing_and_unknown_keys_are_named(spec, message):
    with pytest.raises(InvalidValueError, match=message):
        build("brick", BRICKS, spec)


@pytest.mark.parametrize("name", ["plian", None, 7, ["plain"], {}])
def test_a_name_that_is_not_known_is_refused_whatever_it_is(name):
    """A list as name, which JSON allows, once ended in a TypeError: a list is not hashable."""
    with pytest.raises(UnknownNameError, match=r"unknown brick .*known: plain"):
        build("brick", BRICKS, {"name": name, "width": 3})


@pytest.mark.parametrize(
    "registry", [CELLS, HEADS, REPRESENTATIONS], ids=["cells", "heads", "representations"]
)
def test_every_entry_stands_in_a_file_of_its_name(registry):
    """So the name on a card leads to the file."""
    for name, constructor in registry.items():
        assert constructor.__module__.rpartition(".")[2] == name


@pytest.mark.parametrize("registry", [CELLS, HEADS], ids=["cells", "heads"])
def test_every_entry_is_built_from_its_spec(registry):
    for name, constructor in registry.items():
        assert type(build("part", registry, spec_of(name, constructor))) is constructor


def test_every_representation_is_built_again_from_its_own_spec():
    for name, constructor in REPRESENTATIONS.items():
        made = constructor(**UNITS[name])
        assert build("representation", REPRESENTATIONS, made.spec) == made
