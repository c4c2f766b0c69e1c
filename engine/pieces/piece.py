"""Piece: frames from a file, to be continued by a draw or to be scored.

Conventions
    frames   float32, shape (time, event), in the representation of the model that will read them
    report   what was left out of the file, in one sentence; empty if nothing was
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

from jaxtyping import Float32
from torch import Tensor

from engine.errors import UnreadableFileError
from engine.notes import BEGINNING_BYTES, is_midi, read_notes, read_strange_notes
from engine.representations import REPRESENTATIONS, PianoRoll, Representation, Waveform
from engine.sound import read_audio, read_strange_audio

MIDI_SUFFIXES = PianoRoll.facts.suffixes


@dataclass(frozen=True)
class Piece:
    """Frames that were read from a file."""

    frames: Float32[Tensor, "time event"]
    report: str


def read_piece(
    path: Path, representation: Representation, longest: float | None = None, is_ours: bool = False
) -> Piece:
    """Read a MIDI or sound file, whichever the representation means.

    Args:
        longest: seconds of a sound after which no more is read; None to refuse what is very long.
        is_ours: whether the file came with Earshot; others' are read in a process of their own, see
            engine/confined.py.

    Raises:
        UnreadableFileError: the file is not what it should be, or holds not even one frame.
    """
    piece = READERS[representation.name](path, representation, longest, is_ours)
    if len(piece.frames) == 0:
        raise UnreadableFileError(f"{path.name} is shorter than one frame: give a longer one")
    return piece


def read_prime(
    path: Path,
    representation: Representation,
    played_semitones: int,
    mean_pitch: float | None,
    is_ours: bool = False,
) -> Piece:
    """A file for a model to go on from, at the height of the model's corpus.

    Where a corpus is played at another height than it is written, a file may stand at either: a shipped
    excerpt as the corpus is written, a draw that was taken home as it was heard. Whichever brings the file
    nearer to the corpus is believed.

    Args:
        played_semitones: added to the corpus's pitches for ears.
        mean_pitch: of the corpus; None: every file stands as it is written.
        is_ours: as for ``read_piece``.

    Raises:
        UnreadableFileError: as ``read_piece``.
    """
    if not played_semitones or mean_pitch is None:
        return read_piece(path, representation, is_ours=is_ours)
    as_heard = replace(representation, lowest_pitch=representation.lowest_pitch + played_semitones)
    pieces, problems = [], []
    for roll in (representation, as_heard):
        try:
            pieces.append(read_piece(path, roll, is_ours=is_ours))
        except UnreadableFileError as error:  # perhaps no note is left at this height
            problems.append(error)
    if not pieces:
        raise problems[0]
    return min(pieces, key=lambda piece: _away(piece, representation, mean_pitch))


def _away(piece: Piece, representation: Representation, mean_pitch: float) -> float:
    height = representation.mean_pitch(piece.frames)
    return inf if height is None else abs(height - mean_pitch)


def _read_roll(path: Path, representation: Representation, longest: float | None, is_ours: bool) -> Piece:
    encoded = representation.encode(read_notes(path) if is_ours else read_strange_notes(path))
    report = encoded.report
    is_whole = report.num_kept == report.num_notes and report.num_drum_notes == 0
    return Piece(encoded.frames, "" if is_whole else report.describe())


def _read_waveform(path: Path, representation: Representation, longest: float | None, is_ours: bool) -> Piece:
    cut = {} if longest is None else {"max_seconds": longest, "is_cut": True}
    try:
        if is_ours:
            audio = read_audio(path, **cut)
        else:
            audio = read_strange_audio(path, sample_rate=representation.sample_rate, **cut)
        return Piece(representation.encode(audio), "")
    except UnreadableFileError:
        if holds_midi(path):
            raise UnreadableFileError(
                f"{path.name} holds notes, and this is a model of speech: give a recording"
            ) from None
        raise


def representation_of(path: Path) -> str:
    """The name of the representation that a file is for: by how it begins, else by its ending."""
    if holds_midi(path):
        return PianoRoll.name
    by_ending = (name for name, kind in REPRESENTATIONS.items() if path.suffix.lower() in kind.facts.suffixes)
    return next(by_ending, Waveform.name)


def holds_midi(path: Path) -> bool:
    """Whether a file is one of MIDI, whatever its name says; not of one that cannot be read."""
    try:
        with path.open("rb") as file:
            return is_midi(file.read(BEGINNING_BYTES))
    except OSError:
        return False  # whoever reads it says what is wrong


READERS: dict[str, Callable[[Path, Representation, float | None, bool], Piece]] = {
    PianoRoll.name: _read_roll,
    Waveform.name: _read_waveform,
}
