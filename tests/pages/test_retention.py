"""Old files go, whoever put them there; young ones stay."""

import time

from pages.retention import remove_old


def test_only_old_files_are_removed(tmp_path):
    old, young = tmp_path / "a" / "old.wav", tmp_path / "b" / "young.wav"
    for path in (old, young):
        path.parent.mkdir()
        path.touch()
        time.sleep(0.3 if path == old else 0)
    remove_old(tmp_path, 0.25)
    assert not old.exists() and young.exists()
    remove_old(tmp_path / "nowhere", 0)
