"""Dynamics: the highest line is brought out, whatever the order of the notes."""

import io

import pretty_midi

from engine.notes.dynamics import BASS_VELOCITY, INNER_VELOCITY, MELODY_VELOCITY, velocities, velocity
from engine.notes.midi_bytes import midi_bytes
from engine.notes.notes import Note, Notes


def test_a_chord_is_played_from_its_top():
    assert [velocity(pitch, {48, 60, 67}) for pitch in (67, 60, 48)] == [
        MELODY_VELOCITY,
        INNER_VELOCITY,
        BASS_VELOCITY,
    ]
    assert velocity(60, {60}) == MELODY_VELOCITY, "a line alone is the melody"
    assert MELODY_VELOCITY > BASS_VELOCITY > INNER_VELOCITY > 64, "a little: nothing is lost"


def test_what_is_held_counts_and_what_has_ended_does_not():
    held, ended = Note(0, 30, 72), Note(0, 10, 40)
    low, below, after = Note(10, 20, 50), Note(20, 30, 60), Note(30, 40, 60)
    by_note = velocities(Notes(10, (after, below, low, ended, held)))
    assert [by_note[note] for note in (held, ended)] == [MELODY_VELOCITY, BASS_VELOCITY]
    assert [by_note[note] for note in (low, below, after)] == [BASS_VELOCITY, BASS_VELOCITY, MELODY_VELOCITY]


def test_a_file_has_them():
    chord = Notes(10, tuple(Note(0, 10, pitch) for pitch in (48, 60, 67)))
    read = pretty_midi.PrettyMIDI(io.BytesIO(midi_bytes(chord)))
    struck = {note.pitch: note.velocity for note in read.instruments[0].notes}
    assert struck == {48: BASS_VELOCITY, 60: INNER_VELOCITY, 67: MELODY_VELOCITY}
