"""Retention: what visitors give and get lies in one folder, is removed when it is old, and never takes more
than so many bytes.

Gradio's own ``delete_cache`` knows only the files of components as they were built: not those of the copies
that it makes for a session.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

MAX_FOLDER_BYTES = 1_000_000_000  # of all files together; the oldest go first
BLOCK = 4_096  # bytes that a file's size is rounded up to, and that its folder takes
LOOK_SECONDS = 10.0  # for which a count of the bytes holds, with what has come since added
NEW_SECONDS = 60.0  # for which an empty folder may be one that is about to be written to
RETENTION_LOG = "earshot.retention"  # name of the logger


class Retention:
    """The folder, as it is kept.

    Args:
        folder: of everything that visitors give and get, also in earlier runs.
        age_seconds: after which a file is removed that nobody has written or asked for since.
        max_bytes: of all files together.
    """

    def __init__(self, folder: Path, age_seconds: float, max_bytes: int = MAX_FOLDER_BYTES):
        self.folder, self.age_seconds, self.max_bytes = folder, age_seconds, max_bytes
        self._lock = threading.Lock()
        self._counted, self._total = (
            -LOOK_SECONDS,
            0,
        )  # when bytes were counted, by time.monotonic, and how many

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
        """Remove the oldest files until so many bytes fit within the bound."""
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
        """Somebody has asked for a file."""
        with contextlib.suppress(OSError):
            os.utime(path)

    def start(self, every_seconds: float) -> None:
        """Clean and make room in a thread every so many seconds, whatever goes wrong in a round."""

        def go_on() -> None:
            while True:
                attempt(self.clean)
                attempt(self.make_room)
                time.sleep(every_seconds)

        threading.Thread(target=go_on, daemon=True).start()

    def _files(self) -> list[tuple[float, int, Path]]:
        """When each was last written or asked for, the bytes of it and its folder, and its path."""
        files = []
        for path in self.folder.rglob("*"):
            with contextlib.suppress(OSError):  # gone meanwhile, or another's
                if path.is_file() and not path.is_symlink():
                    facts = path.stat()
                    files.append((facts.st_ctime, (1 + max(1, -(-facts.st_size // BLOCK))) * BLOCK, path))
        return files


def attempt(act: Callable[[], None]) -> None:
    """Do it; an error is told to the log, and the next round comes all the same."""
    try:
        act()
    except Exception as error:  # a disk can refuse in many ways
        logging.getLogger(RETENTION_LOG).warning("old files were not removed this time (%s)", error)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
