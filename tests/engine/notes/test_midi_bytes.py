"""MIDI files that are written: what is read back is what was there."""

import pytest
import torch

from engine.errors import InvalidValueError
from engine.notes.midi_bytes import midi_bytes
from engine.notes.midi_file import read_notes
from engine.notes.notes import Note, Notes
from engine.representations.piano_roll import PianoRoll


@pytest.mark.parametrize("frames_per_quarter", [1, 2])
@pytest.mark.parametrize("seed", range(6))
def test_a_roll_comes_back_from_its_file(seed, frames_per_quarter):
    """At any tempo, leading rests included; the last frame sounds, since silence at the end is lost."""
    rng = torch.Generator().manual_seed(seed)
    frames = (torch.rand(40, 88, generator=rng) < (0.02, 0.2, 0.9)[seed % 3]).float()
    frames[: 3 * seed] = 0
    frames[-1, seed] = 1
    roll = PianoRoll(21, 88, frames_per_quarter)
    tempo = 20 + 380 * float(torch.rand((), generator=rng))
    encoded = roll.encode(read_notes(midi_bytes(roll.decode(frames), tempo, program=seed)))
    assert torch.equal(encoded.frames, frames)


def test_music_of_any_resolution_comes_back():
    for resolution in (1, 7, 220, 32_767):
        music = Notes(resolution, (Note(0, 3, 0), Note(3, 5, 0), Note(resolution, 17 * resolution, 127)))
        assert read_notes(midi_bytes(music, 133.7)).notes == tuple(sorted(music.notes))


def test_silent_frames_at_the_end_are_lost():
    frames = torch.zeros(9, 88)
    frames[2, 30] = 1
    roll = PianoRoll(21, 88, 1)
    assert torch.equal(roll.encode(read_notes(midi_bytes(roll.decode(frames)))).frames, frames[:3])


def test_the_same_notes_give_the_same_bytes_and_none_give_a_file():
    music = Notes(480, (Note(0, 480, 60),))
    assert midi_bytes(music) == midi_bytes(music) != midi_bytes(music, program=1)
    assert midi_bytes(Notes(480, ())).startswith(b"MThd")
    assert read_notes(midi_bytes(music, tail_seconds=2.0)) == music


@pytest.mark.parametrize(
    ("tempo", "program"), [(0.0, 0), (19.0, 0), (401.0, 0), (float("nan"), 0), (100.0, 128)]
)
def test_tempo_and_program_have_limits(tempo, program):
    with pytest.raises(InvalidValueError, match=r"quarters_per_minute|General MIDI"):
        midi_bytes(Notes(480, ()), tempo, program)
