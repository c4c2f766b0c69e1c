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
PERFECT = (0, 7)  # semitones between voices, but for octaves
FIFTH = 7
RESTS = 2  # frames for which a chord of rest stays at least


CORPUS_KEYS = (Key(0, True), Key(9, False))  # the public corpora are in C, or in a minor


def key_of(roll: Roll, lowest: int) -> Key | None:
    """The key whose profile goes best with how long each class sounds; None for a silent piece."""
    return best_key(class_weights(roll, lowest))


def class_weights(roll: Roll, lowest: int) -> np.ndarray:
    """For how many frames each class sounds, octaves counted by themselves: shape (12,)."""
    classes = (np.arange(roll.shape[1]) + lowest) % 12
    return np.bincount(classes, roll.sum(0), minlength=12)


def outside_share(roll: Roll, lowest: int) -> float:
    """Of all notes, by frames: those that are not in the scale of the piece's key."""
    key, weights = key_of(roll, lowest), class_weights(roll, lowest)
    if key is None:
        return 0.0
    scale = [(key.tonic + degree) % 12 for degree in (MAJOR_SCALE if key.is_major else MINOR_SCALE)]
    return float(1 - weights[scale].sum() / weights.sum())


def chords(roll: Roll, lowest: int) -> list[tuple[int, frozenset[int], int]]:
    """Bass class, classes above the bass, and frames for which it stays, of every chord in turn; silence has
    none."""
    found: list[tuple[int, frozenset[int], int]] = []
    for frame in roll:
        pitches = np.flatnonzero(frame) + lowest
        bass = int(pitches[0]) % 12 if len(pitches) else -1
        above = frozenset((pitches - pitches[0]) % 12) if len(pitches) else frozenset()
        chord = bass, frozenset(int(each) for each in above)
        if found and found[-1][:2] == chord:
            found[-1] = (*chord, found[-1][2] + 1)
        else:
            found.append((*chord, 1))
    return found


def cadences(roll: Roll, lowest: int) -> int:
    """How often a major chord, perhaps with its seventh, falls by a fifth into a triad that stays."""
    every = chords(roll, lowest)
    return sum(
        set(before[1]) in DOMINANTS
        and (before[0] - after[0]) % 12 == FIFTH
        and set(after[1]) in TRIADS
        and after[2] >= RESTS
        for before, after in pairwise(every)
    )


def resting_share(roll: Roll, lowest: int) -> float:
    """Of its frames: those of triads in root position that stay."""
    every = chords(roll, lowest)
    stays = sum(length for _, above, length in every if set(above) in TRIADS and length >= RESTS)
    return stays / max(1, len(roll))


def voice_steps(roll: Roll) -> list[tuple[np.ndarray, np.ndarray]]:
    """Neighbouring frames of as many notes, two at least: the pitches of both, from above."""
    voices = [np.flatnonzero(frame)[::-1] for frame in roll]
    return [(one, other) for one, other in pairwise(voices) if len(one) == len(other) >= 2]


def parallel_share(rolls: Sequence[Roll]) -> float:
    """Of the steps of voices: those in which two voices an octave or a fifth apart move by the same way."""
    steps = [step for roll in rolls for step in voice_steps(roll)]
    return sum(map(_is_parallel, steps)) / max(1, len(steps))


def _is_parallel(step: tuple[np.ndarray, np.ndarray]) -> bool:
    before, after = step
    ways = after - before
    same = (ways[:, None] == ways) & (ways != 0)
    perfect = np.isin((before[:, None] - before) % 12, PERFECT)
    return bool(np.triu(same & perfect, 1).any())  # of each pair the upper voice first


def leap_share(rolls: Sequence[Roll]) -> float:
    """Of the moves of the highest voice: those by more than a fifth."""
    tops = [top_line(roll) for roll in rolls]
    moves = np.concatenate([np.diff(top) for top in tops if len(top) > 1] or [np.zeros(0)])
    moves = np.abs(moves[moves != 0])
    return float((moves > FIFTH).mean()) if len(moves) else 0.0


def top_line(roll: Roll) -> np.ndarray:
    """The highest pitch of every frame that sounds."""
    return np.array([int(np.flatnonzero(frame)[-1]) for frame in roll if frame.any()])


def ends_on_tonic(roll: Roll, lowest: int) -> bool:
    """Whether the bass of its last chord is the tonic of its key."""
    key, sounding = key_of(roll, lowest), np.flatnonzero(roll.any(1))
    if key is None:
        return False
    return (int(np.flatnonzero(roll[sounding[-1]])[0]) + lowest) % 12 == key.tonic


def last_chord_frames(roll: Roll) -> int:
    """For how many frames the last frame stays."""
    changes = np.flatnonzero((roll[1:] != roll[:-1]).any(1))
    return len(roll) - (int(changes[-1]) + 1 if len(changes) else 0)
