"""What is measured of pieces, on made-up pieces whose figures are known."""

import numpy as np
import pytest

from training.draws.music import faults, harmony, returns
from training.draws.music.harmony import Key

LOWEST = 21  # MIDI number of the first pitch
C4 = 60 - LOWEST


def roll_of(*frames: tuple[int, ...], times: int = 1) -> np.ndarray:
    """Frames of notes, each as semitones above middle C; every frame comes ``times`` times in a row."""
    roll = np.zeros((len(frames) * times, 88), dtype=bool)
    for place in range(len(roll)):
        roll[place, [C4 + note for note in frames[place // times]]] = True
    return roll


SCALE = roll_of(*((note,) for note in (0, 2, 4, 5, 7, 9, 11, 12)))
C, F, G, AM = (0, 4, 7), (5, 9, 12), (7, 11, 14), (9, 12, 16)


def test_a_runaway_has_eight_frames_in_a_row_that_are_too_full():
    quiet, full = roll_of((0, 4)), np.zeros((7, 88), dtype=bool)
    full[:, :7] = True
    assert faults.most_notes([quiet, full]) == 7 and faults.most_notes([]) == 0
    assert not faults.has_runaway(np.concatenate((full, quiet, full)), 4)
    assert faults.has_runaway(np.concatenate((quiet, full, full)), 4)
    assert not faults.has_runaway(np.concatenate((full, full)), 5), "7 notes are no more than 1.5 times 5"


def test_a_standstill_is_32_equal_frames_silent_ones_too():
    for frame in ((0, 4, 7), ()):
        assert not faults.has_standstill(np.concatenate((SCALE, roll_of(frame, times=31), SCALE)))
        assert faults.has_standstill(np.concatenate((SCALE, roll_of(frame, times=32), SCALE)))


def test_silence_and_notes_by_quarter():
    roll = np.concatenate((roll_of((0, 4)), roll_of((), times=2), roll_of((0, 4, 7))))
    assert faults.silent_share(roll) == 0.5
    assert faults.notes_by_quarter(roll) == [2, 0, 0, 3]


@pytest.mark.parametrize("shift", [0, 3, -5])
def test_the_key_of_a_piece_moves_with_it(shift):
    major = np.roll(np.concatenate((SCALE, roll_of(C, G, C, F, C))), shift, 1)
    minor = np.roll(roll_of((-3, 0, 4), (-4, -1, 4), (-3, 0, 4), (2, 5, 9), (-3, 0, 4)), shift, 1)
    assert harmony.key_of(major, LOWEST) == Key(shift % 12, True)
    assert harmony.key_of(minor, LOWEST) == Key((9 + shift) % 12, False)
    assert harmony.outside_share(major, LOWEST) == harmony.outside_share(minor, LOWEST) == 0


def test_silence_has_no_key():
    assert harmony.key_of(np.zeros((4, 88), dtype=bool), LOWEST) is None
    assert harmony.outside_share(np.zeros((4, 88), dtype=bool), LOWEST) == 0
    assert not harmony.ends_on_tonic(np.zeros((4, 88), dtype=bool), LOWEST)


def test_notes_outside_the_scale_are_counted():
    piece = np.concatenate((SCALE, SCALE, SCALE, roll_of((6,))))
    assert harmony.outside_share(piece, LOWEST) == pytest.approx(1 / 25)


def test_a_cadence_falls_by_a_fifth_into_a_triad_that_stays():
    assert harmony.cadences(roll_of(F, G, C, C), LOWEST) == 1
    assert harmony.cadences(roll_of(F, (*G, 17), C, C), LOWEST) == 1, "with its seventh"
    assert harmony.cadences(roll_of(F, G, C, F, F), LOWEST) == 1, "C falls to F; G to a C that does not stay"
    assert harmony.cadences(roll_of(F, (7, 10, 14), C, C), LOWEST) == 0, "a minor chord leads nowhere"
    assert harmony.cadences(roll_of(F, F, C, C), LOWEST) == 0


def test_chords_that_rest():
    assert harmony.resting_share(roll_of(C, C, G, AM, AM, (0, 5), (0, 5)), LOWEST) == pytest.approx(4 / 7)


def test_parallels_are_those_of_voices_that_move_together_at_an_octave_or_a_fifth():
    moves = {
        "fifths": ((0, 7), (2, 9)), "octaves": ((0, 12), (2, 14)), "twelfths": ((0, 19), (-2, 17)),
        "fourths": ((0, 5), (2, 7)), "thirds": ((0, 4), (2, 6)), "held": ((0, 7), (0, 7)),
        "hidden": ((0, 4), (2, 9)), "other number": ((0, 7), (2, 9, 14)),
    }  # fmt: skip
    shares = {name: harmony.parallel_share([roll_of(*frames)]) for name, frames in moves.items()}
    assert {name for name, share in shares.items() if share == 1} == {"fifths", "octaves", "twelfths"}
    assert sum(shares.values()) == 3
    assert harmony.parallel_share([roll_of((0, 7), (2, 9), (4, 9), (5, 11))]) == pytest.approx(1 / 3)


def test_leaps_are_moves_of_the_highest_voice_by_more_than_a_fifth():
    assert harmony.leap_share([roll_of((0,), (7,), (7,), (-1,), (2,))]) == pytest.approx(1 / 3)
    assert harmony.leap_share([roll_of((0,))]) == 0


def test_how_a_piece_ends():
    assert harmony.ends_on_tonic(np.concatenate((SCALE, roll_of(G, C))), LOWEST)
    assert not harmony.ends_on_tonic(np.concatenate((SCALE, roll_of(C, G))), LOWEST)
    assert harmony.last_chord_frames(roll_of(C, G, G, G)) == 3
    assert harmony.last_chord_frames(roll_of(C, times=5)) == 5


def test_runs_that_were_heard_before_count_with_their_last_frame():
    assert returns.repeated_share(SCALE, 3) == 0
    assert returns.repeated_share(np.concatenate((SCALE, SCALE)), 3) == pytest.approx(6 / 16)
    assert returns.repeated_share(roll_of(C, times=6), 3) == pytest.approx(3 / 6)


def test_notes_in_common_with_frames_before():
    turns = roll_of(C, G, C, G, C)
    assert returns.similarity(turns, 2) == 1
    assert returns.similarity(turns, 1) == pytest.approx(1 / 5), "one note of five"
    assert returns.similarity(turns, 5) is None


def test_the_beat_is_where_notes_begin():
    assert returns.beat_power(roll_of(C, G, F, AM, times=2)) == 1
    assert returns.beat_power(roll_of(*((note,) for note in range(8)))) == 0
    assert returns.beat_power(np.zeros((3, 88), dtype=bool)) == 0


def test_runs_shared_with_training_pieces():
    train = [SCALE, roll_of(C, F, G, C)]
    assert returns.shared_frames([SCALE[2:7], roll_of(F, G, AM), roll_of((30,))], train) == [5, 2, 0]
    moved = np.roll(SCALE[1:6], 4, 1)
    assert returns.shared_frames([moved], train)[0] < 5 == returns.shared_melody([moved], train)[0]
    assert returns.shared_frames([SCALE], []) == [0]
