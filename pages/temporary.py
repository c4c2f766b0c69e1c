"""Temporary: the folder for what visitors give and get.

It is chosen before gradio is imported, parts of which look at GRADIO_TEMP_DIR only then.
"""

import os
import tempfile
from pathlib import Path

FOLDER_VARIABLE = "GRADIO_TEMP_DIR"


def choose_folder() -> Path:
    """Make the folder, and have gradio use it.

    Raises:
        SystemExit: with a sentence, if it cannot be made or belongs to somebody else.
    """
    folder = own_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = folder.lstat()
    except OSError as error:
        reason = f"{folder} cannot be used ({error.strerror})"
        raise SystemExit(f"{reason}: set {FOLDER_VARIABLE} to another") from None
    if folder.is_symlink() or (hasattr(os, "getuid") and facts.st_uid != os.getuid()):
        raise SystemExit(f"{folder} is not yours: remove it, or set {FOLDER_VARIABLE} to another folder")
    os.environ[FOLDER_VARIABLE] = str(folder)
    return folder


def own_folder() -> Path:
    """In $GRADIO_TEMP_DIR if that is set; else one for each user of the machine, since none may write into
    another's."""
    if given := os.environ.get(FOLDER_VARIABLE):
        return Path(given) / "earshot-served"  # all of it is removed in time
    user = os.getuid() if hasattr(os, "getuid") else "app"
    return Path(tempfile.gettempdir()) / f"earshot-{user}"
