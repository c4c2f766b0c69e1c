"""Components: the scripts of a component are joined into one, which must not declare a name twice."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

import pages.serving  # noqa: F401  every page, and with them every component
from pages.parts.component import Component, texts_of

NAMES = re.compile(r"^(?:const|let|class|(?:async )?function\*?) +(?:\[([^\]]*)\]|\{([^}]*)\}|(\w+))", re.M)


def components(kind: type[Component] = Component) -> Iterator[type[Component]]:
    """All kinds of components that the app has."""
    for subclass in kind.__subclasses__():
        yield subclass
        yield from components(subclass)


def names_of(script: str) -> list[str]:
    """The names that lines at the left margin declare: one a line, or a list or object taken apart."""
    lists = (",".join(groups).split(",") for groups in NAMES.findall(script))
    return [name.strip() for names in lists for name in names if name.strip()]


@pytest.mark.parametrize("kind", sorted(components(), key=lambda kind: kind.__name__))
def test_no_script_of_a_component_names_what_another_has_named(kind):
    """A script once did, and the whole page Score stood still: a browser refuses a second declaration."""
    names = Counter(names_of("".join(texts_of(kind)[".js"])))
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("kind", sorted(components(), key=lambda kind: kind.__name__))
def test_each_of_several_scripts_adds_one_name_at_most(kind):
    scripts = texts_of(kind)[".js"]
    assert len(scripts) < 2 or all(len(names_of(script)) <= 1 for script in scripts)


def test_components_are_found():
    assert {"Lane", "ScoreLane", "TrialPlayer"} <= {kind.__name__ for kind in components()}
