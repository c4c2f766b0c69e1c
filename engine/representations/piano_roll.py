"""Piano roll: a frame says which keys sound during one step of a grid of quarter or eighth notes.

Conventions
    frames  float32, shape (time, pitch), 1 = sounding, 0 = not; column j is pitch lowest_pitch + j

The grid starts at tick 0, and a frame lasts resolution / frames_per_quarter ticks, whatever the tempo
or metre. Onset and end of a note go to the nearest line of the grid, halves up; a note whose two ends
fall on one line is left out and counted. Rests at the start stay; the last frame ends with the last note.
A held and a repeated note look the same: read back, a pitch in neighbouring frames is one held note.
The corpora of Boulanger-Lewandowski et al. (2012) were made in this way.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float32

from engine.errors import InvalidValueError, UnreadableFileError
from engine.notes import Note, Notes
from engine.representations.representation import Facts

MAX_ROLL_FRAMES = 20_000
TICKS_PER_QUARTER = 480  # resolution of the notes that ``decode`` makes
_UNITS = {1: "a quarter note", 2: "an eighth note"}


@dataclass(frozen=True)
class EncodingReport:
    """How many notes went into the frames, and how many did not, and why.

    ``num_notes`` counts all pitched notes of the music, including those left out.
    """

    num_notes: int
    num_too_short: int
    num_out_of_range: int
    num_drum_notes: int

    @property
    def num_kept(self) -> int:
        """Notes that are in the frames."""
        return self.num_notes - self.num_too_short - self.num_out_of_range

    def describe(self) -> str:
        """The report in one sentence for a person."""
        left_out = [
            f"{count:,} {what}"
            for count, what in (
                (self.num_too_short, "too short for a frame"),
                (self.num_out_of_range, "outside the keyboard"),
                (self.num_drum_notes, "of drums"),
            )
            if count
        ]
        if not left_out:
            return f"{self.num_kept:,} notes read, none left out."
        return f"{self.num_kept:,} notes read; left out: {', '.join(left_out)}."


@dataclass(frozen=True)
class EncodedNotes:
    """Frames, and the report on how they were made."""

    frames: Float32[torch.Tensor, "time pitch"]
    report: EncodingReport


@dataclass(frozen=True)
class PianoRoll:
    """The representation of music: a grid over time and keys.

    Args:
        lowest_pitch: MIDI number of column 0; 21 is A0, the lowest key of a piano.
        num_pitches: number of keys, upwards without gap.
        frames_per_quarter: 1 (a frame is a quarter note) or 2 (an eighth note).

    Raises:
        InvalidValueError: keys outside MIDI's 0 to 127, or another frames_per_quarter.
    """

    lowest_pitch: int
    num_pitches: int
    frames_per_quarter: int

    name: ClassVar[str] = "piano_roll"
    events: ClassVar[str] = "notes"
    facts: ClassVar[Facts] = Facts(
        title="Music",
        holds_notes=True,
        suffixes=(".mid", ".midi", ".kar", ".smf", ".rmi"),
        step="frame",
        figure="nats_per_frame",
        length_unit="frames",
    )
    context_frames: ClassVar[int] = 1  # a model reads the frame before the one that it predicts

    def __post_init__(self) -> None:
        if self.lowest_pitch < 0 or self.num_pitches < 1 or self.lowest_pitch + self.num_pitches > 128:
            raise InvalidValueError(
                f"lowest_pitch={self.lowest_pitch} and num_pitches={self.num_pitches} must lie within the"
                " MIDI pitches 0 to 127; a piano has 21 and 88"
            )
        if self.frames_per_quarter not in _UNITS:
            raise InvalidValueError(
                f"frames_per_quarter={self.frames_per_quarter} must be 1 (a frame is a quarter note)"
                " or 2 (an eighth note)"
            )

    @property
    def spec(self) -> dict[str, str | int]:
        """The JSON object that the registry builds this representation from."""
        return {
            "name": self.name,
            "lowest_pitch": self.lowest_pitch,
            "num_pitches": self.num_pitches,
            "frames_per_quarter": self.frames_per_quarter,
        }

    @property
    def frame_size(self) -> int:
        """Events in a frame: the number of pitches."""
        return self.num_pitches

    @property
    def frame_unit(self) -> str:
        """What a frame lasts, ``"a quarter note"`` or ``"an eighth note"``."""
        return _UNITS[self.frames_per_quarter]

    @property
    def frames_per_unit(self) -> float:
        """Frames in one unit of the length of a draw: 1, since people ask for frames."""
        return 1.0

    def frame_seconds(self, quarters_per_minute: float) -> float:
        """How long one frame sounds at this tempo, in seconds."""
        return 60 / (quarters_per_minute * self.frames_per_quarter)

    def encode(self, music: Notes) -> EncodedNotes:
        """The frames of some notes.

        Raises:
            UnreadableFileError: no note is left, or the piece is longer than ``MAX_ROLL_FRAMES`` frames.
        """
        spans, num_too_short, num_out_of_range = [], 0, 0
        for note in music.notes:
            first, stop = self._line(note.start_tick, music), self._line(note.end_tick, music)
            column = note.pitch - self.lowest_pitch
            if not 0 <= column < self.num_pitches:
                num_out_of_range += 1
            elif first == stop:
                num_too_short += 1
            else:
                spans.append((first, stop, column))
        report = EncodingReport(len(music.notes), num_too_short, num_out_of_range, music.num_drum_notes)
        if not spans:
            raise UnreadableFileError(
                f"no note is left where a frame is {self.frame_unit}: {report.describe()}"
                " Choose another piece."
            )
        num_frames = max(stop for _, stop, _ in spans)
        if num_frames > MAX_ROLL_FRAMES:
            raise UnreadableFileError(
                f"the piece lasts {num_frames:,} frames ({self.frame_unit} each); at most "
                f"{MAX_ROLL_FRAMES:,} are read: cut it into pieces"
            )
        frames = torch.zeros(num_frames, self.num_pitches)
        for first, stop, column in spans:
            frames[first:stop, column] = 1
        return EncodedNotes(frames, report)

    def _line(self, tick: int, music: Notes) -> int:
        """The nearest line of the grid, halves up: floor(tick / ticks per frame + 1/2) in integers."""
        return (2 * tick * self.frames_per_quarter + music.resolution) // (2 * music.resolution)

    def decode(self, frames: Float32[torch.Tensor, "time pitch"]) -> Notes:
        """The notes of the frames: one for each run of a pitch. Silent frames at the end are lost.

        Raises:
            InvalidValueError: another number of pitches, or values other than 0 and 1.
        """
        self.check(frames)
        ticks_per_frame = TICKS_PER_QUARTER // self.frames_per_quarter
        notes = [
            Note(first * ticks_per_frame, stop * ticks_per_frame, self.lowest_pitch + column)
            for first, stop, column in note_spans(frames)
        ]
        return Notes(TICKS_PER_QUARTER, tuple(sorted(notes)))

    def mean_pitch(self, frames: Float32[torch.Tensor, "time pitch"]) -> float | None:
        """The mean MIDI number over all notes of all frames; None where there is no note."""
        counts = frames.double().sum(0)
        if not counts.any():
            return None
        return self.lowest_pitch + float(counts @ torch.arange(self.num_pitches).double() / counts.sum())

    def transpositions(self, frames: Float32[torch.Tensor, "time pitch"]) -> range:
        """All numbers of semitones that keep every note on the keyboard; 0 is always among them."""
        self.check(frames)
        columns = frames.any(0).nonzero().flatten().tolist() or [0, self.num_pitches - 1]
        return range(-columns[0], self.num_pitches - columns[-1])

    def transpose(
        self, frames: Float32[torch.Tensor, "time pitch"], semitones: int
    ) -> Float32[torch.Tensor, "time pitch"]:
        """The frames with ``semitones`` added to every pitch.

        Raises:
            InvalidValueError: a note would leave the keyboard.
        """
        possible = self.transpositions(frames)
        if semitones not in possible:
            raise InvalidValueError(
                f"transposed by {semitones} semitones, notes would leave the keyboard;"
                f" from {possible[0]} to {possible[-1]} they all stay"
            )
        return frames.roll(semitones, 1) if semitones else frames.clone()

    def check(self, frames: Float32[torch.Tensor, "time pitch"]) -> None:
        """Refuse frames that are not frames of this roll.

        Raises:
            InvalidValueError: another number of pitches, or values other than 0 and 1.
        """
        if frames.ndim != 2 or frames.shape[1] != self.num_pitches:
            raise InvalidValueError(
                f"frames are {tuple(frames.shape)} but must be (time, {self.num_pitches} pitches)"
            )
        if not ((frames == 0) | (frames == 1)).all():
            raise InvalidValueError("frames of a piano roll hold only 0 and 1; are these probabilities?")


def note_spans(frames: Float32[torch.Tensor, "time pitch"]) -> list[tuple[int, int, int]]:
    """Every run of a sounding pitch as (first frame, frame after the last, column), by column, then time."""
    edges = np.diff(frames.numpy() > 0, axis=0, prepend=False, append=False).T
    columns, lines = np.nonzero(edges)
    return [
        (int(first), int(stop), int(column))
        for column, first, stop in zip(columns[::2], lines[::2], lines[1::2], strict=True)
    ]
