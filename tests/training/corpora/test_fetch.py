"""Fetch, against a local server: the origins cannot be reached from a test."""

import errno
import hashlib
import io
import os
import re
import tarfile
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from engine.errors import EngineError, UnknownNameError, UnreadableFileError
from training.corpora import CORPORA
from training.corpora.fetch import MIRROR_VARIABLE, fetch
from training.corpora.files import hash_list

EVERY_CORPUS = pytest.mark.parametrize("name", CORPORA)


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder; what is named in ``cut_short`` is promised whole and sent in half."""

    cut_short: tuple[str, ...] = ()

    def log_message(self, *_):
        pass

    def do_GET(self):
        if not self.path.endswith(self.cut_short or ("\0",)):
            return super().do_GET()
        with open(self.translate_path(self.path), "rb") as file:
            data = file.read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2])
        self.close_connection = True
        return None


class Site:
    """A local server of a folder, with its address."""

    def __init__(self, folder):
        self.folder = folder
        self.handler = type("SiteHandler", (Handler,), {})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(self.handler, directory=folder))
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def put(self, url: str, data: bytes):
        path = self.folder / urlsplit(url).path.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


@pytest.fixture
def site(tmp_path):
    (tmp_path / "site").mkdir()
    site = Site(tmp_path / "site")
    yield site
    site.server.shutdown()
    site.server.server_close()


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def debian_package(members: dict[str, bytes]) -> bytes:
    """An ar file of version, control and data, as dpkg-deb writes it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz", preset=0) as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(f"./{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    package = b"!<arch>\n"
    for name, data in (("debian-binary", b"2.0\n"), ("data.tar.xz", buffer.getvalue())):
        package += f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n".encode()
        package += data + b"\n" * (len(data) % 2)
    return package


def stand_in(name: str, files: dict[str, bytes]) -> bytes:
    """What an origin would send that holds these files of the corpus, and others besides."""
    origin = CORPORA[name].origin
    if origin.unpack == "file":
        return next(iter(files.values()))
    members = {"other/file": b"not wanted"}
    for path, data in files.items():
        source, target = next((s, t) for s, t in origin.moves.items() if path.startswith(t))
        members[source + path.removeprefix(target)] = data
    return {"zip": zipped, "deb": debian_package}[origin.unpack](members)


def put_stand_in(name: str, site: Site, monkeypatch) -> dict[str, bytes]:
    """Serve three small files (or one) of a corpus from its last address."""
    paths = list(hash_list(name))[-3:]
    files = {path: f"data of {path}".encode() for path in paths}
    data = stand_in(name, files)
    if CORPORA[name].origin.sha256:
        known = {**CORPORA[name].origin.__dict__, "sha256": hashlib.sha256(data).hexdigest()}
        monkeypatch.setattr(CORPORA[name], "origin", type(CORPORA[name].origin)(**known))
    site.put(CORPORA[name].origin.urls[-1], data)
    return files


def hashes_of(files: dict[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}


def found_in(folder) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@EVERY_CORPUS
def test_gets_exactly_the_files_of_the_list_and_names_the_licence(name, site, tmp_path, monkeypatch):
    files = put_stand_in(name, site, monkeypatch)
    fetched = fetch(name, tmp_path / "corpora", hashes_of(files), site.address, progress=False)
    assert found_in(tmp_path / "corpora") == files
    assert fetched.num_fetched == len(files)
    assert CORPORA[name].licence in str(fetched)


def test_files_that_are_right_are_not_downloaded_again(site, tmp_path, monkeypatch):
    files = put_stand_in("spoken_digits", site, monkeypatch)
    for path, data in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    fetched = fetch("spoken_digits", tmp_path, hashes_of(files), "http://127.0.0.1:1", progress=False)
    assert (fetched.num_fetched, fetched.num_there) == (0, 3)


def test_a_changed_file_is_replaced_and_leftovers_of_a_killed_fetch_are_removed(site, tmp_path, monkeypatch):
    files = put_stand_in("spoken_digits", site, monkeypatch)
    folder = tmp_path / "corpora"
    first, *_ = files
    (folder / ".spoken_digits.dead.partial").mkdir(parents=True)
    (folder / ".spoken_digits.dead.partial" / "archive").touch()
    (folder / first).parent.mkdir()
    (folder / first).write_bytes(b"changed")
    monkeypatch.setenv(MIRROR_VARIABLE, site.address)
    assert fetch("spoken_digits", folder, hashes_of(files), progress=False).num_fetched == 3
    assert found_in(folder) == files
    assert [path.name for path in folder.iterdir()] == ["spoken_digits"]


@EVERY_CORPUS
def test_other_bytes_than_the_list_says_are_refused_and_nothing_is_kept(name, site, tmp_path, monkeypatch):
    files = put_stand_in(name, site, monkeypatch)
    path = list(files)[-1]
    hashes = {**hashes_of(files), path: "0" * 64}
    with pytest.raises(UnreadableFileError, match=re.escape(path) + ".*sha256 differs.*nothing was kept"):
        fetch(name, tmp_path / "corpora", hashes, site.address, progress=False)
    assert found_in(tmp_path / "corpora") == {}


def test_a_file_that_the_archive_lacks_is_named(site, tmp_path, monkeypatch):
    hashes = hashes_of(put_stand_in("spoken_digits", site, monkeypatch))
    hashes["spoken_digits/more.wav"] = "0" * 64
    with pytest.raises(UnreadableFileError, match=r"more\.wav is missing in what came from https://github"):
        fetch("spoken_digits", tmp_path, hashes, site.address, progress=False)


@pytest.mark.parametrize("name", ["spoken_digits", "voice_prompts"])
def test_what_is_no_archive_is_refused(name, site, tmp_path, monkeypatch):
    hashes = hashes_of(put_stand_in(name, site, monkeypatch))
    monkeypatch.setitem(CORPORA[name].origin.__dict__, "sha256", None)
    site.put(CORPORA[name].origin.urls[-1], b"<html>come back later</html>")
    with pytest.raises(UnreadableFileError, match="not the archive it should be"):
        fetch(name, tmp_path / "corpora", hashes, site.address, progress=False)
    assert found_in(tmp_path / "corpora") == {}


def test_a_download_that_breaks_off_leaves_nothing_and_can_be_started_again(site, tmp_path, monkeypatch):
    files = put_stand_in("nottingham", site, monkeypatch)
    site.handler.cut_short = (".mat",)
    with pytest.raises(EngineError, match=r"could not download.*try again"):
        fetch("nottingham", tmp_path / "corpora", hashes_of(files), site.address, progress=False)
    assert list((tmp_path / "corpora").iterdir()) == []
    site.handler.cut_short = ()
    fetch("nottingham", tmp_path / "corpora", hashes_of(files), site.address, progress=False)
    assert found_in(tmp_path / "corpora") == files


@pytest.mark.parametrize("mirror", ["http://127.0.0.1:1", "nowhere"])
def test_without_network_the_message_says_what_to_do(mirror, tmp_path):
    with pytest.raises(EngineError, match=r"could not download.*check the network.*EARSHOT_CORPORA"):
        fetch("nottingham", tmp_path, mirror=mirror, progress=False)


def test_a_file_that_is_not_at_the_origin_any_more_is_an_error(site, tmp_path):
    with pytest.raises(EngineError, match="404"):
        fetch("nottingham", tmp_path, mirror=site.address, progress=False)


@pytest.mark.parametrize("step", ["replace", "mkdir"])
def test_a_full_disk_is_named_and_nothing_half_written_stays(step, site, tmp_path, monkeypatch):
    files = put_stand_in("spoken_digits", site, monkeypatch)

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "archive")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(EngineError, match=r"No space left on device.*--corpora"):
        fetch("spoken_digits", tmp_path / "corpora", hashes_of(files), site.address, progress=False)
    monkeypatch.undo()
    assert not (tmp_path / "corpora").exists() or found_in(tmp_path / "corpora") == {}


def test_an_unknown_corpus_is_refused(tmp_path):
    with pytest.raises(UnknownNameError, match="jsb_chorales"):
        fetch("jsb", tmp_path)


@EVERY_CORPUS
def test_the_real_files_pass_through_whole(name, site, tmp_path, monkeypatch, corpora_folder):
    hashes = hash_list(name)
    files = {path: (corpora_folder / path).read_bytes() for path in hashes}
    put_stand_in(name, site, monkeypatch)
    monkeypatch.setitem(CORPORA[name].origin.__dict__, "sha256", None)
    site.put(CORPORA[name].origin.urls[0], stand_in(name, files))
    fetch(name, tmp_path / "corpora", mirror=site.address, progress=False)
    assert found_in(tmp_path / "corpora") == files
