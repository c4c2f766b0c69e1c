"""Old files go, whoever put them there, and their folders; young ones stay, as long as all fit."""

import os
import time

import pytest

from pages.bounds import retention
from pages.bounds.retention import Retention, attempt
from pages.temporary import choose_folder, own_folder


def test_only_old_files_are_removed(tmp_path):
    old, young = tmp_path / "a" / "old.wav", tmp_path / "b" / "young.wav"
    for path in (old, young):
        path.parent.mkdir()
        path.touch()
        time.sleep(0.3 if path == old else 0)
    Retention(tmp_path, 0.25).clean()
    assert not old.exists() and young.exists()
    Retention(tmp_path / "nowhere", 0).clean()


def test_folders_go_with_their_files_unless_they_are_new(tmp_path, monkeypatch):
    """Gradio makes one for each file, and 100,000 empty ones were left."""
    path = tmp_path / "a" / "old.wav"
    path.parent.mkdir()
    path.touch()
    kept = Retention(tmp_path, 0.0)
    time.sleep(0.01)
    kept.clean()
    assert not path.exists() and path.parent.exists(), "somebody may be about to write there"
    monkeypatch.setattr(retention, "NEW_SECONDS", 0.0)
    time.sleep(0.01)
    kept.clean()
    assert not path.parent.exists() and tmp_path.exists()


def test_the_oldest_go_where_all_together_are_too_large(tmp_path):
    paths = []
    for number in range(5):
        paths.append(tmp_path / f"{number}.wav")
        paths[-1].write_bytes(bytes(100))
        time.sleep(0.02)
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
    kept, rounds = Retention(tmp_path, 0.0), []

    def clean(self: Retention) -> None:
        rounds.append(1)
        raise RuntimeError

    monkeypatch.setattr(Retention, "clean", clean)
    kept.start(0.01)
    until = time.monotonic() + 5
    while len(rounds) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    assert len(rounds) >= 3
    monkeypatch.setattr(Retention, "clean", lambda self: time.sleep(60))


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "served").mkdir()
    (tmp_path / "outside.txt").write_bytes(bytes(1000))
    (tmp_path / "served" / "link").symlink_to(tmp_path / "outside.txt")
    Retention(tmp_path / "served", 0.0, max_bytes=0).make_room()
    assert (tmp_path / "outside.txt").exists()


def test_two_users_of_a_machine_do_not_share_a_folder(monkeypatch, tmp_path):
    """The second could not write into the first's, and heard nothing."""
    monkeypatch.delenv("GRADIO_TEMP_DIR", raising=False)
    folders = set()
    for user in (1_000, 1_001):
        monkeypatch.setattr("os.getuid", lambda user=user: user)
        folders.add(own_folder())
    assert len(folders) == 2
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    assert own_folder() == tmp_path / "earshot-served"


def test_empty_files_take_room_too(tmp_path):
    """A thousand files of one byte came with each upload, and a count of bytes never saw them."""
    for number in range(50):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "x").touch()
    Retention(tmp_path, 1000, max_bytes=20 * 8_192).make_room()
    assert len(list(tmp_path.rglob("x"))) == 20


def test_what_is_asked_for_stays(tmp_path):
    path = tmp_path / "a.wav"
    path.touch()
    kept = Retention(tmp_path, 0.3)
    for _ in range(4):
        time.sleep(0.15)
        kept.touch(str(path))
        kept.clean()
    assert path.exists()


def test_a_folder_of_somebody_else_is_not_used(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "earshot-served").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SystemExit, match="is not yours"):
        choose_folder()
    (tmp_path / "earshot-served").unlink()
    assert choose_folder() == tmp_path / "earshot-served"
