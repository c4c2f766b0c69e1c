"""Changes: what a handler yields: components and their new values; all others stay as they are."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gradio.components import Component

Changes = dict[Component, Any]


def repeated(all_changes: Iterable[Changes]) -> Iterator[Changes]:
    """The same changes, each with the latest of all values that are objects in the browser.

    Gradio (6.31) sends differences, and its browser side applies them in place to the object that it gave
    the page before. Where the page has been too busy to show that object yet, and the difference turns it
    into "no change", it is never shown: a draw would seem to be sampled for ever. Objects that stay objects
    are shown late at worst, and unchanged ones cost nothing but an empty difference.
    """
    latest: Changes = {}
    for changes in all_changes:
        latest |= {component: value for component, value in changes.items() if isinstance(value, Mapping)}
        yield {**latest, **changes}
