"""``python -m engine list | sample | score | render | bundle | analyse``: parse, call, print."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

import torch

from engine.checkpoints import CHECKPOINTS, Checkpoint, available, held_out_nats, load, read_card
from engine.commands import add_arguments, score_lines
from engine.commands import bundle as bundle_command
from engine.errors import CheckpointError, EngineError, InvalidValueError
from engine.listening import analyse, analysis_text, read_key, read_vote_files
from engine.notes import read_notes
from engine.pieces import MIDI_SUFFIXES, read_piece
from engine.rendering import Performance, find_synthesiser, perform, perform_midi, prepare_playback
from engine.sampling import MAX_FRAMES, SamplingOptions, sample
from engine.sound import read_audio, wav_bytes
from engine.whole_file import write_whole

DEFAULT_FRAMES, DEFAULT_SECONDS = 128, 3.0


def main(arguments: list[str] | None = None) -> int:
    """Run one command; an error that the user can mend is printed in one line, and gives 1."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(1)
    try:
        options.run(options)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine", description="Sample, score and render.")
    commands = parser.add_subparsers(
        required=True, metavar="list | sample | score | render | bundle | analyse"
    )
    listing = commands.add_parser("list", help="checkpoints, with their test likelihoods")
    listing.set_defaults(run=_list)
    sampling = commands.add_parser("sample", help="draw from a model into a .mid or .wav file")
    sampling.add_argument("checkpoint")
    sampling.add_argument("--frames", type=int, help="frames to sample (the prime not counted)")
    sampling.add_argument("--seconds", type=float, help="speech: seconds to sample (the prime not counted)")
    sampling.add_argument("--seed", type=int, default=0)
    sampling.add_argument("--temperature", type=float, default=1.0)
    sampling.add_argument("--prime", type=Path, help="a MIDI or sound file that the draw continues")
    sampling.add_argument("--out", type=Path, required=True, help="a new .mid or .wav file")
    sampling.set_defaults(run=_sample)
    scoring = commands.add_parser("score", help="likelihood of a MIDI or sound file under models")
    add_arguments(scoring)
    scoring.set_defaults(run=_score)
    rendering = commands.add_parser(
        "render", help="play a MIDI or sound file into a .wav file at a safe level"
    )
    rendering.add_argument("file", type=Path)
    rendering.add_argument("--out", type=Path, required=True)
    rendering.set_defaults(run=_render)
    bundling = commands.add_parser("bundle", help="a blind listening test in a folder, for any browser")
    bundle_command.add_arguments(bundling)
    bundling.set_defaults(run=_bundle)
    analysing = commands.add_parser("analyse", help="statistics of the votes of a listening test")
    analysing.add_argument("files", type=Path, nargs="+", metavar="FILE", help="votes, a line of JSON each")
    analysing.add_argument(
        "--key", type=Path, nargs="+", default=[], help="of the bundles whose results the files are"
    )
    analysing.add_argument("--json", action="store_true", help="print one JSON object")
    analysing.add_argument("--seed", type=int, default=0, help="of the resamples behind the intervals")
    analysing.set_defaults(run=_analyse)
    for command in (sampling, rendering, bundling):
        command.add_argument("--tempo", type=float, default=100.0, help="quarter notes a minute")
        command.add_argument("--program", type=int, default=0, help="General MIDI instrument, 0 … 127")
    for command in (listing, sampling, scoring, bundling, analysing):
        command.add_argument(
            "--checkpoints", type=Path, default=CHECKPOINTS, help="folder of the checkpoints"
        )
    return parser


def _list(options: argparse.Namespace) -> None:
    names = available(options.checkpoints)
    if not names:
        raise InvalidValueError(
            f"there is no checkpoint in {options.checkpoints}: fit one with python -m training"
        )
    problems = []
    for name in names:
        try:
            card = read_card(name, options.checkpoints)
        except CheckpointError as error:
            problems.append(str(error))
            continue
        metrics = card.metrics.get("test", {})
        figures = ", ".join(f"{key} {value:.3f}" for key, value in metrics.items() if "_per_" in key)
        print(f"{name:24} {card.num_units} {card.cell} units, {card.corpus.title}; test: {figures}")
    if problems:
        raise CheckpointError("; ".join(problems))


def _num_frames(options: argparse.Namespace, checkpoint: Checkpoint) -> int:
    frames_per_second = getattr(checkpoint.representation, "frames_per_second", None)
    if options.seconds is None and options.frames is None:
        return DEFAULT_FRAMES if frames_per_second is None else round(DEFAULT_SECONDS * frames_per_second)
    if options.seconds is None:
        return options.frames
    if frames_per_second is None or options.frames is not None:
        raise InvalidValueError("say --frames for music; for speech either --frames or --seconds, not both")
    if not 0 < options.seconds < MAX_FRAMES / frames_per_second:
        longest = MAX_FRAMES / frames_per_second
        raise InvalidValueError(f"--seconds {options.seconds:g} must be above 0 and below {longest:g}")
    return max(1, round(options.seconds * frames_per_second))


def _out_suffix(out: Path, allowed: tuple[str, ...]) -> str:
    """How the name of the file to be written ends; asked before any work is done."""
    suffix = out.suffix.lower()
    if suffix not in allowed:
        raise InvalidValueError(f"--out {out} must end in {' or '.join(allowed)}")
    if not out.parent.is_dir():
        raise InvalidValueError(f"the folder {out.parent} does not exist: make it first")
    return suffix


def _sample(options: argparse.Namespace) -> None:
    suffix = _out_suffix(options.out, (*MIDI_SUFFIXES, ".wav"))
    checkpoint = load(options.checkpoint, options.checkpoints)
    representation = checkpoint.representation
    performance = Performance(options.tempo, options.program)
    choices = SamplingOptions(_num_frames(options, checkpoint), options.seed, options.temperature)
    prime = read_piece(options.prime, representation) if options.prime else None
    if prime and prime.report:
        print(prime.report, file=sys.stderr)
    drawn = torch.stack(list(sample(checkpoint.model, choices, prime and prime.frames)))
    frames = torch.cat([prime.frames, drawn]) if prime else drawn
    if suffix in MIDI_SUFFIXES:
        write_whole(options.out, perform_midi(frames, representation, performance))
    else:
        playback = perform(frames, representation, performance)
        write_whole(options.out, wav_bytes(playback.audio))
        for message in playback.messages:
            print(message, file=sys.stderr)
    how = f"seed {choices.seed}, temperature {choices.temperature:g}"
    print(f"wrote {options.out}: {len(drawn)} frames sampled, {how}")


def _score(options: argparse.Namespace) -> None:
    for line in score_lines(options, lambda text: print(text, file=sys.stderr)):
        print(line)


def _render(options: argparse.Namespace) -> None:
    _out_suffix(options.out, (".wav",))
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


def _bundle(options: argparse.Namespace) -> None:
    for line in bundle_command.bundle_lines(options, lambda text: print(text, file=sys.stderr)):
        print(line)


def _analyse(options: argparse.Namespace) -> None:
    if options.seed < 0:
        raise InvalidValueError(f"--seed {options.seed} must be 0 or more")
    votes = read_vote_files(options.files, [read_key(path) for path in options.key])
    analysis = analyse(votes.records, held_out_nats(options.checkpoints), options.seed)
    print(json.dumps(dataclasses.asdict(analysis)) if options.json else analysis_text(analysis))
    for problem in votes.problems:
        print(problem, file=sys.stderr)
    if count := len(votes.problems):
        ending = "s" * (count > 1)
        what = f"line{ending}" if len(options.files) == 1 else f"line{ending} or file{ending}"
        raise InvalidValueError(f"{count} {what} left out; the figures are of the others")


if __name__ == "__main__":
    sys.exit(main())
