"""Windows: recordings cut into sequences of equal length, for the speech corpora.

Conventions
    recording  Audio, one rate for all of a corpus
    window     float32, shape (time,), consecutive samples of one recording; windows do not overlap,
               the first begins with the recording, and an incomplete last one is dropped
    silent     the standard deviation of a window is below -60 dB of full scale, 33 16-bit steps

The threshold was set by looking at spoken_digits: between words some microphones fall to 2 steps
and most lie at 5 to 30, while the quietest speakers' words begin at about 40.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from engine.errors import InvalidValueError
from engine.representations import Waveform
from engine.sound import Audio
from training.corpora.corpus import SPLITS, CorpusData, CorpusReport, ListedCorpus

SILENT_DEVIATION = 0.001  # -60 dB of full scale
SILENT_WINDOWS = "silent windows left out"


def cut(recording: Audio, length: int) -> Float32[np.ndarray, "window time"]:
    """All whole windows of a recording, in order; none of a recording that is too short."""
    count = len(recording.samples) // length
    return recording.samples[: count * length].reshape(count, length)


def evenly_spaced(count: int, wanted: int) -> list[int]:
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
    """The windows that are not silent, standardised by the mean and scale of the chosen training windows.

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
        heard[split] = [window for window in windows if window.std() >= SILENT_DEVIATION]
        num_silent += len(windows) - len(heard[split])
    num_heard = {split: len(windows) for split, windows in heard.items()}
    if min(num_heard.values()) == 0 or sum(num_heard.values()) < (total or 0):
        raise InvalidValueError(
            f"only {num_heard} windows of {length} samples are not silent, "
            f"{total or 'some in each split'} wanted: longer or louder recordings are needed"
        )
    wanted = num_heard if total is None else shares(num_heard, total)
    kept = {
        split: [heard[split][index] for index in evenly_spaced(num_heard[split], wanted[split])]
        for split in SPLITS
    }
    train = np.concatenate(kept["train"]).astype(np.float64)
    rate = recordings["train"][0].sample_rate
    representation = Waveform(rate, mean=float(train.mean()), scale=float(train.std()))
    splits = {split: [representation.encode(Audio(w, rate)) for w in kept[split]] for split in SPLITS}
    counts = {"windows kept": sum(wanted.values()), SILENT_WINDOWS: num_silent}
    counts["other windows left out"] = sum(num_heard.values()) - sum(wanted.values())
    num_read = sum(map(len, recordings.values()))
    return CorpusData(representation, splits, CorpusReport(num_read, counts=counts))


class WindowedCorpus(ListedCorpus):
    """Recordings by split, cut into windows of ``window_length`` samples.

    Args:
        folder, hashes: as for ListedCorpus.
        num_windows: how many windows to keep; None takes the number of the paper's corpus.
    """

    representation_name = Waveform.name
    window_length: int
    num_windows: int

    def __init__(self, folder: Path, hashes: Mapping[str, str] | None = None, num_windows: int | None = None):
        super().__init__(folder, hashes)
        if num_windows is not None:
            self.num_windows = num_windows

    def load(self) -> CorpusData:
        """The windows, standardised.

        Raises:
            EngineError: a file is missing or changed, or ffmpeg is needed and is not there.
        """
        recordings = {split: self.read(paths) for split, paths in self.recordings().items()}
        return window_corpus(recordings, self.window_length, self.num_windows)

    @abstractmethod
    def recordings(self) -> dict[str, list[Path]]:
        """Split -> its checked files."""

    @abstractmethod
    def read(self, paths: Sequence[Path]) -> list[Audio]:
        """The sound of these files."""
