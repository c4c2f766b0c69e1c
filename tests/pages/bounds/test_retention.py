"""Old files go, whoever put them there, and their folders; young ones stay, as long as all fit."""

import os
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from pages.bounds import retention
from pages.bounds.retention import NEW_SECONDS, Retention, attempt
from pages.temporary import chosen_folder, prepare_folder
from tests.patience import PATIENCE_SECONDS, until

AGE = 100.0  # seconds after which files are old here


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    """The present time for the cleaner, in seconds; files have the times at which they are really written."""
    clock = SimpleNamespace(now=0.0, monotonic=time.monotonic)
    clock.time = lambda: clock.now
    monkeypatch.setattr(retention, "time", clock)
    return clock


def write(path: Path, after: float = 0.0) -> float:
    """Write 100 bytes, again and again until the file's time is later than ``after``; gives that time."""
    path.parent.mkdir(exist_ok=True)

    def is_later() -> bool:
        path.write_bytes(bytes(100))
        return path.stat().st_ctime > after

    until(is_later)
    return path.stat().st_ctime


def test_only_old_files_are_removed(tmp_path, clock):
    old, young = tmp_path / "a" / "old.wav", tmp_path / "b" / "young.wav"
    clock.now = write(young, write(old)) + AGE
    Retention(tmp_path, AGE).clean()
    assert not old.exists() and young.exists()
    Retention(tmp_path / "nowhere", 0).clean()


def test_folders_go_with_their_files_unless_they_are_new(tmp_path, clock):
    """Gradio makes a folder for each file, and 100,000 empty ones were once left."""
    path = tmp_path / "a" / "old.wav"
    clock.now = write(path) + 1
    kept = Retention(tmp_path, 0.0)
    kept.clean()
    assert not path.exists() and path.parent.exists(), "somebody may be about to write there"
    clock.now = path.parent.stat().st_mtime + NEW_SECONDS + 1
    kept.clean()
    assert not path.parent.exists() and tmp_path.exists()


def test_the_oldest_go_where_all_together_are_too_large(tmp_path):
    paths = [tmp_path / f"{number}.wav" for number in range(5)]
    last = 0.0
    for path in paths:
        last = write(path, last)
    kept = Retention(tmp_path, 1000, max_bytes=4 * 8_192)  # each takes a block, and its folder another
    kept.make_room()
    assert [path.exists() for path in paths] == [False, True, True, True, True]
    kept.make_room(2 * 8_192)
    assert [path.exists() for path in paths] == [False, False, False, True, True]


def test_the_cleaner_survives_an_error_of_its_own(caplog):
    def broken() -> None:
        raise OSError("the disk refuses")

    attempt(broken)
    assert "the disk refuses" in caplog.text


def test_an_error_in_one_round_is_not_the_end(tmp_path, monkeypatch):
    rounds, third = [], threading.Event()

    def clean(self: Retention) -> None:
        rounds.append(1)
        if len(rounds) == 3:
            third.set()
        raise RuntimeError

    monkeypatch.setattr(Retention, "clean", clean)
    ended = Retention(tmp_path, 0.0).start(0.01)
    assert third.wait(PATIENCE_SECONDS)
    ended.set()


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_a_link_is_not_followed(tmp_path):
    served, outside = tmp_path / "served", tmp_path / "outside"
    served.mkdir()
    write(outside / "a.txt")
    (served / "file").symlink_to(outside / "a.txt")
    (served / "folder").symlink_to(outside)
    kept = Retention(served, -1.0, max_bytes=0)  # all that it counts is old, and too much
    kept.clean()
    kept.make_room()
    assert (outside / "a.txt").exists()
    assert {path.name for path in served.iterdir()} == {"file", "folder"}, "nor is it counted"


def test_two_users_of_a_machine_do_not_share_a_folder(monkeypatch, tmp_path):
    """The second once could not write into the first one's folder, and heard nothing."""
    monkeypatch.delenv("GRADIO_TEMP_DIR", raising=False)
    folders = set()
    for user in (1_000, 1_001):
        monkeypatch.setattr("os.getuid", lambda user=user: user)
        folders.add(chosen_folder())
    assert len(folders) == 2
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    assert chosen_folder() == tmp_path / "earshot-served"


def test_empty_files_take_room_too(tmp_path):
    """A thousand files of one byte once came with each upload, and a count of bytes never saw them."""
    for number in range(50):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "x").touch()
    Retention(tmp_path, 1000, max_bytes=20 * 8_192).make_room()
    assert len(list(tmp_path.rglob("x"))) == 20


def test_what_is_asked_for_stays(tmp_path, clock):
    path, kept = tmp_path / "a.wav", Retention(tmp_path, AGE)
    written = write(path)

    def is_asked_for_later() -> bool:
        kept.touch(str(path))
        return path.stat().st_ctime > written

    until(is_asked_for_later)
    clock.now = path.stat().st_ctime + AGE
    kept.clean()
    assert path.exists()


def test_a_folder_of_somebody_else_is_not_used(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "earshot-served").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SystemExit, match="is a link or somebody else's"):
        prepare_folder()
    (tmp_path / "earshot-served").unlink()
    own = os.getuid()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.getuid", lambda: own + 1)
        with pytest.raises(SystemExit, match="is a link or somebody else's"):
            prepare_folder()
    assert prepare_folder() == tmp_path / "earshot-served"
