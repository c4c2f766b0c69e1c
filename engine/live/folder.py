"""Folder: the site written out, whole or not at all."""

import os
import secrets
import shutil
from pathlib import Path

from engine.errors import EngineError, InvalidValueError
from engine.live.site import Site


def write_site(out: Path, site: Site | None = None) -> tuple[int, int]:
    """Write all files.

    Args:
        out: a new folder, or an empty one.
        site: all models that we ship, unless it is given.

    Returns:
        How many files there are, and their bytes.

    Raises:
        InvalidValueError: there is something already, or no place for it.
        EngineError: a model cannot be drawn by the kernel, or the disk refuses.
    """
    if not out.absolute().parent.is_dir():
        raise InvalidValueError(f"the folder {out.absolute().parent} does not exist: make it first")
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise InvalidValueError(f"{out} exists and is not an empty folder: choose another place")
    site = site or Site()
    partial = out.absolute().with_name(f".{out.absolute().name}.{secrets.token_hex(8)}.partial")
    num_bytes = 0
    try:
        for path in site.paths():
            content = site.content(path)
            (partial / path).parent.mkdir(parents=True, exist_ok=True)
            (partial / path).write_bytes(content)
            num_bytes += len(content)
        os.replace(partial, out)
    except OSError as error:
        raise EngineError(
            f"could not write {out} ({error.strerror or error}): free space on its disk, or choose a folder "
            "that you may write to"
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return len(site.paths()), num_bytes
