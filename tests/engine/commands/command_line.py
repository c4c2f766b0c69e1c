"""``python -m engine`` in a working folder that has tiny checkpoints, a piece and a recording."""

from pathlib import Path

import torch

from engine.__main__ import main
from engine.notes.midi_bytes import midi_bytes
from engine.notes.midi_file import read_notes
from engine.representations import REPRESENTATIONS
from engine.whole_file import write_whole
from tests.engine.notes.raw_midi import midi_file, note
from tests.engine.small_models import UNITS

ROLL = REPRESENTATIONS["piano_roll"](**UNITS["piano_roll"])

HOSTILE = {
    "empty.mid": b"",
    "random.mid": bytes(range(256)),
    "cut.mid": midi_file(note(60, 480))[:-6],
    "long.mid": midi_file(note(60, 2**31 - 1)),
    "none.mid": midi_file(b""),
    "fake.wav": b"RIFF but no sound",
}


def run(*arguments: str) -> int:
    """A command in the folder with the tiny checkpoints."""
    return main([*arguments, *([] if arguments[0] == "render" else ["--checkpoints", "checkpoints"])])


def frames_in(path: Path) -> torch.Tensor:
    """Frames of a MIDI file."""
    return ROLL.encode(read_notes(path)).frames


def write_piece(path: Path) -> None:
    """Two voices, six frames long."""
    frames = torch.zeros(6, 88)
    frames[:, 39], frames[2:, 46] = 1, 1
    write_whole(path, midi_bytes(ROLL.decode(frames)))
