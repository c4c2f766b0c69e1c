"""The command ``render``: plays a MIDI or sound file into a .wav file at a safe level."""

import argparse
import sys
from pathlib import Path

from engine.commands.arguments import add_performance, checked_suffix
from engine.notes import STEADY_QUARTERS_PER_MINUTE, read_notes, read_steady_notes
from engine.pieces import representation_of
from engine.rendering import Performance, find_synthesiser, prepare_playback
from engine.representations import PianoRoll
from engine.sound import Audio, read_audio, wav_bytes
from engine.whole_file import write_whole


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    command.add_argument("file", type=Path)
    command.add_argument("--out", type=Path, required=True)
    add_performance(command, tempo=None)


def run(options: argparse.Namespace) -> None:
    """Write the .wav file, and print how long it is and by how much its level was changed.

    Raises:
        EngineError: the file cannot be read or played, or the disk refuses.
    """
    checked_suffix(options.out, (".wav",))
    is_music = representation_of(options.file) == PianoRoll.name
    playback = prepare_playback(_play(options) if is_music else read_audio(options.file))
    write_whole(options.out, wav_bytes(playback.audio))
    for message in playback.messages:
        print(message, file=sys.stderr)
    print(f"wrote {options.out}: {playback.audio.duration_seconds:.1f} s, {playback.gain_decibels:+.1f} dB")


def _play(options: argparse.Namespace) -> Audio:
    """A MIDI file played at its own tempos, or at the one asked for; prints to stderr what is left out."""
    tempo = STEADY_QUARTERS_PER_MINUTE if options.tempo is None else options.tempo
    performance = Performance(tempo, options.program)
    music = read_steady_notes(options.file) if options.tempo is None else read_notes(options.file)
    left_out = {
        "drum notes": music.num_drum_notes,
        "notes of no length": sum(note.start_tick == note.end_tick for note in music.notes),
    }
    if said := ", ".join(f"{count:,} {what}" for what, count in left_out.items() if count):
        print(f"left out: {said}", file=sys.stderr)
    return find_synthesiser().render(music, performance.quarters_per_minute, performance.program)
