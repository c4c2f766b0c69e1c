"""Retention: what visitors upload and fetch lies in one folder, is removed when it is old, and never takes
more than a given number of bytes.

Gradio's own ``delete_cache`` knows only the files of components as they were built, and not those of the
copies of components that it makes for each session.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from pages.bounds.rounds import start_rounds

MAX_FOLDER_BYTES = 1_000_000_000  # of all files together; the oldest go first
BLOCK = 4_096  # bytes: sizes of files are rounded up to it, and each file's folder counts as one more
LOOK_SECONDS = 10.0  # for which a count of the bytes holds; what comes meanwhile is added to it
NEW_SECONDS = 60.0  # for which an empty folder is left alone, since it may be about to be written to
RETENTION_LOG = "earshot.retention"  # name of the logger


class Retention:
    """Keeps the folder within its bounds.

    Args:
        folder: of everything that visitors upload and fetch, also in earlier runs.
        age_seconds: after which a file is removed that nobody has written or asked for since.
        max_bytes: of all files together.
    """

    def __init__(self, folder: Path, age_seconds: float, max_bytes: int = MAX_FOLDER_BYTES):
        self.folder, self.age_seconds, self.max_bytes = folder, age_seconds, max_bytes
        self._lock = threading.Lock()
        self._counted = -LOOK_SECONDS  # when bytes were counted, by time.monotonic
        self._total = 0  # how many there were, with those that came since

    def clean(self) -> None:
        """Remove what is old, and the folders that it lay in."""
        with self._lock:
            now = time.time()
            for age, _, path in self._files():
                if now - age > self.age_seconds:
                    _remove(path)
            for path in sorted(self.folder.rglob("*"), reverse=True):
                with contextlib.suppress(OSError):  # it is not empty, or not ours
                    if path.is_dir() and now - path.stat().st_mtime > NEW_SECONDS:
                        path.rmdir()

    def make_room(self, num_bytes: int = 0) -> None:
        """Remove the oldest files until ``num_bytes`` more fit within ``max_bytes``."""
        with self._lock:
            self._total += num_bytes + 2 * BLOCK
            now = time.monotonic()
            if now - self._counted < LOOK_SECONDS and self._total <= self.max_bytes:
                return
            files = sorted(self._files())
            total = num_bytes + sum(size for _, size, _ in files)
            for _, size, path in files:
                if total <= self.max_bytes:
                    break
                _remove(path)
                total -= size
            self._counted, self._total = now, total

    def touch(self, path: str) -> None:
        """Note that somebody has asked for a file, so that it counts as new."""
        with contextlib.suppress(OSError):
            os.utime(path)

    def start(self, every_seconds: float) -> threading.Event:
        """Clean and make room every ``every_seconds`` in a thread, whatever goes wrong in a round.

        Returns:
            What ends it when it is set.
        """

        def go_on() -> None:
            attempt(self.clean)
            attempt(self.make_room)

        return start_rounds(go_on, every_seconds)

    def _files(self) -> list[tuple[float, int, Path]]:
        """Of each file: when it was last written or asked for, its bytes with its folder's, and its path."""
        files = []
        for path in self.folder.rglob("*"):
            with contextlib.suppress(OSError):  # gone meanwhile, or another's
                if path.is_file() and not path.is_symlink():
                    facts = path.stat()
                    files.append((facts.st_ctime, (1 + max(1, -(-facts.st_size // BLOCK))) * BLOCK, path))
        return files


def attempt(act: Callable[[], None]) -> None:
    """Call ``act``; an error is logged and not raised, so that the next round still comes."""
    try:
        act()
    except Exception as error:  # a disk can refuse in many ways
        logging.getLogger(RETENTION_LOG).warning("old files were not removed this time (%s)", error)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
