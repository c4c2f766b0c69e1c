"""Files appear whole or not at all."""

import errno
import os

import pytest

from engine.errors import EngineError
from engine.whole_file import write_whole


def test_writes_and_replaces(tmp_path):
    for data in (b"old", b"new"):
        write_whole(tmp_path / "x.bin", data)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x.bin", b"new")]


def test_a_full_disk_leaves_the_old_file_and_nothing_half_written(tmp_path, monkeypatch):
    write_whole(tmp_path / "x.bin", b"old")

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EngineError, match=r"No space left on device.*7 bytes free"):
        write_whole(tmp_path / "x.bin", b"changed")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x.bin", b"old")]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(EngineError, match=r"nowhere/x\.bin.*folder exists"):
        write_whole(tmp_path / "nowhere" / "x.bin", b"")
