"""Dynamics: how hard each key is struck.

The models say which keys sound but not how loudly, so this imitates a player's habit and is no part of a
draw: the highest pitch is struck hardest, the lowest less hard, those between least. Pianists strike the
melody harder than its accompaniment (Goebl 2001, "Melody lead in piano performance").
"""

from collections.abc import Collection
from itertools import takewhile

from engine.notes.notes import Note, Notes

MELODY_VELOCITY, BASS_VELOCITY, INNER_VELOCITY = 96, 88, 78  # MIDI velocities


def velocity(pitch: int, together: Collection[int]) -> int:
    """The MIDI velocity of a key that is struck.

    Args:
        together: all pitches that sound when it is struck, this one included.
    """
    if pitch >= max(together):
        return MELODY_VELOCITY
    return BASS_VELOCITY if pitch <= min(together) else INNER_VELOCITY


def velocities(music: Notes) -> dict[Note, int]:
    """The MIDI velocity of every note, notes of no length included."""
    by_note: dict[Note, int] = {}
    sounding: list[Note] = []
    notes = sorted(music.notes)
    for place, note in enumerate(notes):
        if place == 0 or note.start_tick > notes[place - 1].start_tick:
            start = note.start_tick
            struck = takewhile(lambda later, start=start: later.start_tick == start, notes[place:])
            sounding = [held for held in sounding if held.end_tick > start] + list(struck)
        by_note[note] = velocity(note.pitch, [neighbour.pitch for neighbour in sounding])
    return by_note
