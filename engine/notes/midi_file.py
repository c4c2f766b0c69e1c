"""MIDI file: reads its notes, by one rule whichever program wrote the file.

Each note-off ends one note of its channel and pitch: the one that began first, preferably in the same track.
So a pitch that is struck again before it was released is two notes, and so are two voices in unison. Some
messages end all notes of a channel; notes that nothing ends last until their track ends.
"""

from array import array
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import astuple
from operator import itemgetter
from pathlib import Path
from typing import Any

from engine.confined import run_confined
from engine.errors import UnreadableFileError
from engine.notes.drum_channels import DrumChannels
from engine.notes.midi_events import CONTROLLER, NOTE_OFF, NOTE_ON, Message, MidiEvents, Tempo, read_events
from engine.notes.notes import Note, Notes
from engine.notes.tempo_map import TempoMap

MAX_MIDI_BYTES = 1_000_000
MAX_MIDI_NOTES = 100_000
MAX_MIDI_QUARTERS = 20_000  # 2 h 46 min at 120 quarter notes a minute
_ALL_OFF = (120, *range(123, 128))  # controllers that end all notes of a channel
_PATTERNS = 2  # the file format whose tracks play one after the other


def read_notes(source: bytes | Path) -> Notes:
    """Read the notes of a Standard MIDI File, with their exact ticks; drum notes are only counted.

    Args:
        source: the file's bytes or its path; the extension does not matter.

    Raises:
        UnreadableFileError: not a MIDI file, damaged, without pitched notes, or beyond the limits.
    """
    return _read(source)[0]


def read_untrusted_notes(source: Path) -> Notes:
    """``read_notes`` for a stranger's file, run by ``run_confined``; raises the same errors."""
    facts, content = run_confined("engine.notes.midi_file:note_bytes", source.name, {"source": str(source)})
    numbers = array("q", content)
    notes = (Note(*numbers[place : place + 3]) for place in range(0, len(numbers), 3))
    return Notes(facts["resolution"], tuple(notes), facts["num_drum_notes"])


def note_bytes(source: str) -> tuple[dict[str, Any], bytes]:
    """``read_notes`` as ``run_confined`` calls it: facts, and start, end and pitch of each note as int64."""
    music = read_notes(Path(source))
    numbers = array("q", [number for note in music.notes for number in astuple(note)])
    return {"resolution": music.resolution, "num_drum_notes": music.num_drum_notes}, numbers.tobytes()


def read_steady_notes(source: bytes | Path) -> Notes:
    """``read_notes``, with the notes stretched to follow the file's own tempos: see ``TempoMap.steady``.

    Raises:
        UnreadableFileError: as ``read_notes``.
    """
    music, tempos = _read(source)
    return TempoMap(music.resolution, tempos).steady(music)


def _read(source: bytes | Path) -> tuple[Notes, list[Tempo]]:
    name = "this file" if isinstance(source, bytes) else source.name
    data = source if isinstance(source, bytes) else _read_bytes(source)
    if not data:
        raise UnreadableFileError(f"{name} is empty; choose a MIDI file")
    if len(data) > MAX_MIDI_BYTES:
        raise UnreadableFileError(
            f"{name} is larger than {MAX_MIDI_BYTES:,} bytes; cut the piece into shorter ones"
        )
    events = read_events(data, name)
    starts = _starts(events)
    pairing = _Pairing()
    for tick, track, message in _in_order(events, starts):
        pairing.take(tick, track, message)
    ends = [start + track.end_tick for start, track in zip(starts, events.tracks, strict=True)]
    notes = pairing.finish(ends)
    _check_size(name, len(notes), max((note.end_tick for note in notes), default=0), events.resolution)
    if not notes:
        raise _no_notes(name, pairing.num_drum_notes)
    tempos = [
        tempo._replace(tick=start + tempo.tick)
        for start, track in zip(starts, events.tracks, strict=True)
        for tempo in track.tempos
    ]
    return Notes(events.resolution, tuple(sorted(notes)), pairing.num_drum_notes), tempos


def _read_bytes(path: Path) -> bytes:
    if not path.is_file():
        raise UnreadableFileError(f"there is no file {str(path)!r}; check the path")
    try:
        with path.open("rb") as file:
            return file.read(MAX_MIDI_BYTES + 1)
    except OSError as error:
        raise UnreadableFileError(
            f"{path.name} cannot be read: {error.strerror}; check its permissions"
        ) from None


def _starts(events: MidiEvents) -> list[int]:
    """The tick at which each track starts: 0, or in format 2 the end of the track before."""
    starts, end = [], 0
    for track in events.tracks:
        starts.append(end)
        end += track.end_tick if events.format == _PATTERNS else 0
    return starts


def _in_order(events: MidiEvents, starts: list[int]) -> Iterator[tuple[int, int, Message]]:
    """All (tick, track, message) in order of time; those of one tick keep the file's order."""
    messages = (
        (start + message.tick, place, message)
        for place, (start, track) in enumerate(zip(starts, events.tracks, strict=True))
        for message in track.messages
    )
    return iter(sorted(messages, key=itemgetter(0)))


class _Pairing:
    """Makes notes from note-ons and note-offs, which are taken in order of time."""

    def __init__(self) -> None:
        self.num_drum_notes = 0
        self._drums = DrumChannels()
        self._notes: list[Note] = []
        self._sounding: defaultdict[int, dict[int, _Struck]] = defaultdict(_pitches)

    def take(self, tick: int, track: int, message: Message) -> None:
        """Take the next message."""
        self._drums.tell(message)
        if message.channel is None:
            return
        if message.status == NOTE_ON and message.data[1] > 0:
            if message.channel in self._drums:
                self.num_drum_notes += 1
            else:
                self._sounding[message.channel][message.data[0]].begin(tick, track)
        elif message.status in (NOTE_ON, NOTE_OFF):
            start = self._sounding[message.channel][message.data[0]].end(track)
            if start is not None:
                self._notes.append(Note(start, tick, message.data[0]))
        elif message.status == CONTROLLER and message.data[0] in _ALL_OFF:
            self._end_all(message.channel, tick)

    def finish(self, ends: list[int]) -> list[Note]:
        """All pitched notes; those that still sound end with their track.

        Args:
            ends: the tick at which each track ends.
        """
        for pitches in self._sounding.values():
            for pitch, struck in pitches.items():
                self._notes += [Note(start, max(start, ends[track]), pitch) for start, track in struck.left()]
        return self._notes

    def _end_all(self, channel: int, tick: int) -> None:
        pitches, self._sounding[channel] = self._sounding[channel], _pitches()
        for pitch, struck in pitches.items():
            self._notes += [Note(start, tick, pitch) for start, _ in struck.left()]


class _Struck:
    """The sounding notes of one pitch and channel: first begun, first ended; fast however many there are."""

    def __init__(self) -> None:
        self._all: deque[list[int | bool]] = deque()  # [start tick, track, whether it has ended]
        self._of_track: defaultdict[int, deque[list[int | bool]]] = defaultdict(deque)

    def begin(self, tick: int, track: int) -> None:
        """Add a note that starts."""
        stroke = [tick, track, False]
        self._all.append(stroke)
        self._of_track[track].append(stroke)

    def end(self, track: int) -> int | None:
        """End this track's first note, else any track's; returns its start tick, None if nothing sounds."""
        for waiting in (self._of_track[track], self._all):
            while waiting:
                stroke = waiting.popleft()
                if not stroke[2]:
                    stroke[2] = True
                    return stroke[0]
        return None

    def left(self) -> list[tuple[int, int]]:
        """(start tick, track) of each note that still sounds."""
        return [(start, track) for start, track, has_ended in self._all if not has_ended]


def _pitches() -> dict[int, _Struck]:
    """Pitch -> its sounding notes, empty for a new pitch."""
    return defaultdict(_Struck)


def _check_size(name: str, num_notes: int, num_ticks: int, resolution: int) -> None:
    if num_notes > MAX_MIDI_NOTES:
        raise UnreadableFileError(
            f"{name} holds {num_notes:,} notes; at most {MAX_MIDI_NOTES:,} are read: cut it into pieces"
        )
    if num_ticks > MAX_MIDI_QUARTERS * resolution:
        raise UnreadableFileError(
            f"{name} lasts {num_ticks // resolution:,} quarter notes; at most {MAX_MIDI_QUARTERS:,} are read:"
            " cut it into pieces"
        )


def _no_notes(name: str, num_drum_notes: int) -> UnreadableFileError:
    content = f"only drums (hits: {num_drum_notes:,})" if num_drum_notes else "no notes"
    return UnreadableFileError(f"{name} holds {content}; choose a MIDI file with pitched notes")
