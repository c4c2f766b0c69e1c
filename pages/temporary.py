"""Temporary: the folder for the files that visitors upload and fetch.

It is chosen before gradio is imported, since some of its modules read GRADIO_TEMP_DIR only at import.
"""

import os
import tempfile
from pathlib import Path

FOLDER_VARIABLE = "GRADIO_TEMP_DIR"


def prepare_folder() -> Path:
    """Make the folder, and have gradio use it.

    Raises:
        SystemExit: with a sentence, if it cannot be made or belongs to somebody else.
    """
    folder = chosen_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = folder.lstat()
    except OSError as error:
        reason = f"{folder} cannot be used ({error.strerror})"
        raise SystemExit(f"{reason}: set {FOLDER_VARIABLE} to another folder") from None
    if folder.is_symlink() or (hasattr(os, "getuid") and facts.st_uid != os.getuid()):
        raise SystemExit(
            f"{folder} is a link or somebody else's: remove it, or set {FOLDER_VARIABLE} to another folder"
        )
    os.environ[FOLDER_VARIABLE] = str(folder)
    return folder


def chosen_folder() -> Path:
    """A folder in $GRADIO_TEMP_DIR if that is set; else one for each user of this machine, as none can
    write into another's."""
    if given := os.environ.get(FOLDER_VARIABLE):
        return Path(given) / "earshot-served"  # for our files alone, as old files there are removed
    user = os.getuid() if hasattr(os, "getuid") else "app"
    return Path(tempfile.gettempdir()) / f"earshot-{user}"
