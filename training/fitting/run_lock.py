"""RunLock: a run's folder belongs to one process at a time."""

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from engine.errors import EngineError

LOCK_FILE = "lock"


@contextmanager
def run_lock(folder: Path, what: str) -> Iterator[None]:
    """Hold a run's folder: make it if need be, and remove it afterwards if it has nothing to go on from.

    Args:
        what: who runs there, in words.

    Raises:
        EngineError: another process holds it, or the disk refuses.
    """
    lock = FileLock(folder / LOCK_FILE, timeout=0)
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise EngineError(f"{what} is running already in {folder}: wait for it, or stop it") from None
    except OSError as error:
        raise EngineError(
            f"cannot write into {folder} ({error.strerror}): choose a folder you may write to"
        ) from None
    try:
        yield
    finally:
        lock.release()
        _remove_empty(folder, made)


def _remove_empty(folder: Path, made: Sequence[Path]) -> None:
    """Remove the run's folder if only the lock is left in it, and those around it that were made for it."""
    if folder.exists() and [path.name for path in folder.iterdir()] == [LOCK_FILE]:
        (folder / LOCK_FILE).unlink()
        folder.rmdir()
    with contextlib.suppress(OSError):  # something lies there
        for place in made:
            if place.exists():
                place.rmdir()
