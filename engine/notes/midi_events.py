"""MIDI events: reads from a Standard MIDI File the messages that say what sounds, in the file's order.

Only what is used is checked: anything else in a file (texts, keys, metres, lyrics, values that no controller
has) may be wrong. The stated length of a track is believed if another track or the end of the file follows
there; otherwise the track ends at its end-of-track event.

The format is that of the MIDI Manufacturers Association's "Standard MIDI Files 1.0" (RP-001). RIFF files
(.rmi) hold one in their ``data`` chunk, old Macintosh files behind a header of 128 bytes.

Conventions
    tick    counted from the start of its track
    status  the upper half of a channel message's first byte: NOTE_OFF … PROGRAM
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from engine.errors import UnreadableFileError

NOTE_OFF, NOTE_ON, CONTROLLER, PROGRAM = 0x8, 0x9, 0xB, 0xC
HEADER_MARK, TRACK_MARK = b"MThd", b"MTrk"
MACINTOSH_HEADER_BYTES = 128
MIDI_START_BYTES = MACINTOSH_HEADER_BYTES + len(HEADER_MARK)
MAX_NUMBER_BYTES = 4  # the longest number of variable length
_NUM_DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}
_META, _END_OF_TRACK, _SET_TEMPO = 0xFF, 0x2F, 0x51
_EXCLUSIVE = (0xF0, 0xF7)
_OTHER_SYSTEM_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1}  # data bytes; other system messages have none


class Message(NamedTuple):
    """A channel message, or a system-exclusive one.

    Args:
        data: the one or two numbers of a channel message, the bytes of a system-exclusive one.
        channel: 0 to 15; None for a system-exclusive message, whose status is 0.
    """

    tick: int
    status: int
    channel: int | None
    data: bytes


class Tempo(NamedTuple):
    """From this tick on, a quarter note lasts this many microseconds."""

    tick: int
    microseconds: int


@dataclass(frozen=True)
class Track:
    """One track: its messages and tempos in their order, and the tick at which it ends."""

    messages: tuple[Message, ...]
    tempos: tuple[Tempo, ...]
    end_tick: int


@dataclass(frozen=True)
class MidiEvents:
    """All events of a file.

    Args:
        format: 0 or 1 if the tracks play together; 2 if they are patterns, played one after the other.
        resolution: ticks per quarter note.
    """

    format: int
    resolution: int
    tracks: tuple[Track, ...]


def is_midi(start: bytes) -> bool:
    """Whether a file with this start is a MIDI file; its first ``MIDI_START_BYTES`` bytes are enough."""
    is_riff = start.startswith(b"RIFF") and start[8:12] == b"RMID"
    return is_riff or start.startswith(HEADER_MARK) or start[MACINTOSH_HEADER_BYTES:].startswith(HEADER_MARK)


def read_events(data: bytes, name: str) -> MidiEvents:
    """The events of a file.

    Args:
        name: what the file is called in errors.

    Raises:
        UnreadableFileError: it is not a MIDI file, was cut off, or is damaged where it matters.
    """
    data = _unwrapped(data)
    if not data.startswith(HEADER_MARK):
        raise UnreadableFileError(
            f"{name} is not a MIDI file, whatever its extension says (no MThd at its start); export as MIDI"
        )
    if len(data) < 14:
        raise _cut_off(name)
    kind, num_tracks, division = (
        int.from_bytes(data[place : place + 2], "big", signed=place == 12) for place in (8, 10, 12)
    )
    if division < 0:
        raise UnreadableFileError(
            f"{name} counts time in film frames (SMPTE): export it again with ticks per quarter note instead"
        )
    if division == 0:
        raise UnreadableFileError(f"{name} has 0 ticks per quarter note and so no time; export it again")
    tracks = tuple(_tracks(data, name))
    if len(tracks) < num_tracks:
        raise _cut_off(name)
    return MidiEvents(kind, division, tracks)


def _unwrapped(data: bytes) -> bytes:
    """The MIDI file inside what some programs put around it."""
    if data.startswith(b"RIFF") and data[8:12] == b"RMID":
        place = 12
        while place + 8 <= len(data):
            size = int.from_bytes(data[place + 4 : place + 8], "little")
            if data[place : place + 4] == b"data":
                return data[place + 8 : place + 8 + size]
            place += 8 + size + size % 2
    if data[MACINTOSH_HEADER_BYTES:].startswith(HEADER_MARK):
        return data[MACINTOSH_HEADER_BYTES:]
    return data


def _tracks(data: bytes, name: str) -> Iterator[Track]:
    place = 8 + int.from_bytes(data[4:8], "big")
    while place + 8 <= len(data):
        end = place + 8 + int.from_bytes(data[place + 4 : place + 8], "big")
        if data[place : place + 4] != TRACK_MARK:  # a chunk of another kind, which is skipped
            place = end
            continue
        is_believable = end == len(data) or data[end : end + 4] == TRACK_MARK
        track = _TrackReader(data, place + 8, end if is_believable else len(data), end > len(data), name)
        yield track.read()
        place = end if is_believable else max(data.find(TRACK_MARK, track.place), track.place)


class _TrackReader:
    """Reads one track.

    Args:
        place: where its first event starts in the data.
        end: where it ends at the latest.
        is_longer: whether its stated length goes beyond the end of the file.
        name: what the file is called in errors.
    """

    def __init__(self, data: bytes, place: int, end: int, is_longer: bool, name: str):
        self.data, self.place, self.end, self.is_longer, self.name = data, place, end, is_longer, name
        self.tick = 0
        self.running = 0  # the status byte that may be left out
        self.messages: list[Message] = []
        self.tempos: list[Tempo] = []

    def read(self) -> Track:
        """Read the track to its end.

        Raises:
            UnreadableFileError: the track was cut off, or is damaged.
        """
        has_ended = False
        while not has_ended and self.place < self.end:
            self.tick += self._number()
            has_ended = self._event()
        if not has_ended and self.is_longer:
            raise _cut_off(self.name)
        return Track(tuple(self.messages), tuple(self.tempos), self.tick)

    def _event(self) -> bool:
        """Read the next event; returns whether it is the end of the track."""
        first = self._byte()
        if first == _META:
            kind, content = self._byte(), self._bytes(self._number())
            if kind == _SET_TEMPO and len(content) == 3 and any(content):
                self.tempos.append(Tempo(self.tick, int.from_bytes(content, "big")))
            return kind == _END_OF_TRACK
        if first in _EXCLUSIVE:
            self.messages.append(Message(self.tick, 0, None, self._bytes(self._number())))
        elif first > 0xF0:
            self._bytes(_OTHER_SYSTEM_BYTES.get(first, 0))
        else:
            self._channel_message(first)
        return False

    def _channel_message(self, first: int) -> None:
        if first >= 0x80:
            self.running = first
        elif self.running:
            self.place -= 1
        else:
            raise self._damaged("it holds a number where a message should begin")
        status, channel = divmod(self.running, 16)
        content = self._bytes(_NUM_DATA_BYTES[status])
        if status in (NOTE_OFF, NOTE_ON) and content[0] > 127:
            raise self._damaged(f"it holds a note of the pitch {content[0]}")
        if status in (NOTE_OFF, NOTE_ON, CONTROLLER, PROGRAM):
            self.messages.append(Message(self.tick, status, channel, content))

    def _byte(self) -> int:
        return self._bytes(1)[0]

    def _bytes(self, count: int) -> bytes:
        content = self.data[self.place : self.place + count]
        if len(content) < count:
            raise _cut_off(self.name)
        self.place += count
        return content

    def _number(self) -> int:
        """A number of variable length: seven bits a byte, the highest bit set on all but the last."""
        value = 0
        for _ in range(MAX_NUMBER_BYTES):
            byte = self._byte()
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value
        raise self._damaged("it holds a number that does not end")

    def _damaged(self, how: str) -> UnreadableFileError:
        return UnreadableFileError(f"{self.name} is damaged: {how}; export it again")


def _cut_off(name: str) -> UnreadableFileError:
    return UnreadableFileError(f"{name} ends in the middle: it was cut off; get it again")
