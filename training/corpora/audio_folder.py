"""A folder of sound files as a corpus: ``audio:PATH``."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.errors import InvalidValueError
from engine.representations import Waveform
from engine.sound import Audio, read_audio
from training.corpora.corpus import SPLITS, CorpusData, CorpusReport
from training.corpora.folder import OwnFolder, check_folder, read_files, split_by_seed
from training.corpora.windows import window_corpus

HIGH_SAMPLE_RATE, LOW_SAMPLE_RATE = 16_000, 8_000  # Hz
FOLDER_WINDOW_LENGTH = 8_000  # samples
LEAST_LEFT_OVER = 0.01  # share of all sound; less is not reported
MAX_FILE_SECONDS = 3_600.0


class AudioFolder(OwnFolder):
    """Every file of a folder and its subfolders that holds sound, cut into windows, split by file.

    All is resampled to 16 kHz, or to 8 kHz if no file has more. One or two files alone cannot be
    split by file: then each is split in time, its first eight tenths for train, the ninth for valid,
    the last for test, and the report says so. Windows that are silent are left out.

    Args:
        path: the folder.
        seed: of the split by file.

    Raises:
        InvalidValueError: the path is no folder.
    """

    title = "Sound files"
    representation_name = Waveform.name
    description = "a folder of sound files, in windows of 8,000 samples"

    def __init__(self, path: Path, seed: int = 0):
        self.path = check_folder(path, "audio")
        self.name = f"audio:{path}"
        self.seed = seed

    def load(self) -> CorpusData:
        """The windows, standardised, and a report.

        Raises:
            InvalidValueError: no file can be read, or a split would have no window.
        """
        splits, report = self._split()
        data = window_corpus(splits, FOLDER_WINDOW_LENGTH)
        left_over = _left_over([recording for split in SPLITS for recording in splits[split]])
        counts = data.report.counts if data.report else {}
        whole = replace(report, counts=counts, notes=(*report.notes, *left_over))
        return CorpusData(data.representation, data.splits, whole)

    def voices(self) -> dict[str, dict[str, list[Audio]]]:
        """All recordings as one voice, since nothing says who speaks."""
        splits, self.report = self._split()
        return {split: {self.name: splits[split]} for split in SPLITS}

    def _split(self) -> tuple[dict[str, list[Audio]], CorpusReport]:
        """Whole recordings by split, and what was read."""
        reading = read_files(self.path, read_recording, Path.is_file, "files")
        report = CorpusReport(len(reading.items), tuple(reading.left_out))
        if not reading.items:
            raise InvalidValueError(f"no file of {self.path} holds sound: {report}")
        low = all(recording.sample_rate <= LOW_SAMPLE_RATE for recording in reading.items.values())
        sample_rate = LOW_SAMPLE_RATE if low else HIGH_SAMPLE_RATE
        recordings = {name: sound.resample(sample_rate) for name, sound in reading.items.items()}
        notes = [f"all resampled to {sample_rate:,} Hz"]
        if len(recordings) < len(SPLITS):
            parts = [split_in_time(recording) for recording in recordings.values()]
            splits = {split: [part[split] for part in parts] for split in SPLITS}
            notes.append("too few files to split by file: split in time, 80 / 10 / 10 percent of each")
        else:
            splits = split_by_seed(recordings, self.seed, report)
        return splits, replace(report, notes=tuple(notes))


def _left_over(recordings: Sequence[Audio]) -> list[str]:
    """A note on sound that fills no window, if there is much: ends of recordings and whole short ones."""
    lengths = [len(recording.samples) for recording in recordings]
    share = sum(length % FOLDER_WINDOW_LENGTH for length in lengths) / max(1, sum(lengths))
    if share < LEAST_LEFT_OVER:
        return []
    short = sum(length < FOLDER_WINDOW_LENGTH for length in lengths)
    return [
        f"{share:.0%} of the sound is left out, since windows have {FOLDER_WINDOW_LENGTH:,} samples: the "
        f"ends of recordings, and {short:,} that are shorter"
    ]


def read_recording(path: Path) -> Audio:
    """A file's sound at its own rate, but at most 16 kHz: what lies above is never used."""
    audio = read_audio(path, MAX_FILE_SECONDS)
    return audio.resample(min(audio.sample_rate, HIGH_SAMPLE_RATE))


def split_in_time(recording: Audio) -> dict[str, Audio]:
    """The first eight tenths, the ninth and the last tenth of one recording."""
    length = len(recording.samples)
    parts = np.split(recording.samples, [length * 8 // 10, length * 9 // 10])
    return {split: Audio(part, recording.sample_rate) for split, part in zip(SPLITS, parts, strict=True)}
