"""Component: the base of our own parts of pages.

Conventions
    files   a part's HTML, CSS and JavaScript: names of files next to its module, or paths; those of its base
            class come first
    value   one flat object; ``empty`` has every key and its default
"""

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gradio as gr

from pages.house import file_value, served_bytes


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
        texts = {suffix: "".join(self._texts(suffix)) for suffix in (".html", ".css", ".js")}
        templates = {
            "html_template": texts[".html"],
            "css_template": texts[".css"],
            "js_on_load": texts[".js"],
        }
        super().__init__(value=value, apply_default_css=False, **{**templates, **kwargs})

    @classmethod
    def _texts(cls, suffix: str) -> list[str]:
        """The texts of all files of the class and its bases with this ending."""
        texts = []
        for kind in reversed(cls.__mro__):
            folder = Path(inspect.getfile(kind)).parent if "files" in vars(kind) else Path()
            paths = [folder / name for name in vars(kind).get("files", ())]
            texts += [path.read_text(encoding="utf-8") for path in paths if path.suffix == suffix]
        return texts

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


def styled(content: str, style: Path, elem_id: str) -> gr.HTML:
    """HTML with a style sheet of its own, read from the file ``style``."""
    css = style.read_text(encoding="utf-8")
    return gr.HTML(content, css_template=css, apply_default_css=False, elem_id=elem_id)
