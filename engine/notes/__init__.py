"""Notes: what is played when, read from MIDI files and written to them."""

from engine.notes.dynamics import velocities, velocity
from engine.notes.midi_bytes import check_performance, load_pretty_midi, midi_bytes
from engine.notes.midi_events import MIDI_START_BYTES, is_midi
from engine.notes.midi_file import read_notes, read_steady_notes, read_untrusted_notes
from engine.notes.notes import Note, Notes
from engine.notes.tempo_map import STEADY_QUARTERS_PER_MINUTE

__all__ = [
    "MIDI_START_BYTES",
    "STEADY_QUARTERS_PER_MINUTE",
    "Note",
    "Notes",
    "check_performance",
    "is_midi",
    "load_pretty_midi",
    "midi_bytes",
    "read_notes",
    "read_steady_notes",
    "read_untrusted_notes",
    "velocities",
    "velocity",
]
