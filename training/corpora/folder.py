"""A user's own folder: its files, each once, and their split by a seed."""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from tqdm import tqdm

from engine.errors import EngineError, InvalidValueError
from training.corpora.corpus import SPLITS, Corpus, CorpusReport

T = TypeVar("T")
MAX_FILES = 20_000
SECONDS_UNTIL_BAR = 2.0
SHARE_HELD_OUT = 0.1  # share of the files in valid, and the same in test; at least one each


class OwnFolder(Corpus):
    """A folder of the user's own as a corpus: what can be said of its files without knowing them."""

    homepage = "a folder of the user's own"
    licence = "whatever the files' own licence is; nothing is known about it here"
    citation = "the user's own files"


@dataclass
class FolderReading:
    """What came out of the files of a folder.

    Args:
        items: relative path -> what was read from it, in the order of the paths.
        left_out: (relative path, reason).
    """

    items: dict[str, Any] = field(default_factory=dict)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def check_folder(path: Path, kind: str) -> Path:
    """The folder, once it is known to exist and to have a name that can be written.

    Raises:
        InvalidValueError: it does not exist, is a file, or its name is not valid UTF-8.
    """
    if not path.is_dir():
        problem = "is a file" if path.exists() else "does not exist"
        raise InvalidValueError(f"{kind}:{path} {problem}; give the folder that holds the {kind} files")
    if _words(path) != path.as_posix():
        raise InvalidValueError(f"the name of the folder {kind}:{_words(path)} is not valid UTF-8: rename it")
    return path


def read_files(
    folder: Path, read: Callable[[Path], T], is_wanted: Callable[[Path], bool], what: str
) -> FolderReading:
    """Read the wanted files of a folder and its subfolders, hidden ones aside; of equal files only the first.

    Args:
        folder: where to look; linked folders are followed.
        read: file -> what to keep; an EngineError that it raises is the reason to leave the file out.
        is_wanted: which files to read; others are not reported.
        what: the wanted files in words.

    Raises:
        InvalidValueError: there are none, or more than MAX_FILES.
    """
    paths = sorted(path for path in _files_in(folder) if path.is_file() and is_wanted(path))
    if not 0 < len(paths) <= MAX_FILES:
        raise InvalidValueError(
            f"{folder} holds {len(paths):,} {what}; 1 to {MAX_FILES:,} are needed: is it the right folder?"
        )
    reading, seen = FolderReading(), {}
    for path in tqdm(paths, "reading", unit="file", delay=SECONDS_UNTIL_BAR, leave=False):
        name = _words(path.relative_to(folder))
        try:
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            if sha256 in seen:
                reading.left_out.append((name, f"has the same content as {seen[sha256]}"))
                continue
            seen[sha256] = name
            reading.items[name] = read(path)
        except EngineError as error:
            reading.left_out.append((name, _words(error)))
        except OSError as error:
            reading.left_out.append((name, f"{error.strerror}: check the file and its permissions"))
    return reading


def _files_in(folder: Path) -> Iterator[Path]:
    """All files that are not hidden, those of linked folders too; no folder is entered twice."""
    entered: set[Path] = set()
    for at, folders, names in os.walk(folder, followlinks=True):
        place = Path(at).resolve()
        if place in entered:
            folders.clear()
            continue
        entered.add(place)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(at) / name for name in names if not name.startswith("."))


def _words(said: Path | EngineError) -> str:
    """A path or message as text that can be written anywhere, whatever bytes a file's name is made of."""
    text = said.as_posix() if isinstance(said, Path) else str(said)
    return text.encode("utf-8", "backslashreplace").decode()


def split_by_seed(items: Mapping[str, T], seed: int, report: CorpusReport) -> dict[str, list[T]]:
    """Ten percent for valid, ten for test, at least one each; the rest is train.

    The same names and seed give the same split, whatever the files hold. ``report`` is
    quoted where there are too few.

    Raises:
        InvalidValueError: there are fewer than three items, or the seed is negative.
    """
    if len(items) < len(SPLITS):
        raise InvalidValueError(
            "train, valid and test need one file each at least, but too few could be read; add files to "
            f"the folder. {report}"
        )
    if seed < 0:
        raise InvalidValueError(f"seed={seed} must not be negative")
    order = np.random.default_rng(seed).permutation(sorted(items)).tolist()
    count = max(1, round(SHARE_HELD_OUT * len(order)))
    names = {"valid": order[:count], "test": order[count : 2 * count], "train": order[2 * count :]}
    return {split: [items[name] for name in sorted(names[split])] for split in SPLITS}
