"""Notes: what is played when, in ticks as in a MIDI file.

Conventions
    tick        a moment, counted from the start of the piece, an integer >= 0
    resolution  ticks per quarter note
    pitch       MIDI number, 0 to 127; 60 is middle C

Notes hold no tempo, metre, velocity or instrument.
"""

from dataclasses import dataclass, replace

from engine.errors import InvalidValueError


@dataclass(frozen=True, order=True)
class Note:
    """One pitch that sounds from ``start_tick`` up to, not including, ``end_tick``.

    Raises:
        InvalidValueError: the note ends before it starts, starts before 0, or has no MIDI pitch.
    """

    start_tick: int
    end_tick: int
    pitch: int

    def __post_init__(self) -> None:
        if not 0 <= self.start_tick <= self.end_tick:
            raise InvalidValueError(
                f"a note from tick {self.start_tick} to {self.end_tick} goes backwards in time"
            )
        if not 0 <= self.pitch <= 127:
            raise InvalidValueError(f"pitch={self.pitch} must be a MIDI number, 0 to 127")


@dataclass(frozen=True)
class Notes:
    """The pitched notes of a piece in any order, and how many drum hits there were as well.

    Raises:
        InvalidValueError: the resolution is not positive.
    """

    resolution: int
    notes: tuple[Note, ...]
    num_drum_notes: int = 0

    def __post_init__(self) -> None:
        if self.resolution <= 0:
            raise InvalidValueError(
                f"resolution={self.resolution} must be positive, in ticks per quarter note"
            )

    @property
    def voices(self) -> list[list[Note]]:
        """The notes, divided so that within a voice no pitch begins while it sounds; mostly one voice.

        An instrument ends a pitch at the first note-off, so a separate instrument plays each voice. Notes of
        no length are left out: they would be released before they are struck, and sound for ever.
        """
        voices: list[list[Note]] = []
        ends: list[dict[int, int]] = []  # of each voice: pitch -> when it is free
        for note in sorted(note for note in self.notes if note.end_tick > note.start_tick):
            free = (place for place, end in enumerate(ends) if end.get(note.pitch, 0) <= note.start_tick)
            place = next(free, len(voices))
            if place == len(voices):
                voices.append([])
                ends.append({})
            voices[place].append(note)
            ends[place][note.pitch] = note.end_tick
        return voices

    def transposed(self, semitones: int) -> "Notes":
        """The same notes with ``semitones`` added to every pitch.

        Raises:
            InvalidValueError: a pitch would leave 0 … 127.
        """
        moved = (replace(note, pitch=note.pitch + semitones) for note in self.notes)
        return replace(self, notes=tuple(moved)) if semitones else self

    @property
    def end_tick(self) -> int:
        """Where the last note ends; 0 without notes."""
        return max((note.end_tick for note in self.notes), default=0)
