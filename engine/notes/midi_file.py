"""Reading MIDI files, also hostile ones: limits first, then pretty_midi, then symusic in a child process.

Conventions
    Only notes are kept. Tempo, metre and key are dropped before pretty_midi sees the file: at one
    constant tempo its seconds go back to exact ticks, and bad tempo or metre does no harm.
"""

import contextlib
import functools
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import mido

from engine.errors import UnreadableFileError
from engine.notes.notes import Note, Notes

MAX_BYTES = 1_000_000  # mido takes up to 300 bytes of memory and 4 µs for one
MAX_NOTES = 100_000
MAX_TICK = 5_000_000  # pretty_midi allocates an array of so many seconds
MAX_QUARTERS = 20_000  # 2 h 46 min at 120 quarter notes a minute
CHILD_TIMEOUT_SECONDS = 30

# mido adds up a variable-length number of any length, which takes hours when a file is one such number
_ENDLESS_NUMBER = re.compile(rb"[\x80-\xff]{200}")


@functools.cache
def load_pretty_midi() -> ModuleType:
    """The module pretty_midi, imported on first use.

    It looks for the FluidSynth library on import, which takes time and prints where CI is set.
    """
    with contextlib.redirect_stdout(io.StringIO()):
        import pretty_midi
    return pretty_midi


def read_notes(source: bytes | Path) -> Notes:
    """Read the notes of a Standard MIDI File, with their exact ticks.

    A file that pretty_midi refuses, for instance for a key signature that does not exist, is tried
    with symusic in a child process with limits of time and memory. Drum notes are only counted.

    Args:
        source: the file's bytes or its path; the extension does not matter.

    Raises:
        UnreadableFileError: not a MIDI file, damaged, without pitched notes, or beyond the limits.
    """
    name = "this file" if isinstance(source, bytes) else source.name
    data = source if isinstance(source, bytes) else _read_bytes(source)
    _check_header(data, name)
    try:
        parsed = mido.MidiFile(file=io.BytesIO(data))
    except EOFError:
        raise UnreadableFileError(f"{name} ends in the middle: it was cut off; get it again") from None
    except Exception as error:  # mido raises whatever the bad bytes make it stumble over
        return _read_with_symusic(data, name, reason=str(error))
    tracks = [track for track in map(_only_notes, parsed.tracks) if track]
    _check_size(
        name, sum(map(len, tracks)) // 2, max(map(_num_ticks, tracks), default=0), parsed.ticks_per_beat
    )
    if not tracks:
        raise _no_notes(name)
    parsed.tracks = tracks
    try:
        midi = load_pretty_midi().PrettyMIDI(mido_object=parsed)
    except Exception as error:  # as above
        return _read_with_symusic(data, name, reason=str(error))
    return _notes_of(midi, name)


def _read_bytes(path: Path) -> bytes:
    if not path.is_file():
        raise UnreadableFileError(f"there is no file {str(path)!r}; check the path")
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableFileError(
            f"{path.name} cannot be read: {error.strerror}; check its permissions"
        ) from None


def _check_header(data: bytes, name: str) -> None:
    """Refuse what need not be parsed: 4 bytes MThd, 4 length, 2 format, 2 number of tracks, 2 division."""
    if not data:
        raise UnreadableFileError(f"{name} is empty; choose a MIDI file")
    if len(data) > MAX_BYTES:
        raise UnreadableFileError(
            f"{name} is larger than {MAX_BYTES:,} bytes; cut the piece into shorter ones"
        )
    if not data.startswith(b"MThd"):
        raise UnreadableFileError(
            f"{name} is not a MIDI file, whatever its extension says (no MThd at its start); export as MIDI"
        )
    if len(data) < 14:
        raise UnreadableFileError(f"{name} ends within its header: it was cut off; get it again")
    division = int.from_bytes(data[12:14], "big", signed=True)
    if division < 0:
        raise UnreadableFileError(
            f"{name} counts time in film frames (SMPTE), not in ticks per quarter note; export it with those"
        )
    if division == 0:
        raise UnreadableFileError(f"{name} has 0 ticks per quarter note and so no time; export it again")
    if _ENDLESS_NUMBER.search(data):
        raise UnreadableFileError(f"{name} is damaged: it holds a number that does not end; export it again")


def _only_notes(track: mido.MidiTrack) -> mido.MidiTrack:
    """The note messages of a track, each with the time since the one before it."""
    kept, gap = mido.MidiTrack(), 0
    for message in track:
        gap += message.time
        if message.type in ("note_on", "note_off"):
            kept.append(message.copy(skip_checks=True, time=gap))
            gap = 0
    return kept


def _num_ticks(track: mido.MidiTrack) -> int:
    return sum(message.time for message in track)


def _check_size(name: str, num_notes: int, num_ticks: int, resolution: int) -> None:
    if num_notes > MAX_NOTES:
        raise UnreadableFileError(
            f"{name} holds about {num_notes:,} notes; at most {MAX_NOTES:,} are read: cut it into pieces"
        )
    if num_ticks > min(MAX_TICK, MAX_QUARTERS * resolution):
        raise UnreadableFileError(
            f"{name} lasts {num_ticks:,} ticks, {num_ticks // resolution:,} quarter notes; at most"
            f" {MAX_TICK:,} ticks and {MAX_QUARTERS:,} quarter notes are read: cut it into pieces"
        )


def _no_notes(name: str, num_drum_notes: int = 0) -> UnreadableFileError:
    found = f"only drums (hits: {num_drum_notes:,})" if num_drum_notes else "no notes"
    return UnreadableFileError(f"{name} holds {found}; choose a MIDI file with pitched notes")


def _notes_of(midi: Any, name: str) -> Notes:
    """Those in a PrettyMIDI object whose tempo is constant."""
    notes, num_drum_notes = [], 0
    for instrument in midi.instruments:
        if instrument.is_drum:
            num_drum_notes += len(instrument.notes)
            continue
        for note in instrument.notes:
            start, end = midi.time_to_tick(note.start), midi.time_to_tick(note.end)
            notes.append(Note(int(start), int(end), int(note.pitch)))
    if not notes:
        raise _no_notes(name, num_drum_notes)
    return Notes(midi.resolution, tuple(sorted(notes)), num_drum_notes)


def _read_with_symusic(data: bytes, name: str, reason: str) -> Notes:
    """The notes as symusic reads them in a child process; ``reason`` is what pretty_midi said."""
    child = Path(__file__).with_name("symusic_child.py")
    refusal = UnreadableFileError(f"{name} is not a MIDI file that can be read ({reason}); export it again")
    try:
        answer = subprocess.run(  # -P: this folder must not come before the standard library
            [sys.executable, "-P", str(child)],
            input=data,
            capture_output=True,
            timeout=CHILD_TIMEOUT_SECONDS,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            check=True,
        )
        read = json.loads(answer.stdout)
        notes, resolution, num_drum_notes = read["notes"], read["resolution"], read["num_drum_notes"]
    except (subprocess.SubprocessError, OSError, ValueError, KeyError):
        raise refusal from None
    if any(not 0 <= start <= end or not 0 <= pitch <= 127 for start, end, pitch in notes):
        raise refusal
    _check_size(name, len(notes), max((end for _, end, _ in notes), default=0), resolution)
    if not notes:
        raise _no_notes(name, num_drum_notes)
    return Notes(resolution, tuple(sorted(Note(*note) for note in notes)), num_drum_notes)
