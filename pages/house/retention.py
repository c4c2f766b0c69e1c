"""Retention: what visitors give and get lies in one folder, and is removed when it is old.

Gradio's own ``delete_cache`` knows only the files of components as they were built: not those of the copies
that it makes for a session, nor the streams.
"""

import contextlib
import os
import tempfile
import threading
import time
from pathlib import Path


def start(every_seconds: float, age_seconds: float) -> None:
    """Give the app a folder of its own for such files, before it is built, and keep it clean in a thread."""
    folder = own_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["GRADIO_TEMP_DIR"] = str(folder)  # where Gradio looks for it

    def clean() -> None:
        while True:
            remove_old(folder, age_seconds)
            time.sleep(every_seconds)

    threading.Thread(target=clean, daemon=True).start()


def own_folder() -> Path:
    """In $GRADIO_TEMP_DIR if that is set; else one for each user of the machine, since none may write into
    another's."""
    if given := os.environ.get("GRADIO_TEMP_DIR"):
        return Path(given) / "earshot"
    user = os.getuid() if hasattr(os, "getuid") else "app"
    return Path(tempfile.gettempdir()) / f"earshot-{user}"


def remove_old(folder: Path, age_seconds: float) -> None:
    """Remove all files that nobody has written or asked for again for so long, earlier runs' too."""
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # gone meanwhile, or another's
            if path.is_file() and time.time() - path.stat().st_ctime > age_seconds:
                path.unlink()
