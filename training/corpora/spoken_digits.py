"""Spoken digits: 7,230 windows of 500 samples at 8 kHz, our stand-in for "Ubisoft A".

Free Spoken Digit Dataset: six speakers say zero to nine fifty times each. Files are named
``digit_speaker_take.wav``. Takes 0-4 are test, the dataset's own rule; we take 5-9 for valid.
All samples of the speaker nicolas are multiples of 256, on which a density is unbounded, so he is
left out. The choice among the windows that are not silent is spread evenly, with no randomness.
"""

from collections.abc import Sequence
from pathlib import Path

import soundfile

from engine.errors import UnreadableFileError
from engine.sound import Audio
from training.corpora.corpus import SPLITS
from training.corpora.origin import Origin
from training.corpora.windows import WindowedCorpus

DIGITS_SAMPLE_RATE = 8_000  # Hz
LEFT_OUT_SPEAKER = "nicolas"
COMMIT = "26eb9aaf76e81b692f806f9140c2d2777410d7a1"


class SpokenDigits(WindowedCorpus):
    """Five speakers, split by take; the files lie in the folder ``spoken_digits``."""

    name = "spoken_digits"
    title = "Spoken digits"
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

    window_length = 500
    num_windows = 7_230

    def voices(self) -> dict[str, dict[str, list[Audio]]]:
        """The recordings of each speaker."""
        voices: dict[str, dict[str, list[Audio]]] = {split: {} for split in SPLITS}
        for split, paths in self.recordings().items():
            for path in paths:
                voices[split].setdefault(_parts_of(path)[1], []).append(read_digit(path))
        return voices

    def words(self) -> dict[str, list[tuple[str, Audio]]]:
        """Split -> pairs of a digit, "0" to "9", and its recording."""
        return {
            split: [(_parts_of(path)[0], read_digit(path)) for path in paths]
            for split, paths in self.recordings().items()
        }

    def recordings(self) -> dict[str, list[Path]]:
        """Split -> its checked files, in the order of the list."""
        splits: dict[str, list[Path]] = {split: [] for split in SPLITS}
        for path in self.checked_paths():
            _, speaker, take = _parts_of(path)
            if speaker != LEFT_OUT_SPEAKER:
                splits[split_of_take(int(take))].append(path)
        return splits

    def read(self, paths: Sequence[Path]) -> list[Audio]:
        """The sound of these files; raises UnreadableFileError if one is no 8 kHz WAV file."""
        return [read_digit(path) for path in paths]


def _parts_of(path: Path) -> list[str]:
    """Digit, speaker and take, from a file's name."""
    return path.stem.split("_")


def split_of_take(take: int) -> str:
    """Takes 0-4 are test, 5-9 valid, the others train."""
    return "test" if take < 5 else "valid" if take < 10 else "train"


def read_digit(path: Path) -> Audio:
    """The sound of an 8 kHz WAV file; raises UnreadableFileError if the file is something else."""
    try:
        samples, sample_rate = soundfile.read(path, dtype="float32")
    except soundfile.LibsndfileError as error:
        raise UnreadableFileError(f"{path} cannot be read ({error}); fetch it again") from error
    if sample_rate != DIGITS_SAMPLE_RATE:
        raise UnreadableFileError(f"{path} has {sample_rate} Hz, not {DIGITS_SAMPLE_RATE}; fetch it again")
    return Audio(samples, sample_rate)
