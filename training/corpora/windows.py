"""Windows: recordings cut into sequences of equal length, for the speech corpora.

Conventions
    recording  Audio, one rate for all of a corpus
    window     float32, shape (time,), consecutive samples of one recording; windows do not overlap,
               the first begins with the recording, and an incomplete last one is dropped
    silent     the standard deviation of a window is below -60 dB of full scale, 33 16-bit steps

The threshold was set by looking at spoken_digits: between words some microphones fall to 2 steps
and most lie at 5 to 30, while the quietest speakers' words begin at about 40.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float32

from engine.errors import InvalidValueError
from engine.representations import Waveform
from engine.sound import Audio
from training.corpora.corpus import SPLITS, CorpusData, CorpusReport

SILENCE = 0.001  # -60 dB of full scale


def cut(recording: Audio, length: int) -> Float32[np.ndarray, "window time"]:
    """All whole windows of a recording, in order; none of a recording that is too short."""
    count = len(recording.samples) // length
    return recording.samples[: count * length].reshape(count, length)


def spread(count: int, wanted: int) -> list[int]:
    """``wanted`` of the indices 0 … count - 1, as evenly apart as whole numbers allow."""
    return [index * count // wanted for index in range(wanted)]


def shares(counts: Mapping[str, int], total: int) -> dict[str, int]:
    """``total`` divided in proportion to the counts, by largest remainder; sums to ``total``."""
    whole = sum(counts.values())
    parts = {key: total * count // whole for key, count in counts.items()}
    by_remainder = sorted(counts, key=lambda key: -(total * counts[key] % whole))
    for key in by_remainder[: total - sum(parts.values())]:
        parts[key] += 1
    return parts


def window_corpus(
    recordings: Mapping[str, Sequence[Audio]], length: int, total: int | None = None
) -> CorpusData:
    """Windows that are not silent, standardised by one mean and scale of the chosen training windows.

    Args:
        recordings: split -> its recordings, all of one rate.
        length: samples in a window, a multiple of the frame.
        total: windows to keep over all splits, each split in proportion to what it has, spread
            evenly over its recordings; None keeps all.

    Raises:
        InvalidValueError: there are fewer windows than wanted, or a split has none.
    """
    heard, num_silent = {}, 0
    for split in SPLITS:
        windows = [window for recording in recordings[split] for window in cut(recording, length)]
        heard[split] = [window for window in windows if window.std() >= SILENCE]
        num_silent += len(windows) - len(heard[split])
    found = {split: len(windows) for split, windows in heard.items()}
    if min(found.values()) == 0 or sum(found.values()) < (total or 0):
        raise InvalidValueError(
            f"only {found} windows of {length} samples are not silent, "
            f"{total or 'some in each split'} wanted: longer or louder recordings are needed"
        )
    wanted = found if total is None else shares(found, total)
    kept = {split: [heard[split][index] for index in spread(found[split], wanted[split])] for split in SPLITS}
    train = np.concatenate(kept["train"]).astype(np.float64)
    rate = recordings["train"][0].sample_rate
    representation = Waveform(rate, mean=float(train.mean()), scale=float(train.std()))
    splits = {split: [representation.encode(Audio(w, rate)) for w in kept[split]] for split in SPLITS}
    counts = {"windows kept": sum(wanted.values()), "silent windows left out": num_silent}
    counts["other windows left out"] = sum(found.values()) - sum(wanted.values())
    num_read = sum(len(found) for found in recordings.values())
    return CorpusData(representation, splits, CorpusReport(num_read, counts=counts))
