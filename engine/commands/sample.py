"""The command ``sample``: draws from a model into a MIDI or sound file."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from engine.checkpoints import Checkpoint, load
from engine.command_line import add_checkpoints
from engine.commands.arguments import add_performance, checked_suffix
from engine.errors import InvalidValueError
from engine.pieces import read_prime
from engine.rendering import Performance, perform, perform_midi
from engine.sampling import MAX_DRAW_FRAMES, EndWatch, SamplingOptions, sample
from engine.sound import wav_bytes
from engine.whole_file import write_whole

MIDI_OUT = (".mid", ".midi")
DEFAULT_MUSIC_FRAMES = 128
DEFAULT_SPEECH_SECONDS = 3.0


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    command.add_argument("checkpoint")
    command.add_argument("--frames", type=int, help="frames to sample, the prime not counted (music: 128)")
    command.add_argument("--seconds", type=float, help="speech: seconds to sample (the prime not counted)")
    command.add_argument(
        "--until-end",
        action="store_true",
        help="music: stop where the piece ends, after --frames at most (default: the longest training piece)",
    )
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--temperature", type=float, default=1.0)
    command.add_argument("--prime", type=Path, help="a MIDI or sound file that the draw continues")
    command.add_argument("--out", type=Path, required=True, help="the .mid or .wav file to write")
    add_performance(command)
    add_checkpoints(command)


def run(options: argparse.Namespace) -> None:
    """Write the prime, if there is one, and the draw that follows it; print how it was drawn.

    Raises:
        EngineError: something asked for is not possible, or the disk refuses.
    """
    suffix = checked_suffix(options.out, (*MIDI_OUT, ".wav"))
    checkpoint = load(options.checkpoint, options.checkpoints)
    representation = checkpoint.representation
    corpus = checkpoint.card.corpus
    performance = Performance(options.tempo, options.program, corpus.played_semitones)
    sampling = SamplingOptions(_num_frames(options, checkpoint), options.seed, options.temperature)
    prime = None
    if options.prime:
        prime = read_prime(options.prime, representation, corpus.played_semitones, corpus.mean_pitch)
    if prime and prime.report:
        print(prime.report, file=sys.stderr)
    watch = _end_watch(options, checkpoint, prime and prime.frames)
    drawn = _drawn(sample(checkpoint.model, sampling, prime and prime.frames), watch)
    frames = torch.cat([prime.frames, drawn]) if prime else drawn
    if suffix in MIDI_OUT:
        write_whole(options.out, perform_midi(frames, representation, performance))
    else:
        playback = perform(frames, representation, performance)
        write_whole(options.out, wav_bytes(playback.audio))
        for message in playback.messages:
            print(message, file=sys.stderr)
    how = f"seed {sampling.seed}, temperature {sampling.temperature:g}"
    if watch and not watch.has_ended:
        how += "; stopped before the piece came to its end"
    if corpus.transposition_words:
        how += f"; {corpus.transposition_words}"
    print(f"wrote {options.out}: {len(drawn)} frames sampled, {how}")


def _drawn(frames: Iterator[Tensor], watch: EndWatch | None) -> Tensor:
    """All frames, or those up to the end of the piece if ``watch`` hears one."""
    drawn = []
    for frame in frames:
        drawn.append(frame)
        if watch:
            watch.see(frame)
            if watch.has_ended:
                break
    return torch.stack(drawn)


def _end_watch(
    options: argparse.Namespace, checkpoint: Checkpoint, prime_frames: Tensor | None
) -> EndWatch | None:
    """What listens for the end, if --until-end was given; InvalidValueError if the model knows no end."""
    if not options.until_end:
        return None
    if not checkpoint.representation.facts.holds_notes:
        raise InvalidValueError("--until-end is for music: for speech say --seconds")
    ending = checkpoint.card.ending
    if ending is None:
        raise InvalidValueError(
            f"{checkpoint.card.name!r} does not know when a piece ends: leave out --until-end, or run "
            f"`python -m training ending {checkpoint.card.name}`"
        )
    return EndWatch(ending, checkpoint.representation.lowest_pitch, options.seed, prime_frames)


def _num_frames(options: argparse.Namespace, checkpoint: Checkpoint) -> int:
    in_seconds = checkpoint.representation.facts.length_unit == "seconds"
    per_second = checkpoint.representation.frames_per_unit
    if options.seconds is not None and (not in_seconds or options.frames is not None):
        raise InvalidValueError("say --frames for music; for speech either --frames or --seconds, not both")
    if options.frames is not None:
        return options.frames
    if options.seconds is None and in_seconds:
        return round(DEFAULT_SPEECH_SECONDS * per_second)
    if options.seconds is None:
        ending = checkpoint.card.ending if options.until_end else None
        return DEFAULT_MUSIC_FRAMES if ending is None else ending.longest
    if not 0 < options.seconds < MAX_DRAW_FRAMES / per_second:
        longest = MAX_DRAW_FRAMES / per_second
        raise InvalidValueError(f"--seconds {options.seconds:g} must be above 0 and below {longest:g}")
    return max(1, round(options.seconds * per_second))
