"""The command ``score``: how likely one, several or all models find a file, as lines to be printed.

If one model is named, its figures are printed. If several are named, or none (then all of that kind), a table
is printed, in groups of models whose figures can be compared, the best model of each group first.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from engine.checkpoints import available, load, read_cards
from engine.command_line import add_checkpoints
from engine.errors import EngineError, InvalidValueError
from engine.pieces import Piece, read_piece, representation_of
from engine.representations import Representation
from engine.scoring import Judgement, ScoredFile, ranked


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    command.add_argument(
        "words",
        nargs="+",
        metavar="FILE_OR_CHECKPOINT",
        help="a MIDI or sound file, and the models; all that are for such a file if none is named",
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.add_argument(
        "--per-frame",
        action="store_true",
        help="with --json: lists of each frame's nats and, for sound, of its bits per sample",
    )
    add_checkpoints(command)


def run(options: argparse.Namespace) -> None:
    """Print the figures of one model, or a table of several.

    Raises:
        EngineError: see ``score_lines``.
    """
    for line in score_lines(options, lambda text: print(text, file=sys.stderr)):
        print(line)


def score_lines(options: argparse.Namespace, report: Callable[[str], None]) -> Iterator[str]:
    """The lines that are printed.

    Args:
        options: the parsed arguments of ``add_arguments``.
        report: called with a line of text: what was left out of the file, and which model is at work.

    Raises:
        EngineError: the file or a named model cannot be used, or no model is there for such a file; without
            --json also, after the table, if models that were not named could not be used.
    """
    if options.per_frame and not options.json:
        raise InvalidValueError("--per-frame needs --json: a list of all frames is for programs")
    file, names = file_and_names(options.words, options.checkpoints)
    scored = _scored_file(file, options.checkpoints, report)
    if len(names) == 1:
        figures = scored.ask(names[0]).judgement().figures(options.per_frame)
        yield from [json.dumps(figures)] if options.json else _figure_lines(figures)
        return
    judgements, problems = _judge_all(scored, names, options.checkpoints, report)
    if options.json:
        models = [
            {"checkpoint": judgement.card.name, "frame": judgement.representation.frame_unit}
            | judgement.figures(options.per_frame)
            for group in ranked(judgements)
            for judgement in group
        ]
        yield json.dumps({"file": file.name, "models": models, "problems": problems})
    else:
        yield from _table_lines(judgements)
    if problems and not options.json:
        raise EngineError("; ".join(problems))


def file_and_names(words: list[str], folder: Path) -> tuple[Path, list[str]]:
    """The file among the words, at any place, and the models: ``score MODEL FILE`` is understood too.

    Raises:
        InvalidValueError: all words are names of models.
    """
    known = available(folder)
    unknown = [word for word in words if word not in known]
    there = [word for word in unknown if Path(word).is_file()]
    if len(set(there)) > 1:
        raise InvalidValueError(f"score takes one file, not {len(there)}: run it once for each")
    named = [word for word in unknown if Path(word).suffix]  # like a file
    files = there or named[:1] or unknown[-1:]  # the last two are then said to be missing
    if not files:
        raise InvalidValueError("name the file that is to be scored: score FILE [CHECKPOINT …]")
    names = list(words)
    names.remove(files[0])
    if len(set(names)) != len(names):
        raise InvalidValueError("name each model only once")
    return Path(files[0]), names


def _scored_file(file: Path, folder: Path, report: Callable[[str], None]) -> ScoredFile:
    """The file to be asked about; ``report`` gets what is left out of it, once for each kind of frame."""

    def read(path: Path, representation: Representation) -> Piece:
        piece = read_piece(path, representation)
        if piece.report:
            report(piece.report)
        return piece

    return ScoredFile(file, lambda name: load(name, folder), read)


def _judge_all(
    scored: ScoredFile, names: list[str], folder: Path, report: Callable[[str], None]
) -> tuple[list[Judgement], list[str]]:
    """All judgements, and a sentence for each model that fails; a named model that fails raises its error."""
    chosen, problems = (names, []) if names else _of_kind(representation_of(scored.file), folder)
    judgements = []
    for number, name in enumerate(chosen, 1):
        report(f"{number} of {len(chosen)}: {name}")
        try:
            judgements.append(scored.ask(name).judgement())
        except EngineError as error:
            if names:
                raise
            problems.append(str(error))
    if not judgements:
        raise EngineError(problems[0] if problems else "there is no model for such a file: fit one first")
    return judgements, list(dict.fromkeys(problems))


def _of_kind(representation_name: str, folder: Path) -> tuple[list[str], list[str]]:
    """The names of models for this kind of frame, and a sentence for each card that cannot be read."""
    cards, problems = read_cards(folder)
    return [name for name, card in cards.items() if card.representation_name == representation_name], [
        *problems.values()
    ]


def _figure_lines(figures: dict[str, Any]) -> Iterator[str]:
    for key, value in figures.items():
        yield f"{key:22} {value:.4f}" if isinstance(value, float) else f"{key:22} {value}"


def _table_lines(judgements: list[Judgement]) -> Iterator[str]:
    """A line for each model, the groups under headings."""
    for group in ranked(judgements):
        facts = group[0].representation.facts
        yield f"{facts.figure_words}; {group[0].extent}"
        for judgement in group:
            shift = f"  {judgement.surprise.transposed_semitones:+d} semitones" if judgement.is_music else ""
            yield f"  {judgement.card.name:32} {judgement.figures()[facts.figure]:8.3f}{shift}"
