"""What comes back: within a piece, with the beat, and out of the training pieces.

Conventions
    roll   bool, shape (time, pitch)
    run    frames in a row
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool

from training.draws.music.faults import Roll
from training.draws.music.harmony import top_line

LAGS = (1, 2, 4, 8, 16, 32)


def repeated_share(roll: Roll, run: int) -> float:
    """Share of the frames that end a run of ``run`` frames which was heard before in the piece."""
    return float(is_repeated(roll, run).mean()) if len(roll) else 0.0


def is_repeated(roll: Roll, run: int) -> Bool[np.ndarray, " time"]:
    """For each frame, whether it ends a run of ``run`` frames which was heard before in the piece."""
    codes, seen = frame_codes([roll])[0], set()
    repeated = np.zeros(len(codes), dtype=bool)
    for end in range(run, len(codes) + 1):
        code = codes[end - run : end].tobytes()
        repeated[end - 1] = code in seen
        seen.add(code)
    return repeated


def similarity(roll: Roll, lag: int) -> float | None:
    """Of the notes in a frame or in the one ``lag`` frames before, the share that is in both: the mean over
    frames, 1 where both are silent; None for a piece that is too short."""
    if len(roll) <= lag:
        return None
    common, either = (roll[lag:] & roll[:-lag]).sum(1), (roll[lag:] | roll[:-lag]).sum(1)
    return float(np.where(either > 0, common / np.maximum(either, 1), 1.0).mean())


def onsets(roll: Roll) -> np.ndarray:
    """How many notes begin in each frame."""
    return (roll & ~np.concatenate((np.zeros_like(roll[:1]), roll[:-1]))).sum(1)


def beat_power(roll: Roll) -> float:
    """How unequally notes begin in even and odd frames: the difference as a share of the sum."""
    begun = onsets(roll)
    even, odd = begun[::2].sum(), begun[1::2].sum()
    return abs(float(even) - float(odd)) / max(1.0, float(even + odd))


def frame_codes(rolls: Sequence[Roll]) -> list[np.ndarray]:
    """A whole number for every frame; equal frames have the same one, in whichever roll."""
    numbers: dict[bytes, int] = {}
    return [
        np.array([numbers.setdefault(frame.tobytes(), len(numbers)) for frame in roll], dtype=np.int32)
        for roll in rolls
    ]


def longest_shared(sequences: Sequence[np.ndarray], known: Sequence[np.ndarray]) -> list[int]:
    """For each sequence, the length of the longest run that a known one has too."""
    apart = np.array([-(1 << 30)])  # a number that no sequence has
    joined = np.concatenate([apart, *(part for numbers in known for part in (numbers, apart))])
    lengths = []
    for sequence in sequences:
        run, longest = np.zeros(len(joined) + 1, dtype=np.int32), 0
        for value in sequence:
            run[1:] = np.where(joined == value, run[:-1] + 1, 0)
            longest = max(longest, int(run.max()))
        lengths.append(longest)
    return lengths


def in_shared_runs(
    sequences: Sequence[np.ndarray], known: Sequence[np.ndarray], run: int
) -> list[Bool[np.ndarray, " _"]]:
    """For each number of each sequence, whether it lies in a run of ``run`` that a known one has too."""
    widest = [sequence.astype(np.int64) for sequence in known]
    heard = {
        numbers[start : start + run].tobytes()
        for numbers in widest
        for start in range(len(numbers) - run + 1)
    }
    in_runs = []
    for sequence in sequences:
        wide, shared = sequence.astype(np.int64), np.zeros(len(sequence), dtype=bool)
        for start in range(len(wide) - run + 1):
            shared[start : start + run] |= wide[start : start + run].tobytes() in heard
        in_runs.append(shared)
    return in_runs


def shared_frames(rolls: Sequence[Roll], train: Sequence[Roll]) -> list[int]:
    """For each piece, the length of the longest run of frames that a training piece has too."""
    codes = frame_codes([*train, *rolls])
    return longest_shared(codes[len(train) :], codes[: len(train)])


def shared_melody(rolls: Sequence[Roll], train: Sequence[Roll]) -> list[int]:
    """As ``shared_frames``, for the top line alone, transposed or not."""
    moves = [[np.diff(top_line(roll)) for roll in pieces] for pieces in (rolls, train)]
    return [length + 1 for length in longest_shared(*moves)]
