"""Files of a corpus: there, and with the bytes of the list."""

import hashlib

import pytest

from engine.errors import EngineError, UnreadableFileError
from training.corpora.files import checked_paths, has_hash

DATA = {"a/one.wav": b"one", "a/two.wav": b"two"}
HASHES = {path: hashlib.sha256(data).hexdigest() for path, data in DATA.items()}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a").mkdir()
    for path, data in DATA.items():
        (tmp_path / path).write_bytes(data)
    return tmp_path


def test_unchanged_files_come_in_the_order_of_the_list(folder):
    (folder / "a" / "other").touch()
    assert checked_paths("x", folder, HASHES) == [folder / path for path in HASHES]


def test_a_changed_file_is_named(folder):
    (folder / "a" / "two.wav").write_bytes(b"changed")
    with pytest.raises(UnreadableFileError, match=r"a/two\.wav is not the file.*fetch x"):
        checked_paths("x", folder, HASHES)


def test_a_missing_file_is_named(folder):
    (folder / "a" / "one.wav").unlink()
    with pytest.raises(EngineError, match=r"a/one\.wav missing.*fetch x"):
        checked_paths("x", folder, HASHES)


def test_all_missing_are_counted(tmp_path):
    with pytest.raises(EngineError, match=r"a/one\.wav and 1 more files missing"):
        checked_paths("x", tmp_path, HASHES)


def test_a_folder_in_the_place_of_a_file_has_no_hash(folder):
    assert not has_hash(folder / "a", HASHES["a/one.wav"])
