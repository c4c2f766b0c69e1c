"""Traits: numbers that describe a stretch of music, for a classifier to tell one kind from another.

Conventions
    window   bool, shape (time, pitch); ``start`` is the number of its first frame in the piece
    lowest   MIDI number of the first pitch
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float64

from training.draws.music.faults import Roll
from training.draws.music.harmony import class_weights, parallel_share, voice_steps
from training.draws.music.returns import onsets, similarity

MOST_NOTES = 8  # of a frame; more count as 8
OCTAVE = 12
CLOCKS = (2, 3, 4, 6, 8)  # frames; the periods in which onsets are counted
NEAR_LAGS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)  # frames
CHORD_KINDS = ((), (7,), (4,), (3,), (4, 7), (3, 7), (3, 6), (5, 7), (4, 7, 10), (3, 7, 10), (4, 7, 11))


def traits(window: Roll, lowest: int, start: int) -> Float64[np.ndarray, " trait"]:
    """All traits of a window, in a fixed order."""
    return np.array([float(number) for part in _parts(window, lowest, start) for number in part])


def _parts(window: Roll, lowest: int, start: int) -> Iterator[np.ndarray | list[float]]:
    counts = window.sum(1)
    yield _shares(np.minimum(counts, MOST_NOTES), MOST_NOTES + 1)
    yield [counts.mean(), counts.std()]
    weights = class_weights(window, lowest)
    yield weights / max(1.0, weights.sum())
    yield window.reshape(len(window), -1, 8).sum((0, 2)) / max(1, window.sum())
    pitches = [np.flatnonzero(frame) for frame in window]
    yield from _vertical(pitches, lowest)
    yield from _lines(pitches)
    yield from _rhythm(window, start)
    yield _voices(window)
    lags = [lag for lag in NEAR_LAGS if lag < len(window)]
    yield [similarity(window, lag) or 0.0 for lag in lags]
    yield [(window[lag:] == window[:-lag]).all(1).mean() for lag in lags]
    yield [len({frame.tobytes() for frame in window}) / len(window)]


def _shares(numbers: np.ndarray, size: int) -> np.ndarray:
    """For each whole number below ``size``, its share of all ``numbers``."""
    return np.bincount(numbers, minlength=size)[:size] / max(1, len(numbers))


def _vertical(pitches: list[np.ndarray], lowest: int) -> Iterator[np.ndarray | list[float]]:
    """Intervals between neighbouring notes and above the bass, classes of the bass, and chords."""
    sounding = [chord for chord in pitches if len(chord)]
    gaps = [np.minimum(np.diff(chord), OCTAVE + 1) for chord in sounding]
    yield _shares(np.concatenate([*gaps, np.zeros(0, dtype=int)]), OCTAVE + 2)
    above = [(chord[1:] - chord[0]) % OCTAVE for chord in sounding]
    yield _shares(np.concatenate([*above, np.zeros(0, dtype=int)]), OCTAVE)
    yield _shares(np.array([(chord[0] + lowest) % OCTAVE for chord in sounding], dtype=int), OCTAVE)
    kinds = [tuple(sorted({*((chord - chord[0]) % OCTAVE).tolist()} - {0})) for chord in sounding]
    yield [kinds.count(kind) / max(1, len(kinds)) for kind in CHORD_KINDS]


def _lines(pitches: list[np.ndarray]) -> Iterator[np.ndarray | list[float]]:
    """Moves of the highest and of the lowest pitch, and how far they range."""
    for place in (-1, 0):
        line = np.array([chord[place] for chord in pitches if len(chord)], dtype=int)
        moves = np.clip(np.diff(line), -OCTAVE - 1, OCTAVE + 1) + OCTAVE + 1
        yield _shares(moves, 2 * OCTAVE + 3)
        yield [line.mean(), line.std()] if len(line) else [0.0, 0.0]


def _rhythm(window: Roll, start: int) -> Iterator[list[float]]:
    """How many notes begin, how evenly, and at which frames of the clocks; how many go on."""
    begun = onsets(window)[1:]  # what began before the window is not known
    numbers = np.arange(start + 1, start + len(window))
    yield [begun.mean(), begun.std(), (window[1:] & window[:-1]).sum() / max(1, window[:-1].sum())]
    for clock in CLOCKS:
        means = [begun[numbers % clock == place].mean() for place in range(clock)]
        yield [mean / (begun.mean() + 0.05) for mean in means]


def _voices(window: Roll) -> list[float]:
    """Share of parallels, how far all voices move, and how often an inner one moves by more than a fourth."""
    ways = [after - before for before, after in voice_steps(window)]
    moves = [np.abs(way).sum() for way in ways]
    inner = [(np.abs(way[1:-1]) > 5).sum() for way in ways]
    return [parallel_share([window]), sum(moves) / max(1, len(ways)), sum(inner) / max(1, len(ways))]
