"""MIDI bytes: writes notes as a Standard MIDI File.

A file written here and read again has the same notes at the same ticks, except notes of no length, which are
left out. Silence after the last note is lost.
"""

import contextlib
import functools
import io
from types import ModuleType

from engine.errors import InvalidValueError
from engine.notes.dynamics import velocities
from engine.notes.notes import Notes

TEMPO_RANGE = (20.0, 400.0)  # quarter notes per minute
_EXPRESSION = 11  # a controller whose usual value is its highest, 127, so that setting it changes nothing


@functools.cache
def load_pretty_midi() -> ModuleType:
    """The module pretty_midi, imported on first use.

    On import it looks for the FluidSynth library, which takes time and prints if CI is set.
    """
    with contextlib.redirect_stdout(io.StringIO()):
        import pretty_midi
    return pretty_midi


def midi_bytes(
    music: Notes, quarters_per_minute: float = 100.0, program: int = 0, tail_seconds: float = 0.0
) -> bytes:
    """Notes as a Standard MIDI File with a track of notes for each voice.

    Args:
        music: may be without notes.
        quarters_per_minute: the tempo, within ``TEMPO_RANGE``.
        program: General MIDI instrument, 0 (grand piano) to 127.
        tail_seconds: how long the file goes on after the last note, for players that stop at its end.

    Raises:
        InvalidValueError: tempo or program out of range.
    """
    check_performance(quarters_per_minute, program)
    pretty_midi = load_pretty_midi()
    midi = pretty_midi.PrettyMIDI(resolution=music.resolution, initial_tempo=quarters_per_minute)
    seconds_per_tick = 60 / (quarters_per_minute * music.resolution)
    struck = velocities(music)
    for voice in music.voices or [[]]:
        instrument = pretty_midi.Instrument(program)
        instrument.notes = [
            pretty_midi.Note(
                struck[note], note.pitch, note.start_tick * seconds_per_tick, note.end_tick * seconds_per_tick
            )
            for note in voice
        ]
        midi.instruments.append(instrument)
    if tail_seconds > 0:
        end_seconds = music.end_tick * seconds_per_tick + tail_seconds
        instrument.control_changes.append(pretty_midi.ControlChange(_EXPRESSION, 127, end_seconds))
    file = io.BytesIO()
    midi.write(file)
    return file.getvalue()


def check_performance(quarters_per_minute: float, program: int) -> None:
    """Refuse a tempo outside TEMPO_RANGE or an instrument that does not exist.

    Raises:
        InvalidValueError: either is out of range.
    """
    lowest, highest = TEMPO_RANGE
    if not lowest <= quarters_per_minute <= highest:
        raise InvalidValueError(
            f"quarters_per_minute={quarters_per_minute} must be from {lowest:g} to {highest:g}"
        )
    if not 0 <= program <= 127:
        raise InvalidValueError(
            f"program={program} must be a General MIDI instrument, 0 (grand piano) to 127"
        )
