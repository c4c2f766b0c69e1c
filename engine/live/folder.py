"""Folder: the site written out, whole or not at all."""

import os
import secrets
import shutil
from pathlib import Path

from engine.errors import EngineError, InvalidValueError
from engine.live.site import Site

README = Path(__file__).with_name("space.md")  # with the front matter of a static Space
MARK = "# Written by python -m engine live, which may replace this folder."
LARGE = ("safetensors", "bank", "wasm", "png")  # kinds of files that the Hub's git keeps elsewhere
ATTRIBUTES = "\n".join([MARK, *(f"*.{kind} filter=lfs diff=lfs merge=lfs -text" for kind in LARGE), ""])


def write_site(out: Path, site: Site | None = None) -> tuple[int, int]:
    """Write all files.

    Args:
        out: a new folder, an empty one, or an earlier one.
        site: all models that we ship, unless it is given.

    Returns:
        How many files there are, and their bytes.

    Raises:
        InvalidValueError: there is something else already, or no place for it.
        EngineError: a model cannot be drawn by the kernel, or the disk refuses.
    """
    if not out.absolute().parent.is_dir():
        raise InvalidValueError(f"the folder {out.absolute().parent} does not exist: make it first")
    if not _may_be_replaced(out):
        raise InvalidValueError(
            f"{out} holds something else than an earlier page Live: choose a new or an empty folder"
        )
    site = site or Site()
    files = {path: site.content(path) for path in site.paths()} | {
        "README.md": README.read_bytes(),
        ".gitattributes": ATTRIBUTES.encode(),
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
            f"could not write {out} ({error.strerror or error}): free space on its disk, or choose a folder "
            "that you may write to"
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return len(files), sum(map(len, files.values()))


def _may_be_replaced(folder: Path) -> bool:
    """Whether nothing is lost: nothing is there, nothing is in it, or it was written here."""
    if not folder.exists():
        return True
    mark = folder / ".gitattributes"
    if mark.is_file():
        return mark.read_text(encoding="utf-8", errors="replace").startswith(MARK)
    return folder.is_dir() and not any(folder.iterdir())
