"""Old files go, whoever put them there; young ones stay."""

import time

from pages.house.retention import own_folder, remove_old


def test_only_old_files_are_removed(tmp_path):
    old, young = tmp_path / "a" / "old.wav", tmp_path / "b" / "young.wav"
    for path in (old, young):
        path.parent.mkdir()
        path.touch()
        time.sleep(0.3 if path == old else 0)
    remove_old(tmp_path, 0.25)
    assert not old.exists() and young.exists()
    remove_old(tmp_path / "nowhere", 0)


def test_two_users_of_a_machine_do_not_share_a_folder(monkeypatch, tmp_path):
    """The second could not write into the first's, and heard nothing."""
    monkeypatch.delenv("GRADIO_TEMP_DIR", raising=False)
    folders = set()
    for user in (1_000, 1_001):
        monkeypatch.setattr("os.getuid", lambda user=user: user)
        folders.add(own_folder())
    assert len(folders) == 2
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    assert own_folder() == tmp_path / "earshot"
