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
    """Of its frames: those that end a run of so many which was heard before in the piece."""
    return float(is_repeated(roll, run).mean()) if len(roll) else 0.0


def is_repeated(roll: Roll, run: int) -> Bool[np.ndarray, " time"]:
    """Of each frame whether it ends a run of so many which was heard before in the piece."""
    codes, seen = frame_codes([roll])[0], set()
    found = np.zeros(len(codes), dtype=bool)
    for end in range(run, len(codes) + 1):
        code = codes[end - run : end].tobytes()
        found[end - 1] = code in seen
        seen.add(code)
    return found


def similarity(roll: Roll, lag: int) -> float | None:
    """Notes that a frame has in common with the one so many frames before, of all that one of them has: the
    mean over frames; None for a piece that is too short."""
    if len(roll) <= lag:
        return None
    common, either = (roll[lag:] & roll[:-lag]).sum(1), (roll[lag:] | roll[:-lag]).sum(1)
    return float(np.where(either > 0, common / np.maximum(either, 1), 1.0).mean())


def onsets(roll: Roll) -> np.ndarray:
    """Notes that begin in every frame."""
    return (roll & ~np.concatenate((np.zeros_like(roll[:1]), roll[:-1]))).sum(1)


def beat_power(roll: Roll) -> float:
    """How much more notes begin in every second frame than between: the difference of both, of their sum."""
    begun = onsets(roll)
    even, odd = begun[::2].sum(), begun[1::2].sum()
    return abs(float(even) - float(odd)) / max(1.0, float(even + odd))


def frame_codes(rolls: Sequence[Roll]) -> list[np.ndarray]:
    """A whole number for every frame, the same for the same frames of all of them."""
    numbers: dict[bytes, int] = {}
    return [
        np.array([numbers.setdefault(frame.tobytes(), len(numbers)) for frame in roll], dtype=np.int32)
        for roll in rolls
    ]


def longest_shared(sequences: Sequence[np.ndarray], known: Sequence[np.ndarray]) -> list[int]:
    """Of each sequence the longest run that stands in one of the known ones, too."""
    apart = np.array([-(1 << 30)])  # what no sequence has
    joined = np.concatenate([apart, *(part for each in known for part in (each, apart))])
    found = []
    for sequence in sequences:
        run, longest = np.zeros(len(joined) + 1, dtype=np.int32), 0
        for value in sequence:
            run[1:] = np.where(joined == value, run[:-1] + 1, 0)
            longest = max(longest, int(run.max()))
        found.append(longest)
    return found


def in_shared_runs(
    sequences: Sequence[np.ndarray], known: Sequence[np.ndarray], run: int
) -> list[Bool[np.ndarray, " _"]]:
    """Of each number of each sequence whether it lies in a run of so many that a known one has, too."""
    widest = [sequence.astype(np.int64) for sequence in known]
    heard = {each[start : start + run].tobytes() for each in widest for start in range(len(each) - run + 1)}
    found = []
    for sequence in sequences:
        wide, shared = sequence.astype(np.int64), np.zeros(len(sequence), dtype=bool)
        for start in range(len(wide) - run + 1):
            shared[start : start + run] |= wide[start : start + run].tobytes() in heard
        found.append(shared)
    return found


def shared_frames(rolls: Sequence[Roll], train: Sequence[Roll]) -> list[int]:
    """Of each piece the longest run of frames that a training piece has, too."""
    codes = frame_codes([*train, *rolls])
    return longest_shared(codes[len(train) :], codes[: len(train)])


def shared_melody(rolls: Sequence[Roll], train: Sequence[Roll]) -> list[int]:
    """Of each piece the longest run of its top line that a training piece has, perhaps moved; in frames."""
    moves = [[np.diff(top_line(roll)) for roll in each] for each in (rolls, train)]
    return [length + 1 for length in longest_shared(*moves)]
