"""Components: the scripts of one are read as one, so no name may be given twice in it."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

import pages.serving  # noqa: F401  every page, and with them every component
from pages.parts.component import Component

NAMES = re.compile(r"^(?:const|let|class|(?:async )?function\*?) +(?:\[([^\]]*)\]|\{([^}]*)\}|(\w+))", re.M)


def components(kind: type[Component] = Component) -> Iterator[type[Component]]:
    """All of the app."""
    for each in kind.__subclasses__():
        yield each
        yield from components(each)


@pytest.mark.parametrize("kind", sorted(components(), key=lambda kind: kind.__name__))
def test_no_script_of_a_component_names_what_another_has_named(kind):
    """One did, and the whole page Score stood still: a script with a name given twice is not begun at all."""
    script = "".join(kind._texts(".js"))
    names = Counter(
        name.strip()
        for groups in NAMES.findall(script)
        for name in ",".join(groups).split(",")
        if name.strip()
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_components_are_found():
    assert {"Lane", "ScoreLane", "TrialPlayer"} <= {kind.__name__ for kind in components()}
