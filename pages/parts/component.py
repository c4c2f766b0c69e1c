"""Component: the base of our own parts of pages.

Conventions
    files   a part's HTML, CSS and JavaScript: names of files next to its module, or paths; those of its base
            class come first
    value   one flat object; ``empty`` has every key and its default
"""

import inspect
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr

from pages.house import file_value, served_bytes

QUOTED = re.compile(r"""['"`](\w+)['"`]""")  # a word in a script that may be the name of an event


class Component(gr.HTML):
    """A part of a page that is shown and never read: what a browser sends back could be anything.

    Args:
        value: the first value.
        kwargs: whatever `gr.HTML` takes, e.g. ``elem_id`` and ``visible``.
    """

    files: tuple[str | Path, ...] = ()
    empty: Mapping[str, Any] = {}
    description: str = ""
    """What the value is, for programs."""

    def __init__(self, value: Any = None, **kwargs: Any):
        texts = {suffix: "".join(parts) for suffix, parts in texts_of(type(self)).items()}
        templates = {
            "html_template": texts[".html"],
            "css_template": texts[".css"],
            "js_on_load": texts[".js"],
        }
        self._quoted = frozenset(QUOTED.findall(texts[".js"]))
        super().__init__(value=value, apply_default_css=False, **{**templates, **kwargs})

    def __getattr__(self, name: str) -> Any:
        """An event that the script triggers, as `gr.HTML` has it.

        Gradio looks for many names that a part does not have, for every visitor anew; `gr.HTML` searches the
        whole script for each.
        """
        if name not in self.__dict__.get("_quoted", ()):
            raise AttributeError(f"{type(self).__name__} has no attribute or event {name!r}")
        return super().__getattr__(name)

    def preprocess(self, payload: Any) -> None:
        """Nothing: it is shown, never read."""

    def full(self, value: Mapping[str, Any] | None) -> dict[str, Any]:
        """The value with its defaults.

        Raises:
            ValueError: it has a key that is not known.
        """
        if unknown := sorted(set(value or {}) - set(self.empty)):
            raise ValueError(
                f"unknown keys {unknown} of {type(self).__name__}; known: {', '.join(self.empty)}"
            )
        return {**self.empty, **(value or {})}

    def served(self, content: bytes, name: str) -> dict[str, Any]:
        """How a value names a file with this content that the browser fetches: path and name.

        The file lies in Gradio's cache under this name, since the server names a download after it.
        """
        return file_value(served_bytes(content, name))

    def api_info(self) -> dict[str, Any]:
        """The value is an object; `gr.HTML` would announce a string."""
        return {"type": "object", "additionalProperties": True, "description": self.description}

    def example_payload(self) -> dict[str, Any]:
        return dict(self.empty)

    def example_value(self) -> dict[str, Any]:
        return dict(self.empty)


@cache
def texts_of(part: type[Component]) -> dict[str, list[str]]:
    """File ending -> the texts of a part's files, those of its bases first.

    They are kept, since Gradio makes parts anew all the time.
    """
    texts: dict[str, list[str]] = {".html": [], ".css": [], ".js": []}
    for base in reversed(part.__mro__):
        for name in vars(base).get("files", ()):
            path = Path(inspect.getfile(base)).parent / name
            texts[path.suffix].append(path.read_text(encoding="utf-8"))
    return texts


def styled(content: str, style: Path, elem_id: str) -> gr.HTML:
    """HTML with a style sheet of its own, read from the file ``style``."""
    css = style.read_text(encoding="utf-8")
    return gr.HTML(content, css_template=css, apply_default_css=False, elem_id=elem_id)
