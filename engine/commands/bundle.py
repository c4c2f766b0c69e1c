"""The command ``bundle``: makes a listening test in a folder from models and excerpts."""

import argparse
import secrets
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from torch import Tensor

from engine.checkpoints import Checkpoint, load
from engine.command_line import add_checkpoints
from engine.commands.arguments import add_performance
from engine.errors import InvalidValueError
from engine.listening import (
    ANCHOR,
    ANYBODY,
    REAL,
    TASKS,
    BundlePlan,
    Session,
    TestDesign,
    check_place,
    key_path,
    new_id,
    shared_representation,
    write_bundle,
)
from engine.pieces import excerpts, read_prime
from engine.rendering import Performance
from engine.representations import Representation, are_alike
from engine.sampling import MAX_SEED, SamplingOptions

PRIME_DIVISOR = 3  # the prime is a third of a clip, unless another length is asked for
DEFAULT_CLIP_SECONDS = 40.0  # or the length of the shortest excerpt, if that is less
MIN_EXCERPT_FRAMES = 6


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    command.add_argument("names", nargs="+", metavar="CHECKPOINT", help="models of one corpus")
    command.add_argument("--out", type=Path, required=True, help="a new folder; DIR.key.json is written too")
    command.add_argument("--task", choices=TASKS, default=next(iter(TASKS)), help="what is asked")
    command.add_argument("--trials", type=int, help="how many, fixed before the start")
    command.add_argument("--with-real", action="store_true", help="hide the real excerpt among the models")
    command.add_argument("--with-anchor", action="store_true", help="hide a low anchor among them")
    command.add_argument(
        "--prime",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="your own excerpts, MIDI or sound, that clips begin with; the shipped ones if none is named",
    )
    command.add_argument("--prime-frames", type=int, help="how much of an excerpt a clip begins with")
    command.add_argument("--frames", type=int, help="frames that follow, by a model or the excerpt itself")
    command.add_argument("--temperature", type=float, default=1.0)
    command.add_argument(
        "--seed", type=int, help="makes the same sounds again; keep it secret, as it tells whose they are"
    )
    add_performance(command)
    add_checkpoints(command)


def run(options: argparse.Namespace) -> None:
    """Write the bundle, and say where it and its key lie.

    Raises:
        EngineError: see ``bundle_lines``.
    """
    for line in bundle_lines(options, lambda text: print(text, file=sys.stderr)):
        print(line)


def bundle_lines(options: argparse.Namespace, note: Callable[[str], None]) -> list[str]:
    """Write the bundle; returns the lines to be printed.

    Args:
        options: the parsed arguments of ``add_arguments``.
        note: called with a line of text on how far the work is.

    Raises:
        EngineError: something asked for is not possible, or the disk refuses.
    """
    out = Path(options.out)
    check_place(out)
    Performance(options.tempo, options.program)  # refuses what cannot be played
    SamplingOptions(1, 0, options.temperature)
    design = _design(options)
    checkpoints = _checkpoints(options.names, options.checkpoints)
    plan = _plan(options, design, checkpoints, note)
    key = write_bundle(out, plan, note)
    seconds = key.trials[0].seconds
    size = sum(path.stat().st_size for path in out.rglob("*")) / 1e6
    return [
        f"wrote {out}: {len(key.trials)} trials, {seconds:.1f} s a clip, {size:.0f} MB; open its index.html",
        f"wrote {key_path(out)}: keep it to yourself, it says whose the clips are (seed {design.seed})",
        f"the answers that listeners send: python -m engine analyse RESULTS… --key {key_path(out)}",
    ]


def _design(options: argparse.Namespace) -> TestDesign:
    seed = secrets.randbelow(MAX_SEED) if options.seed is None else options.seed
    if not 0 <= seed <= MAX_SEED:
        raise InvalidValueError(f"--seed {seed} must be between 0 and {MAX_SEED}")
    beside = ((REAL, options.with_real), (ANCHOR, options.with_anchor))
    sources = (*options.names, *(name for name, wanted in beside if wanted))
    trials = TASKS[options.task].num_trials if options.trials is None else options.trials
    return TestDesign(options.task, sources, trials, seed)


def _checkpoints(names: list[str], folder: Path) -> dict[str, Checkpoint]:
    """The models by name; raises InvalidValueError unless they share a corpus and their frames are alike."""
    checkpoints = {name: load(name, folder) for name in names}
    first, *further = checkpoints.values()
    for checkpoint in further:
        if checkpoint.card.corpus.name != first.card.corpus.name:
            raise InvalidValueError(
                f"{first.card.name} was fitted on {first.card.corpus.name} and {checkpoint.card.name} on "
                f"{checkpoint.card.corpus.name}: choose models of one corpus"
            )
        if not are_alike(checkpoint.representation, first.representation):
            raise InvalidValueError(
                f"the frames of {first.card.name} and {checkpoint.card.name} are not alike (rate, range or "
                "grid differ), so their clips cannot be compared: choose others"
            )
    return checkpoints


def _plan(
    options: argparse.Namespace,
    design: TestDesign,
    checkpoints: Mapping[str, Checkpoint],
    note: Callable[[str], None],
) -> BundlePlan:
    representation = shared_representation(checkpoints)
    first = next(
        checkpoint for checkpoint in checkpoints.values() if checkpoint.representation == representation
    )
    pieces = _pieces(options.prime, first, note)
    num_prime, num_frames = _lengths(options, pieces, representation)
    session = Session.planned(
        design,
        list(pieces),
        test_id=new_id(),
        listener=ANYBODY,
        corpus=first.card.corpus.name,
        num_prime_frames=num_prime,
        num_frames=num_frames,
        temperature=options.temperature,
        quarters_per_minute=options.tempo,
        program=options.program,
        played_semitones=first.card.corpus.played_semitones,
    )
    return BundlePlan(session, checkpoints, pieces, _origin(first))


def _pieces(files: list[Path], first: Checkpoint, note: Callable[[str], None]) -> dict[str, Tensor]:
    """File name -> frames of each excerpt: of ``files``, or of those shipped for the corpus."""
    kind, corpus = first.representation.name, first.card.corpus.name
    shipped = [excerpt.path for excerpt in excerpts() if excerpt.corpus == corpus and excerpt.kind == kind]
    paths = files or shipped
    if not paths:
        raise InvalidValueError(
            f"no excerpts of {corpus} are shipped: name some of your own with --prime FILE …"
        )
    pieces = {path.name: _read(path, first, note) for path in paths}
    if len(pieces) < len(paths):
        raise InvalidValueError("two of the excerpts have the same name: rename one")
    for name, frames in pieces.items():
        if len(frames) < MIN_EXCERPT_FRAMES:
            raise InvalidValueError(
                f"{name} is too short: it has {len(frames)} frames, and at least {MIN_EXCERPT_FRAMES} are "
                "needed"
            )
    return pieces


def _read(path: Path, first: Checkpoint, note: Callable[[str], None]) -> Tensor:
    corpus = first.card.corpus
    piece = read_prime(path, first.representation, corpus.played_semitones, corpus.mean_pitch)
    if piece.report:
        note(f"{path.name}: {piece.report}")
    return piece.frames


def _lengths(
    options: argparse.Namespace, pieces: Mapping[str, Tensor], representation: Representation
) -> tuple[int, int]:
    """Frames that clips begin with, and frames that follow; InvalidValueError if an excerpt has fewer."""
    per_second = 1 / representation.frame_seconds(options.tempo)
    shortest = min(pieces, key=lambda name: len(pieces[name]))
    length = len(pieces[shortest])
    usual = max(MIN_EXCERPT_FRAMES, min(length, round(DEFAULT_CLIP_SECONDS * per_second)))
    num_prime = usual // PRIME_DIVISOR if options.prime_frames is None else options.prime_frames
    num_frames = max(1, usual - num_prime) if options.frames is None else options.frames
    if num_prime < 0 or num_frames < 1:
        raise InvalidValueError(
            f"--prime-frames {num_prime} must be 0 or more and --frames {num_frames} above 0"
        )
    if num_prime + num_frames > length:
        raise InvalidValueError(
            f"{shortest} is too short: it has {length} frames, and {num_prime} to begin with and "
            f"{num_frames} to compare were asked for; every excerpt must be as long as a clip"
        )
    return num_prime, num_frames


def _origin(checkpoint: Checkpoint) -> str:
    """Whom to name as the source of the clips, and the licence."""
    facts = checkpoint.card.corpus
    return f"After {facts.title}: {facts.citation} ({facts.homepage}). Licence: {facts.licence}."
