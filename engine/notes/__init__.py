"""Notes: what is played when, and MIDI files, in and out."""

from engine.notes.midi_bytes import VELOCITY, check_performance, midi_bytes
from engine.notes.midi_file import load_pretty_midi, read_notes
from engine.notes.notes import Note, Notes

__all__ = ["VELOCITY", "Note", "Notes", "check_performance", "load_pretty_midi", "midi_bytes", "read_notes"]
