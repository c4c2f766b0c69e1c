"""The grid: boundaries by hand, exact fractions, and back again."""

from fractions import Fraction
from math import floor

import pytest
import torch

from engine.errors import InvalidValueError, UnreadableFileError
from engine.notes.midi_file import read_notes
from engine.notes.notes import Note, Notes
from engine.registry import build
from engine.representations import REPRESENTATIONS
from engine.representations.piano_roll import MAX_ROLL_FRAMES, PianoRoll
from tests.engine.notes.raw_midi import meta, midi_file, note, tempo

QUARTERS = PianoRoll(21, 88, 1)
EIGHTHS = PianoRoll(21, 88, 2)


def random_roll(seed: int, num_frames: int = 24, density: float = 0.2) -> torch.Tensor:
    rng = torch.Generator().manual_seed(seed)
    frames = (torch.rand(num_frames, 88, generator=rng) < density).float()
    frames[: seed % 5] = 0  # leading rests
    frames[-1, 40] = 1  # the last frame ends with the last note
    return frames


def sounding(frames: torch.Tensor) -> set[tuple[int, int]]:
    return {(time, column + 21) for time, column in frames.nonzero().tolist()}


def test_boundaries_by_hand():
    """120 ticks a quarter. 59 -> line 0, 60 -> 1 (half up), 179 -> 1, 180 -> 2, 300 -> 3 (2.5 up)."""
    music = Notes(120, (Note(59, 179, 60), Note(60, 180, 62), Note(180, 300, 64)))
    assert sounding(QUARTERS.encode(music).frames) == {(0, 60), (1, 62), (2, 64)}
    assert sounding(EIGHTHS.encode(music).frames) == {(1, 60), (2, 60), (1, 62), (2, 62), (3, 64), (4, 64)}


def test_a_note_of_no_frame_is_left_out_and_counted():
    music = Notes(
        100, (Note(0, 100, 60), Note(50, 149, 61), Note(150, 249, 62), Note(0, 100, 20), Note(0, 9, 109)), 7
    )
    encoded = QUARTERS.encode(music)
    assert sounding(encoded.frames) == {(0, 60)}
    report = encoded.report
    assert (report.num_notes, report.num_kept, report.num_too_short) == (5, 1, 2)
    assert (report.num_out_of_range, report.num_drum_notes) == (2, 7)
    assert report.describe() == (
        "1 notes read; left out: 2 too short for a frame, 2 outside the keyboard, 7 of drums."
    )


@pytest.mark.parametrize("resolution", [1, 3, 7, 96, 221, 480, 32_767])
def test_lines_are_exact_for_any_resolution(resolution):
    """Against fractions: floats would round some ties the wrong way."""
    for roll in (QUARTERS, EIGHTHS):
        for tick in range(0, 6 * resolution, max(1, resolution // 50)):
            exact = floor(Fraction(tick * roll.frames_per_quarter, resolution) + Fraction(1, 2))
            frames = roll.encode(Notes(resolution, (Note(tick, tick + 2 * resolution, 60),))).frames
            assert int(frames[:, 39].argmax()) == exact


def test_the_grid_ignores_metre_and_tempo():
    """In 6/8 a beat is a dotted quarter; the grid stays in quarters from tick 0."""
    track = (
        meta(0x58, b"\x06\x03\x18\x08")
        + tempo(300_000)
        + note(60, 480, rest=480)
        + tempo(900_000)
        + note(62, 480)
    )
    assert sounding(QUARTERS.encode(read_notes(midi_file(track))).frames) == {(1, 60), (2, 62)}


@pytest.mark.parametrize("roll", [QUARTERS, EIGHTHS])
@pytest.mark.parametrize("seed", range(8))
def test_encode_undoes_decode(roll, seed):
    frames = random_roll(seed)
    encoded = roll.encode(roll.decode(frames))
    assert torch.equal(encoded.frames, frames)
    assert encoded.report.num_kept == encoded.report.num_notes


def test_neighbouring_frames_are_one_held_note():
    frames = torch.zeros(4, 88)
    frames[[0, 1, 3], 39] = 1
    assert EIGHTHS.decode(frames) == Notes(480, (Note(0, 480, 60), Note(720, 960, 60)))


def test_the_ends_of_the_keyboard():
    music = Notes(1, (Note(0, 1, 21), Note(1, 2, 108)))
    assert sounding(QUARTERS.encode(music).frames) == {(0, 21), (1, 108)}


def test_nothing_left_and_too_much():
    with pytest.raises(UnreadableFileError, match=r"no note is left .* 1 too short"):
        QUARTERS.encode(Notes(480, (Note(0, 100, 60),)))
    with pytest.raises(UnreadableFileError, match="20,001 frames"):
        QUARTERS.encode(Notes(1, (Note(0, MAX_ROLL_FRAMES + 1, 60),)))
    assert len(QUARTERS.encode(Notes(1, (Note(0, MAX_ROLL_FRAMES, 60),))).frames) == MAX_ROLL_FRAMES


def test_transposing_moves_every_note_or_none():
    frames = random_roll(3)
    frames[:, :2] = 0
    frames[:, -4:] = 0
    frames[5, 2] = frames[5, -5] = 1
    assert QUARTERS.transpositions(frames) == range(-2, 5)
    for semitones in QUARTERS.transpositions(frames):
        moved = QUARTERS.transpose(frames, semitones)
        assert sounding(moved) == {(time, pitch + semitones) for time, pitch in sounding(frames)}
    for semitones in (-3, 5):
        with pytest.raises(InvalidValueError, match="from -2 to 4"):
            QUARTERS.transpose(frames, semitones)


def test_a_silent_roll_may_stay_where_it_is():
    assert 0 in QUARTERS.transpositions(torch.zeros(3, 88))
    assert QUARTERS.decode(torch.zeros(3, 88)).notes == ()
    assert QUARTERS.decode(torch.zeros(0, 88)).notes == ()


def test_frames_that_are_no_roll_are_refused():
    with pytest.raises(InvalidValueError, match="probabilities"):
        QUARTERS.decode(torch.full((2, 88), 0.5))
    with pytest.raises(InvalidValueError, match="88 pitches"):
        QUARTERS.decode(torch.zeros(2, 87))


def test_spec_and_words():
    roll = build("representation", REPRESENTATIONS, EIGHTHS.spec)
    assert roll == EIGHTHS
    assert (roll.frame_size, roll.context_frames, roll.frame_unit) == (88, 1, "an eighth note")
    assert roll.frame_seconds(120.0) == 0.25
    assert QUARTERS.frame_seconds(120.0) == 0.5


@pytest.mark.parametrize("numbers", [(-1, 88, 1), (21, 0, 1), (41, 88, 1), (21, 88, 0), (21, 88, 3)])
def test_impossible_rolls_are_refused(numbers):
    with pytest.raises(InvalidValueError, match=r"MIDI pitches|quarter note"):
        PianoRoll(*numbers)
