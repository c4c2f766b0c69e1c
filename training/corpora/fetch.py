"""Fetch: download a corpus from its origin, check every file, and put it in place.

Only this module uses the network. It was tested against a local HTTP server, with small stand-ins
and with the real files, not against the origins themselves: they could not be reached where it was
written. EARSHOT_ORIGIN may name a mirror, such as ``http://localhost:8000``, which takes the place
of scheme and host in every address.
"""

import logging
import lzma
import os
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import arpy
import pooch

from engine.errors import EngineError, UnknownNameError, UnreadableFileError
from training.corpora.catalogue import CORPORA
from training.corpora.corpus import Corpus
from training.corpora.files import CORPORA_VARIABLE, corpora_folder, has_hash, hash_list
from training.corpora.origin import Origin

MIRROR_VARIABLE = "EARSHOT_ORIGIN"
DOWNLOAD_TIMEOUT_SECONDS = 30  # without receiving a byte
MAX_REASON_LENGTH = 160  # characters; longer ones are a library's internals, no help to a user

NO_ARCHIVE = (
    zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, zlib.error, arpy.ArchiveFormatError, EOFError,
)  # fmt: skip


@dataclass(frozen=True)
class Fetched:
    """What ``fetch`` did: how many files it downloaded and how many were there; as text with the licence."""

    corpus: type[Corpus]
    folder: Path
    num_fetched: int
    num_there: int

    def __str__(self) -> str:
        return (
            f"{self.corpus.title}: {self.num_fetched:,} files fetched, {self.num_there:,} were there, all "
            f"checked by sha256, in {self.folder}\nlicence: {self.corpus.licence}\n"
            f"from {self.corpus.homepage}\ncite: {self.corpus.citation}"
        )


def fetch(
    name: str,
    folder: Path | None = None,
    hashes: Mapping[str, str] | None = None,
    mirror: str | None = None,
    progress: bool = True,
) -> Fetched:
    """Download the files of a corpus that are missing or changed; each appears whole or not at all.

    Nothing is put in place before every file has been checked. What a killed fetch has left behind
    is removed, so one corpus must not be fetched twice at the same time.

    Args:
        name: a key of CORPORA.
        folder: the folder of all corpora; None takes $EARSHOT_CORPORA, else ``corpora`` of the project.
        hashes: relative path -> sha256; None takes the project's own list.
        mirror: takes the place of scheme and host of the addresses; None takes $EARSHOT_ORIGIN.
        progress: show a bar.

    Raises:
        UnknownNameError: no such corpus.
        EngineError: no network, no such file there, or the disk is full.
        UnreadableFileError: what was downloaded is not what the list says.
    """
    if name not in CORPORA:
        raise UnknownNameError("corpus", name, CORPORA)
    corpus = CORPORA[name]
    origin = corpus.origin
    if origin is None:
        raise EngineError(f"corpus {name!r} has no origin to fetch from")
    place = corpora_folder(folder)
    hashes = hash_list(name) if hashes is None else hashes
    wanted = {path: sha256 for path, sha256 in hashes.items() if not has_hash(place / path, sha256)}
    if wanted:
        try:
            place.mkdir(parents=True, exist_ok=True)
            _remove_leftovers(place, name)
            with tempfile.TemporaryDirectory(prefix=f".{name}.", suffix=".partial", dir=place) as partial:
                archive = _download(
                    origin, Path(partial), mirror or os.environ.get(MIRROR_VARIABLE), progress
                )
                _unpack(origin, archive, Path(partial) / "unpacked", wanted)
                _put_in_place(Path(partial) / "unpacked", place, wanted)
        except OSError as error:
            raise EngineError(
                f"could not write to {place} ({error.strerror or error}); nothing half-written was left: "
                f"make space there, or choose another folder with --corpora or {CORPORA_VARIABLE}"
            ) from error
    return Fetched(corpus, place, len(wanted), len(hashes) - len(wanted))


def _remove_leftovers(place: Path, name: str) -> None:
    for leftover in place.glob(f".{name}.*.partial"):
        shutil.rmtree(leftover, ignore_errors=True)


def _download(origin: Origin, partial: Path, mirror: str | None, progress: bool) -> Path:
    """The origin's file, from the first of its addresses that gives it."""
    pooch.get_logger().setLevel(logging.WARNING)
    problems = []
    for url in origin.urls:
        address = mirror.rstrip("/") + urlsplit(url).path if mirror else url
        downloader = pooch.HTTPDownloader(progressbar=progress, timeout=DOWNLOAD_TIMEOUT_SECONDS)
        try:
            return Path(pooch.retrieve(address, origin.sha256, "archive", partial, downloader=downloader))
        except OSError as error:
            if error.errno is not None and not isinstance(error, ConnectionError):
                raise  # an error of the disk; those of the network have no errno
            reason = str(error)
            problems.append(
                f"{address}: {reason if len(reason) < MAX_REASON_LENGTH else type(error).__name__}"
            )
        except ValueError as error:  # what pooch raises for a wrong hash or an invalid address
            problems.append(f"{address}: {error}")
    raise EngineError(
        f"could not download {'; '.join(problems)[:600]}; check the network and try again, or get the files "
        f"in another way and point --corpora or {CORPORA_VARIABLE} to their folder"
    )


def _unpack(origin: Origin, archive: Path, unpacked: Path, wanted: Mapping[str, str]) -> None:
    """Write the wanted files of the archive under their relative paths, and check all of them."""
    try:
        for member, file in UNPACKERS[origin.unpack](archive):
            target = origin.target(member)
            if target in wanted:
                (unpacked / target).parent.mkdir(parents=True, exist_ok=True)
                with (unpacked / target).open("wb") as copy:
                    shutil.copyfileobj(file, copy)
    except NO_ARCHIVE as error:
        raise UnreadableFileError(
            f"what came from {origin.urls[0]} is not the archive it should be ({error}); try again later"
        ) from error
    wrong = [path for path, sha256 in wanted.items() if not has_hash(unpacked / path, sha256)]
    if wrong:
        path = unpacked / wrong[0]
        problem = (
            "is not the file that the project knows (its sha256 differs)" if path.exists() else "is missing"
        )
        more = f", and {len(wrong) - 1:,} more files like it" if len(wrong) > 1 else ""
        raise UnreadableFileError(
            f"{wrong[0]} {problem} in what came from {origin.urls[0]}{more}; nothing was kept: try again; "
            "if it happens again, the origin has changed its files"
        )


def _put_in_place(unpacked: Path, place: Path, wanted: Mapping[str, str]) -> None:
    for path in wanted:
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        os.replace(unpacked / path, place / path)


def _members_of_file(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with archive.open("rb") as file:
        yield "", file


def _members_of_zip(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(archive) as opened:
        for member in opened.infolist():
            if not member.is_dir():
                with opened.open(member) as file:
                    yield member.filename, file


def _members_of_deb(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The files that a Debian package installs: a tar file inside an ar file."""
    with archive.open("rb") as file_of_parts, arpy.Archive(fileobj=file_of_parts) as opened:
        for part in opened:
            if part.header.name.startswith(b"data.tar"):
                with tarfile.open(fileobj=part) as tar:
                    for member in tar:
                        if (file := tar.extractfile(member)) is not None:
                            yield member.name.removeprefix("./"), file


UNPACKERS = {"file": _members_of_file, "zip": _members_of_zip, "deb": _members_of_deb}
