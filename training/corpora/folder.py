"""A user's own folder: its files, each once, and their split by a seed."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from engine.errors import EngineError, InvalidValueError
from training.corpora.corpus import SPLITS, CorpusReport

T = TypeVar("T")
MAX_FILES = 20_000
SHARE_HELD_OUT = 0.1  # of the files, for valid and again for test; at least one each


@dataclass
class Reading:
    """What came out of the files of a folder.

    Args:
        items: relative path -> what was read from it, in the order of the paths.
        left_out: (relative path, reason).
    """

    items: dict[str, Any] = field(default_factory=dict)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def check_folder(path: Path, kind: str) -> Path:
    """The folder, if it is one.

    Raises:
        InvalidValueError: it does not exist or is a file.
    """
    if not path.is_dir():
        problem = "is a file" if path.exists() else "does not exist"
        raise InvalidValueError(f"{kind}:{path} {problem}; give the folder that holds the {kind} files")
    return path


def read_files(folder: Path, read: Callable[[Path], T], endings: Sequence[str] = ()) -> Reading:
    """Read every file of a folder and its subfolders that is not hidden, each content once.

    Args:
        folder: where to look.
        read: file -> what to keep; an EngineError that it raises is the reason to leave the file out.
        endings: lower-case, e.g. ``".mid"``; of other files nothing is said. Empty takes all files.

    Raises:
        InvalidValueError: there are none, or more than MAX_FILES.
    """
    paths = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not endings or path.suffix.lower() in endings
    )
    if not 0 < len(paths) <= MAX_FILES:
        looked_for = f" that end in {' or '.join(endings)}" if endings else ""
        raise InvalidValueError(
            f"{folder} holds {len(paths):,} files{looked_for}; 1 to {MAX_FILES:,} are needed: "
            "is it the right folder?"
        )
    reading, seen = Reading(), {}
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            if sha256 in seen:
                reading.left_out.append((name, f"the same file as {seen[sha256]}"))
                continue
            seen[sha256] = name
            reading.items[name] = read(path)
        except EngineError as error:
            reading.left_out.append((name, str(error)))
        except OSError as error:
            reading.left_out.append((name, f"{error.strerror}: check who may read it"))
    return reading


def split_by_seed(items: Mapping[str, T], seed: int, report: CorpusReport) -> dict[str, list[T]]:
    """Ten percent for valid, ten for test, at least one each; the rest is train.

    The same names and seed give the same split, whatever the files hold. The report goes into the
    message of an error.

    Raises:
        InvalidValueError: there are fewer than three, or the seed is negative.
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
