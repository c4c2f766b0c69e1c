"""Spoken digits: 7,230 windows of 500 samples at 8 kHz, our stand-in for "Ubisoft A".

Free Spoken Digit Dataset: six speakers say zero to nine fifty times each. Files are named
``digit_speaker_take.wav``. Takes 0-4 are test, the dataset's own rule; we take 5-9 for valid.
All samples of the speaker nicolas are multiples of 256, on which a density is unbounded, so he is
left out. The choice among the windows that are not silent is spread evenly, with no randomness.
"""

from collections.abc import Mapping
from pathlib import Path

import soundfile

from engine.errors import UnreadableFileError
from engine.representations import Waveform
from engine.sound import Audio
from training.corpora.corpus import SPLITS, Corpus, CorpusData
from training.corpora.files import checked_paths, hash_list
from training.corpora.origin import Origin
from training.corpora.windows import window_corpus

SAMPLE_RATE = 8_000  # Hz
WINDOW_LENGTH = 500  # samples
LEFT_OUT_SPEAKER = "nicolas"
COMMIT = "26eb9aaf76e81b692f806f9140c2d2777410d7a1"


class SpokenDigits(Corpus):
    """Five speakers, by take into train / valid / test.

    Args:
        folder: the folder of all corpora; the files lie in its ``spoken_digits``.
        hashes: relative path -> sha256; None takes the project's own list.
        num_windows: how many windows to keep.
    """

    name = "spoken_digits"
    title = "Spoken digits"
    frames = Waveform.name
    description = "five voices say zero to nine: 7,230 windows of 62.5 ms at 8 kHz"
    homepage = "https://github.com/Jakobovski/free-spoken-digit-dataset"
    licence = "CC BY-SA 4.0"
    citation = (
        "Z. Jackson, C. Souza, J. Flaks, Y. Pan, H. Nicolas, A. Thite: "
        "Jakobovski/free-spoken-digit-dataset v1.0.8, 2018, doi 10.5281/zenodo.1342401"
    )

    origin = Origin(
        urls=(f"https://github.com/Jakobovski/free-spoken-digit-dataset/archive/{COMMIT}.zip",),
        unpack="zip",
        moves={f"free-spoken-digit-dataset-{COMMIT}/recordings/": "spoken_digits/"},
    )

    def __init__(self, folder: Path, hashes: Mapping[str, str] | None = None, num_windows: int = 7_230):
        self.folder = folder
        self.hashes = hash_list(self.name) if hashes is None else hashes
        self.num_windows = num_windows

    def load(self) -> CorpusData:
        """The windows, standardised; raises EngineError if a file is missing or changed."""
        paths = self.recordings()
        recordings = {split: [read_recording(path) for path in paths[split]] for split in SPLITS}
        return window_corpus(recordings, WINDOW_LENGTH, self.num_windows)

    def voices(self) -> dict[str, dict[str, list[Audio]]]:
        """By speaker."""
        found: dict[str, dict[str, list[Audio]]] = {split: {} for split in SPLITS}
        for split, paths in self.recordings().items():
            for path in paths:
                found[split].setdefault(_parts_of(path)[1], []).append(read_recording(path))
        return found

    def words(self) -> dict[str, list[tuple[str, Audio]]]:
        """The digits, 0 to 9."""
        return {
            split: [(_parts_of(path)[0], read_recording(path)) for path in paths]
            for split, paths in self.recordings().items()
        }

    def recordings(self) -> dict[str, list[Path]]:
        """Split -> its checked files, in the order of the list."""
        splits: dict[str, list[Path]] = {split: [] for split in SPLITS}
        for path in checked_paths(self.name, self.folder, self.hashes):
            _, speaker, take = _parts_of(path)
            if speaker != LEFT_OUT_SPEAKER:
                splits[split_of_take(int(take))].append(path)
        return splits


def _parts_of(path: Path) -> list[str]:
    """Digit, speaker and take."""
    return path.stem.split("_")


def split_of_take(take: int) -> str:
    """Takes 0-4 are test, 5-9 valid, the others train."""
    return "test" if take < 5 else "valid" if take < 10 else "train"


def read_recording(path: Path) -> Audio:
    """One 8 kHz WAV file; raises UnreadableFileError if it is none."""
    try:
        samples, sample_rate = soundfile.read(path, dtype="float32")
    except soundfile.LibsndfileError as error:
        raise UnreadableFileError(f"{path} cannot be read ({error}); fetch it again") from error
    if sample_rate != SAMPLE_RATE:
        raise UnreadableFileError(f"{path} has {sample_rate} Hz, not {SAMPLE_RATE}; fetch it again")
    return Audio(samples, sample_rate)
