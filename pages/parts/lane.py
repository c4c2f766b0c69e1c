"""Lane: one draw on a page, with its picture, its sound, its figures and its files.

Conventions
    value       one flat dict, see `EMPTY_LANE` for every key and its default. Times are in seconds, pitches
                are MIDI numbers, frames count from 0 and include the prime.
    notes       [pitch, start_frame, length_frames], sorted by start, for the kind ``"roll"``
    peaks       [lowest, highest] amplitude of equally long slices, in [-1, 1], for the kind ``"wave"``
    spectrum    a hexadecimal digit for each of 32 bands, evenly spaced in mels from 60 Hz to
                ``highest_hertz``, column after column, for the kind ``"wave"``; f is the loudest
    pieces      of the sound, see SoundPieces; all of them unless the state is "sampling"
    downloads   {"label": what the link says, "path": where browsers may fetch it, which ends with its name}

Files lie where browsers may fetch them (`served_bytes`), and the browser gets their paths as plain text: a
file that Gradio knows to be one is read to its last byte each time that a value names it.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pages.parts.component import Component

LANE_KINDS = ("roll", "wave")
LANE_STATES = ("hidden", "empty", "sampling", "done", "stopped", "error")

EMPTY_LANE: Mapping[str, Any] = {
    "kind": "roll",
    "lane": 0,  # its colour, 0 .. 3
    "title": "",
    "subtitle": "",
    "state": "empty",
    "message": "",  # for the visitor: an error, silence, clipping; in the state "empty" the invitation
    "num_frames": 0,  # expected in the end, prime included
    "frames_done": 0,  # there already, prime included
    "prime_frames": 0,
    "seconds_per_frame": 0.25,
    "frames_per_bar": 4,
    "semitones": 0,  # by which pitches are heard above where they are written
    "notes": (),
    "peaks": (),
    "spectrum": "",
    "seconds_per_column": 0.02,  # of the spectrum
    "highest_hertz": 0.0,
    "sample_seconds": 0.0,  # how much time the peaks cover
    "figures": (),  # [label, text] pairs
    "facts": (),  # [label, text] pairs too, shown to those who ask for details
    "pieces": (),
    "gain": 0.0,  # dB, by which all pieces are turned up
    "ending": "",  # how it came to its end, where there is something to say
    "goes_on": False,  # whether the page can continue it from any place (event ``go_on``)
    "plays": "",  # id of the press that asked for it: played once, as soon as there is a piece
    "downloads": (),
    "link": None,  # an address that gives the same draw again; relative to the page
    "own_link": None,  # the same for this lane alone
}


HIDDEN_LANE: Mapping[str, Any] = {"state": "hidden"}  # for a lane that a draw does not need


class Lane(Component):
    """One lane of a page: a piano roll or a waveform that grows, plays, and can be downloaded.

    An event that streams values into lanes needs ``show_progress="hidden"`` (the lane shows its own), and
    sends the latest value of each lane every time (`pages.house.changes.repeated`).

    Args:
        value: the first value, or None for an empty lane; keys that are missing take their default.
        kwargs: whatever `gr.HTML` takes, e.g. ``elem_id`` and ``visible``.
    """

    files = (
        "lane.html",
        "lane.css",
        "lane_foot.css",
        "sound/sound.js",
        "lane_picture.js",
        "lane_figures.js",
        "lane.js",
        "roll_edit.js",
        "sound/volume.js",
    )
    empty: Mapping[str, Any] = EMPTY_LANE
    description = "a draw: figures, files, notes or peaks (JSON arrays without the outer brackets)"

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any]:
        """What the browser gets: defaults filled in, lists of rows packed.

        Raises:
            ValueError: a key, kind, state or lane that is not known.
        """
        full = self.full(value)
        if full["kind"] not in LANE_KINDS or full["state"] not in LANE_STATES or full["lane"] not in range(4):
            raise ValueError(
                f"a lane has one of the kinds {LANE_KINDS}, one of the states {LANE_STATES} "
                f"and a number in 0 .. 3; given {full['kind']!r}, {full['state']!r}, {full['lane']!r}"
            )
        return full | {
            "notes": packed([int(number) for number in note] for note in full["notes"]),
            "peaks": packed([round(float(peak), 3) for peak in pair] for pair in full["peaks"]),
            **{
                name: [[str(label), str(text)] for label, text in full[name]] for name in ("figures", "facts")
            },
            "pieces": packed([piece["start"], piece["seconds"], piece["path"]] for piece in full["pieces"]),
            "downloads": [[file["label"], file["path"]] for file in full["downloads"]],
        }


def packed(rows: Iterable[list[Any]]) -> str:
    """Rows as one JSON text without the outer brackets.

    One string instead of thousands of small arrays: Gradio compares a string at once and, where it only grew,
    sends just what was appended.
    """
    return json.dumps(list(rows), separators=(",", ":"))[1:-1]
