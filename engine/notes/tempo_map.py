"""TempoMap: when each tick of a MIDI file sounds, according to the file's tempos.

Conventions
    microseconds    length of a quarter note
"""

from bisect import bisect_right
from collections.abc import Sequence

from engine.notes.midi_events import Tempo
from engine.notes.notes import Note, Notes

USUAL_MICROSECONDS = 500_000  # until the file's first tempo
STEADY_QUARTERS_PER_MINUTE = 120.0
STEADY_RESOLUTION = 30_000  # ticks of 17 µs at that tempo


class TempoMap:
    """From ticks to seconds.

    Args:
        resolution: ticks per quarter note.
        tempos: in any order; if several have the same tick, the last one counts.
    """

    def __init__(self, resolution: int, tempos: Sequence[Tempo]):
        self.resolution = resolution
        named = {0: USUAL_MICROSECONDS, **{tempo.tick: tempo.microseconds for tempo in tempos}}
        self._ticks = sorted(named)
        self._microseconds = [named[tick] for tick in self._ticks]
        self._seconds = [0.0]
        for place in range(1, len(self._ticks)):
            self._seconds.append(self._after(place - 1, self._ticks[place]))

    def seconds(self, tick: int) -> float:
        """When a tick sounds, in seconds from the start of the piece."""
        return self._after(bisect_right(self._ticks, tick) - 1, tick)

    def steady(self, music: Notes) -> Notes:
        """Notes that sound as the file does if played at a steady ``STEADY_QUARTERS_PER_MINUTE``."""
        per_second = STEADY_RESOLUTION * STEADY_QUARTERS_PER_MINUTE / 60
        notes = [
            Note(
                round(self.seconds(note.start_tick) * per_second),
                round(self.seconds(note.end_tick) * per_second),
                note.pitch,
            )
            for note in music.notes
        ]
        return Notes(STEADY_RESOLUTION, tuple(sorted(notes)), music.num_drum_notes)

    def _after(self, place: int, tick: int) -> float:
        passed = (tick - self._ticks[place]) / self.resolution
        return self._seconds[place] + passed * self._microseconds[place] / 1e6
