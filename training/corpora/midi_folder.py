"""A folder of MIDI files as a corpus: ``midi:PATH``."""

from pathlib import Path

from torch import Tensor

from engine.errors import UnreadableFileError
from engine.notes import read_notes
from engine.pieces import MIDI_SUFFIXES, holds_midi
from engine.representations import EncodingReport, PianoRoll
from training.corpora.corpus import CorpusData, CorpusReport
from training.corpora.folder import OwnFolder, check_folder, read_files, split_by_seed


class MidiFolder(OwnFolder):
    """Every MIDI file of a folder and its subfolders, one sequence each, split by file.

    Two files with the same bytes, or with the same frames, count once: else a piece could be in two
    splits. Nothing is transposed.

    Args:
        path: the folder.
        seed: of the split.
        frames_per_quarter: 1 or 2; a frame is a quarter or an eighth note.

    Raises:
        InvalidValueError: the path is no folder.
    """

    title = "MIDI files"
    representation_name = PianoRoll.name
    description = "a folder of MIDI files, split by file"

    def __init__(self, path: Path, seed: int = 0, frames_per_quarter: int = 2):
        self.path = check_folder(path, "midi")
        self.name = f"midi:{path}"
        self.seed = seed
        self.representation = PianoRoll(21, 88, frames_per_quarter)

    def load(self) -> CorpusData:
        """Piano rolls of the files that can be read, and a report.

        Raises:
            InvalidValueError: fewer than three files can be read; the message has the report.
        """
        reports: list[EncodingReport] = []
        first_with: dict[bytes, str] = {}

        def read(path: Path) -> Tensor:
            encoded = self.representation.encode(read_notes(path))
            name = path.relative_to(self.path).as_posix()
            first = first_with.setdefault(encoded.frames.numpy().tobytes(), name)
            if first != name:
                raise UnreadableFileError(f"the same notes as {first}")
            reports.append(encoded.report)
            return encoded.frames

        def is_wanted(path: Path) -> bool:
            return path.suffix.lower() in MIDI_SUFFIXES or holds_midi(path)

        reading = read_files(self.path, read, is_wanted, "MIDI files")
        counts = {
            "notes read": sum(report.num_kept for report in reports),
            "notes left out, too short for a frame": sum(report.num_too_short for report in reports),
            "notes left out, outside the keyboard": sum(report.num_out_of_range for report in reports),
            "drum notes left out": sum(report.num_drum_notes for report in reports),
        }
        report = CorpusReport(len(reading.items), tuple(reading.left_out), counts)
        return CorpusData(self.representation, split_by_seed(reading.items, self.seed, report), report)
