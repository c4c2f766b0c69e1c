"""The command ``render``: a MIDI or sound file, played into a .wav file at a safe level."""

import argparse
import sys
from pathlib import Path

from engine.commands.arguments import add_performance, checked_suffix
from engine.notes import read_notes
from engine.pieces import MIDI_SUFFIXES
from engine.rendering import Performance, find_synthesiser, prepare_playback
from engine.sound import read_audio, wav_bytes
from engine.whole_file import write_whole


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What may be asked of it."""
    command.add_argument("file", type=Path)
    command.add_argument("--out", type=Path, required=True)
    add_performance(command)


def run(options: argparse.Namespace) -> None:
    """Write the .wav file, and say how long it is and by how much its level was changed.

    Raises:
        EngineError: the file cannot be read or played, or the disk refuses.
    """
    checked_suffix(options.out, (".wav",))
    if options.file.suffix.lower() in MIDI_SUFFIXES:
        performance = Performance(options.tempo, options.program)
        score = read_notes(options.file)
        audio = find_synthesiser().render(score, performance.quarters_per_minute, performance.program)
    else:
        audio = read_audio(options.file)
    playback = prepare_playback(audio)
    write_whole(options.out, wav_bytes(playback.audio))
    for message in playback.messages:
        print(message, file=sys.stderr)
    print(f"wrote {options.out}: {playback.audio.duration_seconds:.1f} s, {playback.gain_decibels:+.1f} dB")
