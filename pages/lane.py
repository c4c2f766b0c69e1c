"""Lane: one draw on a page, with its picture, its sound, its figures and its files.

Conventions
    value       one flat dict, see `EMPTY` for every key and its default. Times are in seconds, pitches are
                MIDI numbers, frames count from 0 and include the prime.
    notes       [pitch, start_frame, length_frames], sorted by start, for the kind ``"roll"``
    peaks       [lowest, highest] amplitude of equally long slices, in [-1, 1], for the kind ``"wave"``
    audio       path of a sound file, or None
    downloads   {"label": what the link says, "path": file, "name": what the visitor's file is called}

Python gives paths, the browser gets addresses: each file is copied into Gradio's cache under the name that it
is downloaded by, so the originals may be removed as soon as the value is handed over.
"""

import json
import shutil
from collections.abc import Iterable, Mapping
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr
from gradio.data_classes import FileData
from gradio.processing_utils import save_file_to_cache
from gradio_client.utils import strip_invalid_filename_characters

ASSETS = Path(__file__).resolve().parent.parent / "assets"

KINDS = ("roll", "wave")
STATES = ("hidden", "empty", "sampling", "done", "stopped", "error")

EMPTY: Mapping[str, Any] = {
    "kind": "roll",
    "lane": 0,  # its colour, 0 .. 3
    "title": "",
    "subtitle": "",
    "state": "empty",
    "message": "",  # one sentence: an error, silence, clipping; in the state "empty" the invitation
    "num_frames": 0,  # expected in the end, prime included
    "frames_done": 0,  # there already, prime included
    "prime_frames": 0,
    "seconds_per_frame": 0.25,
    "frames_per_bar": 4,
    "notes": (),
    "peaks": (),
    "sample_seconds": 0.0,  # how much time the peaks cover
    "figures": (),  # [label, text] pairs
    "audio": None,
    "downloads": (),
    "link": None,  # an address that gives the same draw again; relative to the page
}


HIDDEN: Mapping[str, Any] = {"state": "hidden"}  # a lane that a draw does not need


class Lane(gr.HTML):
    """One lane of a page: a piano roll or a waveform that grows, plays, and can be taken home.

    An event that streams values into lanes needs ``show_progress="hidden"`` (the lane shows its own), and
    says again what it has said of a lane (`pages.changes.repeated`).

    Args:
        value: the first value, or None for an empty lane; keys that are missing take their default.
        kwargs: whatever `gr.HTML` takes, e.g. ``elem_id`` and ``visible``.
    """

    empty: Mapping[str, Any] = EMPTY
    html_files: tuple[str, ...] = ("lane.html",)
    css_files: tuple[str, ...] = ("lane.css",)
    js_files: tuple[str, ...] = ("lane_picture.js", "lane.js")

    def __init__(self, value: Mapping[str, Any] | None = None, **kwargs: Any):
        super().__init__(
            value=value,
            html_template="".join(map(asset, self.html_files)),
            css_template="".join(map(asset, self.css_files)),
            js_on_load="".join(map(asset, self.js_files)),
            apply_default_css=False,
            **kwargs,
        )

    def preprocess(self, payload: Any) -> None:
        """A lane is shown, never read: what a browser sends back could name any file of this machine."""

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any]:
        """What the browser gets: defaults filled in, files in the cache, long lists packed.

        Raises:
            ValueError: a key, kind, state or lane that is not known.
        """
        full = {**self.empty, **(value or {})}
        if unknown := sorted(set(full) - set(self.empty)):
            raise ValueError(f"unknown lane keys {unknown}; known: {', '.join(self.empty)}")
        if full["kind"] not in KINDS or full["state"] not in STATES or full["lane"] not in range(4):
            raise ValueError(
                f"a lane has one of the kinds {KINDS}, one of the states {STATES} and a number in 0 .. 3; "
                f"given {full['kind']!r}, {full['state']!r}, {full['lane']!r}"
            )
        return full | {
            "notes": packed([int(number) for number in note] for note in full["notes"]),
            "peaks": packed([round(float(peak), 3) for peak in pair] for pair in full["peaks"]),
            "figures": [[str(label), str(text)] for label, text in full["figures"]],
            "audio": full["audio"] and self._served(full["audio"], Path(full["audio"]).name),
            "downloads": [
                {"label": label, "name": name, "file": self._served(path, name)}
                for label, path, name in map(itemgetter("label", "path", "name"), full["downloads"])
            ],
        }

    def _served(self, path: str | Path, name: str) -> dict[str, Any]:
        with TemporaryDirectory() as folder:
            named = Path(folder) / strip_invalid_filename_characters(name)
            shutil.copyfile(path, named)  # the server names a download after the file in its cache
            cached = save_file_to_cache(named, cache_dir=self.GRADIO_CACHE)
        return FileData(path=cached, orig_name=name).model_dump()

    def api_info(self) -> dict[str, Any]:
        """The value is an object; `gr.HTML` would announce a string."""
        return {
            "type": "object",
            "additionalProperties": True,
            "description": "a draw: figures, files, notes or peaks (JSON arrays without the outer brackets)",
        }

    def example_payload(self) -> dict[str, Any]:
        return dict(EMPTY)

    def example_value(self) -> dict[str, Any]:
        return dict(EMPTY)


def asset(name: str) -> str:
    """The text of a file in ``assets/``, read when a page is built and not at import."""
    return (ASSETS / name).read_text(encoding="utf-8")


def packed(rows: Iterable[list[Any]]) -> str:
    """Rows as one JSON text without the outer brackets.

    One string instead of thousands of small arrays: Gradio compares a string at once and, where it only grew,
    sends just what was appended.
    """
    return json.dumps(list(rows), separators=(",", ":"))[1:-1]
