"""Dynamics: how hard each key is struck.

The models say which keys sound and not how loudly, so this is a player's habit and no part of any draw: the
highest line is brought out, the lowest carries it, what lies between steps back. Pianists strike the melody
harder than what goes with it (Goebl 2001, "Melody lead in piano performance").
"""

from collections.abc import Collection
from itertools import takewhile

from engine.notes.notes import Note, Notes

HIGHEST, LOWEST, BETWEEN = 96, 88, 78  # MIDI velocities


def velocity(pitch: int, together: Collection[int]) -> int:
    """Of a key that is struck.

    Args:
        together: all pitches that sound from then on, this one too.
    """
    if pitch >= max(together):
        return HIGHEST
    return LOWEST if pitch <= min(together) else BETWEEN


def velocities(music: Notes) -> dict[Note, int]:
    """Of every note; of notes without length too."""
    found: dict[Note, int] = {}
    sounding: list[Note] = []
    notes = sorted(music.notes)
    for place, note in enumerate(notes):
        if place == 0 or note.start_tick > notes[place - 1].start_tick:
            start = note.start_tick
            struck = takewhile(lambda other, start=start: other.start_tick == start, notes[place:])
            sounding = [other for other in sounding if other.end_tick > start] + list(struck)
        found[note] = velocity(note.pitch, [other.pitch for other in sounding])
    return found
