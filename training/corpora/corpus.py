"""Corpus: where data comes from, under which licence, and its three splits."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from engine.errors import InvalidValueError
from engine.sound import Audio
from training.corpora.files import checked_paths, hash_list
from training.corpora.origin import Origin

SPLITS = ("train", "valid", "test")
MAX_LISTED = 20  # files in a printed report


@dataclass(frozen=True)
class CorpusReport:
    """What was read and what was left out, with the reason.

    Args:
        num_read: files that gave data.
        left_out: (file name, reason) of each file that gave none.
        counts: what -> how many, e.g. ``{"silent windows left out": 12}``.
        notes: sentences on choices that were made.
    """

    num_read: int
    left_out: tuple[tuple[str, str], ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.num_read:,} files read, {len(self.left_out):,} left out"]
        lines += [f"  {name} left out: {reason}" for name, reason in self.left_out[:MAX_LISTED]]
        if len(self.left_out) > MAX_LISTED:
            lines.append(f"  … and {len(self.left_out) - MAX_LISTED:,} more left out")
        lines += [f"  {what}: {count:,}" for what, count in self.counts.items()]
        return "\n".join(lines + [f"  {note}" for note in self.notes])


@dataclass(frozen=True)
class CorpusData:
    """A loaded corpus.

    Args:
        representation: what a frame means; an object of ``engine.representations``.
        splits: ``"train"``, ``"valid"``, ``"test"`` -> sequences, float32, each (time, event).
        report: what was read and left out, or None where the files are fixed and whole.
        windows: of a corpus of whole recordings: split -> the windows, as frames, on which the paper's
            models are scored. None for all else, and for a user's own recordings, which may be shorter
            than a window.

    Raises:
        InvalidValueError: a split is missing or empty.
    """

    representation: Any
    splits: dict[str, list[Tensor]]
    report: CorpusReport | None = None
    windows: dict[str, list[Tensor]] | None = None

    def __post_init__(self) -> None:
        empty = [split for split in SPLITS if not self.splits.get(split)]
        if empty:
            raise InvalidValueError(f"the corpus has no sequences for {', '.join(empty)}")


class Corpus(ABC):
    """One corpus: what it is, and ``load``.

    ``name`` is what the command line calls it; ``licence`` and ``citation`` are never empty.
    ``played_semitones`` is added to the pitches of draws before they are heard.
    """

    name: str
    representation_name: str
    title: str
    description: str
    homepage: str
    licence: str
    citation: str
    played_semitones: int = 0
    origin: Origin | None = None  # None: a user's own files, nothing to fetch
    report: "CorpusReport | None" = None  # of the files that ``voices`` has read

    def voices(self) -> dict[str, dict[str, list[Audio]]]:
        """Split -> voice -> its whole recordings, all of one rate; empty for notes.

        Raises:
            EngineError: as ``load``.
        """
        return {split: {} for split in SPLITS}

    def words(self) -> dict[str, list[tuple[str, Audio]]]:
        """Split -> pairs of what is said and its recording; empty where nobody has written it down.

        Raises:
            EngineError: as ``load``.
        """
        return {split: [] for split in SPLITS}

    @abstractmethod
    def load(self) -> CorpusData:
        """Read, check and split the files.

        Raises:
            EngineError: files are missing, changed or unreadable; the message says what to do.
        """


class ListedCorpus(Corpus):
    """A corpus whose files are fixed: a list names them, each with its sha256.

    Args:
        folder: the folder of all corpora.
        hashes: relative path -> sha256; None takes the project's own list.
    """

    def __init__(self, folder: Path, hashes: Mapping[str, str] | None = None):
        self.folder = folder
        self.hashes = hash_list(self.name) if hashes is None else hashes

    def checked_paths(self) -> list[Path]:
        """The files in the order of the list.

        Raises:
            EngineError: a file is missing or changed.
        """
        return checked_paths(self.name, self.folder, self.hashes)
