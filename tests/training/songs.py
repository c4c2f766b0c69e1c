"""A folder of MIDI files to fit and to search on."""

from pathlib import Path

import numpy as np

from engine.notes.midi_bytes import midi_bytes
from engine.notes.notes import Note, Notes


def write_songs(folder: Path, number: int = 10) -> Path:
    """Random melodies of 8 to 17 notes."""
    rng = np.random.default_rng(4)
    folder.mkdir()
    for song in range(number):
        notes = (Note(240 * k, 240 * (k + 2), int(rng.integers(50, 80))) for k in range(8 + song))
        (folder / f"song {song}.mid").write_bytes(midi_bytes(Notes(480, tuple(notes))))
    return folder
