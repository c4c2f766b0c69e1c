"""RunLock: a run's folder belongs to one process at a time."""

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from engine.errors import EngineError

LOCK = "lock"


@contextmanager
def run_lock(folder: Path, what: str) -> Iterator[None]:
    """Hold a run's folder, which is made; one in which nothing was left to go on from is removed afterwards.

    Args:
        what: runs there, in words.

    Raises:
        EngineError: another process holds it, or the disk refuses.
    """
    lock = FileLock(folder / LOCK, timeout=0)
    made = [each for each in (folder, *folder.parents) if not each.exists()]
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
    """The run's folder if nothing but the lock is left in it, and those around it that were made for it."""
    if folder.exists() and [path.name for path in folder.iterdir()] == [LOCK]:
        (folder / LOCK).unlink()
        folder.rmdir()
    with contextlib.suppress(OSError):  # something lies there
        for each in made:
            if each.exists():
                each.rmdir()
