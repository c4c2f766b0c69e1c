"""Folder: writes all files of the page Live to a folder, whole or not at all."""

import os
import secrets
import shutil
from pathlib import Path

from engine.errors import EngineError, InvalidValueError
from engine.live.site import Site

SITE_README = Path(__file__).with_name("space.md")  # with the front matter of a static Space
SITE_MARK = "# Written by python -m engine live, which may replace this folder."
LFS_KINDS = ("safetensors", "bank", "wasm", "png")  # suffixes of files that the Hub's git keeps in LFS
LFS_LINES = [f"*.{kind} filter=lfs diff=lfs merge=lfs -text" for kind in LFS_KINDS]
GIT_ATTRIBUTES = "\n".join([SITE_MARK, *LFS_LINES, ""])


def write_site(out: Path, site: Site | None = None) -> tuple[int, int]:
    """Write all files of the site.

    Args:
        out: a new or an empty folder, or one that this function wrote earlier, which is replaced as a whole.
        site: what is written; None for a site of all shipped models.

    Returns:
        The number of files, and their total size in bytes.

    Raises:
        InvalidValueError: the folder holds something else, or its parent does not exist.
        EngineError: a model cannot be loaded or the kernel cannot run it, or the disk refuses.
    """
    if not out.absolute().parent.is_dir():
        raise InvalidValueError(f"the folder {out.absolute().parent} does not exist: make it first")
    if not _may_be_replaced(out):
        raise InvalidValueError(
            f"{out} holds something other than an earlier page Live: choose a new or an empty folder"
        )
    site = site or Site()
    files = {path: site.content(path) for path in site.paths()} | {
        "README.md": SITE_README.read_bytes(),
        ".gitattributes": GIT_ATTRIBUTES.encode(),
    }
    partial = out.absolute().with_name(f".{out.absolute().name}.{secrets.token_hex(8)}.partial")
    try:
        for path, content in files.items():
            (partial / path).parent.mkdir(parents=True, exist_ok=True)
            (partial / path).write_bytes(content)
        if out.exists():
            shutil.rmtree(out)
        os.replace(partial, out)
    except OSError as error:
        raise EngineError(
            f"could not write {out} ({error.strerror or error}): make room on that disk, or choose a folder "
            "that you may write to"
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return len(files), sum(map(len, files.values()))


def _may_be_replaced(folder: Path) -> bool:
    """Whether the folder does not exist, is empty, or was written by this module."""
    if not folder.exists():
        return True
    mark = folder / ".gitattributes"
    if mark.is_file():
        return mark.read_text(encoding="utf-8", errors="replace").startswith(SITE_MARK)
    return folder.is_dir() and not any(folder.iterdir())
