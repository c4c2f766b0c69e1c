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
from engine.notes import MIDI_START_BYTES, is_midi, read_notes, read_untrusted_notes
from engine.representations import REPRESENTATIONS, PianoRoll, Representation, Waveform
from engine.sound import read_audio, read_untrusted_audio

MIDI_SUFFIXES = PianoRoll.facts.suffixes


@dataclass(frozen=True)
class Piece:
    """Frames that were read from a file, see Conventions."""

    frames: Float32[Tensor, "time event"]
    report: str


def read_piece(
    path: Path, representation: Representation, longest: float | None = None, is_ours: bool = False
) -> Piece:
    """Read a MIDI or sound file, whichever the representation is for.

    Args:
        longest: seconds of sound after which reading stops; None to refuse very long sounds instead.
        is_ours: whether the file came with Earshot; any other file is read in a separate process, see
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
    """A file for a model to continue, at the pitch of the model's corpus.

    If a corpus is played higher or lower than it is written, a file may be at either pitch: a shipped excerpt
    as the corpus is written, a downloaded draw as it was heard. The pitch that brings the file nearer to the
    corpus is taken.

    Args:
        played_semitones: semitones added to the corpus's pitches when it is played.
        mean_pitch: mean MIDI number of the corpus as written; None takes every file as it is written.
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
    """Semitones from a piece's mean pitch to ``mean_pitch``; infinity for a silent piece."""
    height = representation.mean_pitch(piece.frames)
    return inf if height is None else abs(height - mean_pitch)


def _read_roll(path: Path, representation: Representation, longest: float | None, is_ours: bool) -> Piece:
    encoded = representation.encode(read_notes(path) if is_ours else read_untrusted_notes(path))
    report = encoded.report
    is_whole = report.num_kept == report.num_notes and report.num_drum_notes == 0
    return Piece(encoded.frames, "" if is_whole else report.describe())


def _read_waveform(path: Path, representation: Representation, longest: float | None, is_ours: bool) -> Piece:
    cut = {} if longest is None else {"max_seconds": longest, "is_cut": True}
    try:
        if is_ours:
            audio = read_audio(path, **cut)
        else:
            audio = read_untrusted_audio(path, sample_rate=representation.sample_rate, **cut)
        return Piece(representation.encode(audio), "")
    except UnreadableFileError:
        if holds_midi(path):
            raise UnreadableFileError(
                f"{path.name} holds notes, and this is a model of speech: give a recording"
            ) from None
        raise


def representation_of(path: Path) -> str:
    """The name of the representation that a file is for: by its first bytes, else by its suffix."""
    if holds_midi(path):
        return PianoRoll.name
    by_suffix = (name for name, kind in REPRESENTATIONS.items() if path.suffix.lower() in kind.facts.suffixes)
    return next(by_suffix, Waveform.name)


def holds_midi(path: Path) -> bool:
    """Whether a file is a MIDI file, whatever its name says; False if it cannot be read."""
    try:
        with path.open("rb") as file:
            return is_midi(file.read(MIDI_START_BYTES))
    except OSError:
        return False  # the code that reads it says what is wrong


READERS: dict[str, Callable[[Path, Representation, float | None, bool], Piece]] = {
    PianoRoll.name: _read_roll,
    Waveform.name: _read_waveform,
}
