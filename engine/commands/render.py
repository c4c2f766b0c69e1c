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
    command.add_argument("file", type=Path, help="a MIDI or sound file; tempo and program are for MIDI alone")
    command.add_argument("--out", type=Path, required=True)
    add_performance(command, tempo=None)


def run(options: argparse.Namespace) -> None:
    """Write the .wav file, and print how long it is and by how much its level was changed.

    Raises:
        EngineError: the file cannot be read or played, or the disk refuses.
    """
    checked_suffix(options.out, (".wav",))
    is_music = representation_of(options.file) == PianoRoll.name
    playback = prepare_playback(_synthesised(options) if is_music else read_audio(options.file))
    write_whole(options.out, wav_bytes(playback.audio))
    for message in playback.messages:
        print(message, file=sys.stderr)
    print(f"wrote {options.out}: {playback.audio.duration_seconds:.1f} s, {playback.gain_decibels:+.1f} dB")


def _synthesised(options: argparse.Namespace) -> Audio:
    """A MIDI file played at its own tempos, or at the one asked for; prints to stderr what is left out."""
    if options.tempo is None:  # its own tempos are in the notes' times, which are those of one steady tempo
        music, tempo = read_steady_notes(options.file), STEADY_QUARTERS_PER_MINUTE
    else:
        music, tempo = read_notes(options.file), options.tempo
    performance = Performance(tempo, options.program)  # which refuses what cannot be played
    left_out = {
        "drum notes": music.num_drum_notes,
        "notes of no length": sum(note.start_tick == note.end_tick for note in music.notes),
    }
    if said := ", ".join(f"{count:,} {what}" for what, count in left_out.items() if count):
        print(f"left out: {said}", file=sys.stderr)
    return find_synthesiser().render(music, performance.quarters_per_minute, performance.program)
