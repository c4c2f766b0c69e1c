"""The files of a corpus: the folder they lie in, and the sha256 that each must have.

A list ``sha256/<corpus>.txt`` holds lines ``hash  relative/path``, as sha256sum writes them, with
paths relative to the folder of all corpora.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from engine.errors import EngineError, UnreadableFileError
from engine.folders import PROJECT

CORPORA_VARIABLE = "EARSHOT_CORPORA"
HASH_LISTS = Path(__file__).parent / "sha256"


def corpora_folder(folder: Path | None = None) -> Path:
    """The folder of all corpora: the one given, else $EARSHOT_CORPORA, else ``corpora`` of the project."""
    if folder is not None:
        return Path(folder)
    if named := os.environ.get(CORPORA_VARIABLE):
        return Path(named)
    return PROJECT / "corpora"


def hash_list(name: str) -> dict[str, str]:
    """Relative path -> sha256 of every file of a corpus, as the project keeps it."""
    lines = (HASH_LISTS / f"{name}.txt").read_text().splitlines()
    return {path: sha256 for sha256, path in (line.split(maxsplit=1) for line in lines)}


def has_hash(path: Path, sha256: str) -> bool:
    """Whether the file is there and its bytes have this hash.

    Raises:
        UnreadableFileError: it is there and cannot be read.
    """
    try:
        return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    except OSError as error:
        raise UnreadableFileError(f"{path} cannot be read ({error.strerror}): see who may read it") from None


def checked_paths(name: str, folder: Path, hashes: Mapping[str, str]) -> list[Path]:
    """The files of a corpus in the order of its list, each there and unchanged.

    Raises:
        EngineError: a file is missing.
        UnreadableFileError: the bytes of a file are not those of the list.
    """
    paths = {relative: folder / relative for relative in hashes}
    missing = [relative for relative, path in paths.items() if not path.is_file()]
    if missing:
        more = f" and {len(missing) - 1:,} more files" if len(missing) > 1 else ""
        raise EngineError(
            f"corpus {name!r} is not in {folder} ({missing[0]}{more} missing); run `python -m training "
            f"fetch {name}`, or point --corpora or {CORPORA_VARIABLE} to the folder that holds it"
        )
    for relative, path in paths.items():
        if not has_hash(path, hashes[relative]):
            raise UnreadableFileError(
                f"{path} is not the file that corpus {name!r} is made of (its sha256 differs); "
                f"delete it and run `python -m training fetch {name}`"
            )
    return list(paths.values())
