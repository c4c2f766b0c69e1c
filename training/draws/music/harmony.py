"""Harmony and voices, in the simplest terms of the textbooks.

Conventions
    roll     bool, shape (time, pitch)
    lowest   MIDI number of its first pitch
    class    of a pitch: 0 for C to 11 for B
    key      (tonic, is_major)
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from engine.endings import MAJOR_SCALE, MINOR_SCALE, Key, best_key
from training.draws.music.faults import Roll

TRIADS = ({0, 4, 7}, {0, 3, 7})
DOMINANTS = ({0, 4, 7}, {0, 4, 7, 10}, {0, 4, 10})
PERFECT_INTERVALS = (0, 7)  # semitones between voices, octaves aside
FIFTH = 7
REST_FRAMES = 2  # least frames that a chord lasts if it "stays"
CORPUS_KEYS = (Key(0, True), Key(9, False))  # the public corpora are in C, or in a minor


def key_of(roll: Roll, lowest: int) -> Key | None:
    """The key whose profile goes best with how long each class sounds; None for a silent piece."""
    return best_key(class_weights(roll, lowest))


def class_weights(roll: Roll, lowest: int) -> np.ndarray:
    """For how many frames each class sounds, every octave counted: shape (12,)."""
    classes = (np.arange(roll.shape[1]) + lowest) % 12
    return np.bincount(classes, roll.sum(0), minlength=12)


def outside_share(roll: Roll, lowest: int) -> float:
    """Share of the notes, counted by frames, that lie outside the scale of the piece's key."""
    key, weights = key_of(roll, lowest), class_weights(roll, lowest)
    if key is None:
        return 0.0
    scale = [(key.tonic + degree) % 12 for degree in (MAJOR_SCALE if key.is_major else MINOR_SCALE)]
    return float(1 - weights[scale].sum() / weights.sum())


def chords(roll: Roll, lowest: int) -> list[tuple[int, frozenset[int], int]]:
    """Every chord in turn: the class of its bass, intervals above the bass, and frames for which it stays;
    silence has the bass -1 and no interval."""
    in_turn: list[tuple[int, frozenset[int], int]] = []
    for frame in roll:
        pitches = np.flatnonzero(frame) + lowest
        bass = int(pitches[0]) % 12 if len(pitches) else -1
        above = frozenset((pitches - pitches[0]) % 12) if len(pitches) else frozenset()
        chord = bass, frozenset(int(interval) for interval in above)
        if in_turn and in_turn[-1][:2] == chord:
            in_turn[-1] = (*chord, in_turn[-1][2] + 1)
        else:
            in_turn.append((*chord, 1))
    return in_turn


def cadences(roll: Roll, lowest: int) -> int:
    """How often a major chord, perhaps with its seventh, falls by a fifth into a triad that stays."""
    in_turn = chords(roll, lowest)
    return sum(
        set(before[1]) in DOMINANTS
        and (before[0] - after[0]) % 12 == FIFTH
        and set(after[1]) in TRIADS
        and after[2] >= REST_FRAMES
        for before, after in pairwise(in_turn)
    )


def resting_share(roll: Roll, lowest: int) -> float:
    """Share of the frames that lie in triads in root position that stay."""
    in_turn = chords(roll, lowest)
    stays = sum(length for _, above, length in in_turn if set(above) in TRIADS and length >= REST_FRAMES)
    return stays / max(1, len(roll))


def voice_steps(roll: Roll) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pairs of neighbouring frames with equally many notes, at least two: their columns from the top."""
    voices = [np.flatnonzero(frame)[::-1] for frame in roll]
    return [(before, after) for before, after in pairwise(voices) if len(before) == len(after) >= 2]


def parallel_share(rolls: Sequence[Roll]) -> float:
    """Share of the steps in which two voices an octave or a fifth apart move by the same interval."""
    steps = [step for roll in rolls for step in voice_steps(roll)]
    return sum(map(_is_parallel, steps)) / max(1, len(steps))


def _is_parallel(step: tuple[np.ndarray, np.ndarray]) -> bool:
    before, after = step
    ways = after - before
    same = (ways[:, None] == ways) & (ways != 0)
    perfect = np.isin((before[:, None] - before) % 12, PERFECT_INTERVALS)
    return bool(np.triu(same & perfect, 1).any())  # each pair once, the upper voice first


def leap_share(rolls: Sequence[Roll]) -> float:
    """Share of the moves of the highest voice that are wider than a fifth."""
    tops = [top_line(roll) for roll in rolls]
    moves = np.concatenate([np.diff(top) for top in tops if len(top) > 1] or [np.zeros(0)])
    moves = np.abs(moves[moves != 0])
    return float((moves > FIFTH).mean()) if len(moves) else 0.0


def top_line(roll: Roll) -> np.ndarray:
    """The column of the highest pitch of every frame that is not silent."""
    return np.array([int(np.flatnonzero(frame)[-1]) for frame in roll if frame.any()])


def ends_on_tonic(roll: Roll, lowest: int) -> bool:
    """Whether the bass of the piece's last chord is the tonic of its key."""
    key, sounding = key_of(roll, lowest), np.flatnonzero(roll.any(1))
    if key is None:
        return False
    return (int(np.flatnonzero(roll[sounding[-1]])[0]) + lowest) % 12 == key.tonic


def last_chord_frames(roll: Roll) -> int:
    """How many frames the last chord lasts."""
    changes = np.flatnonzero((roll[1:] != roll[:-1]).any(1))
    return len(roll) - (int(changes[-1]) + 1 if len(changes) else 0)
