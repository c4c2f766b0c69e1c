"""The state of a run on disk: whole or not at all, and clear words for one that cannot be used."""

import errno
import json
import shutil

import pytest
import safetensors.torch
import torch

from engine.errors import EngineError
from tests.training import tiny
from training.fitting import run_state
from training.fitting.run_state import Progress, RunCurve, read_state, remove_run, write_state

RECIPE = tiny.recipe()


def progress(update: int) -> Progress:
    curve = RunCurve([3, 6], [0.1, 0.2], [1 / 3, 2 / 7], [0.1 + 0.2, 1e-17])
    return Progress(update, 2, 1, 0.1 + 0.7, 12, 1.5, 1, 1e-17, False, curve)


def tensors(value: float) -> dict[str, torch.Tensor]:
    return {"weights/a": torch.full((3, 2), value), "squares/a": torch.full((2, 3), value).t()}


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_is_read_to_the_bit(tmp_path):
    write_state(tmp_path / "run", RECIPE, progress(7), tensors(1 / 3))
    read, values = read_state(tmp_path / "run", RECIPE)
    assert read == progress(7)
    assert all(values[key].equal(value) for key, value in tensors(1 / 3).items())


def test_a_run_that_has_not_begun_has_no_state(tmp_path):
    assert read_state(tmp_path / "run", RECIPE) is None
    (tmp_path / "empty").mkdir()
    assert read_state(tmp_path / "empty", RECIPE) is None


def test_only_the_newest_stays(tmp_path):
    """Names are sorted as text: 9 before 10, and before 100,000,000."""
    for update in (9, 10, 99_999_999):
        write_state(tmp_path, RECIPE, progress(update), tensors(update))
        assert read_state(tmp_path, RECIPE)[0].update == update
        assert len(names(tmp_path)) == 1


def test_a_state_that_lies_there_is_not_replaced(tmp_path, monkeypatch):
    """Between its removal and the new one's name a killed process would leave none."""
    write_state(tmp_path, RECIPE, progress(7), tensors(7))
    monkeypatch.setattr(run_state.os, "replace", None)
    write_state(tmp_path, RECIPE, progress(7), tensors(7))
    assert names(tmp_path) == ["state-00000007-00002"]
    assert read_state(tmp_path, RECIPE)[1]["weights/a"].equal(tensors(7)["weights/a"])


def test_what_a_killed_process_left_is_neither_read_nor_kept(tmp_path):
    """Killed while it wrote a state, and while it removed an old one."""
    write_state(tmp_path, RECIPE, progress(7), tensors(7))
    (tmp_path / ".state-00000009-00002.partial").mkdir()
    (tmp_path / ".state-00000009-00002.partial" / "tensors.safetensors").write_bytes(b"half")
    (tmp_path / "state-00000005-00001").mkdir()
    assert read_state(tmp_path, RECIPE)[0].update == 7
    write_state(tmp_path, RECIPE, progress(9), tensors(9))
    assert names(tmp_path) == ["state-00000009-00002"]


@pytest.mark.parametrize("place", ["save_file", "mkdir", "write_text", "replace"])
def test_a_full_disk_leaves_the_state_before(place, tmp_path, monkeypatch):
    write_state(tmp_path, RECIPE, progress(7), tensors(7))

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    owner = {"save_file": safetensors.torch, "replace": run_state.os}.get(place, run_state.Path)
    monkeypatch.setattr(owner, place, full)
    with pytest.raises(EngineError, match=r"No space left on device.*free disk space and start again"):
        write_state(tmp_path, RECIPE, progress(9), tensors(9))
    monkeypatch.undo()
    assert names(tmp_path) == ["state-00000007-00002"]
    assert read_state(tmp_path, RECIPE)[1]["weights/a"].equal(tensors(7)["weights/a"])


def test_a_disk_that_is_full_while_fitting_ends_in_one_sentence(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(safetensors.torch, "save_file", full)
    with pytest.raises(EngineError, match="cannot save the run"):
        tiny.fit(RECIPE, tmp_path / "run")
    assert names(tmp_path / "run") == []


@pytest.mark.parametrize(
    "changes", [{"name": "other"}, {"seed": 2}, {"optimiser": {"learning_rate": 0.02}}, {"max_epochs": 9}]
)
def test_the_state_of_another_recipe_is_refused(changes, tmp_path):
    write_state(tmp_path, RECIPE, progress(7), tensors(7))
    with pytest.raises(EngineError, match="belongs to another recipe: finish it with that one, or remove"):
        read_state(tmp_path, tiny.recipe(**changes))


def damage_progress(state, **changes) -> None:
    stored = json.loads((state / "progress.json").read_text())
    stored["progress"].update(changes)
    (state / "progress.json").write_text(json.dumps(stored))


@pytest.mark.parametrize(
    "damage",
    [
        lambda state: (state / "progress.json").unlink(),
        lambda state: (state / "tensors.safetensors").unlink(),
        lambda state: (state / "progress.json").write_text('{"recipe": {'),
        lambda state: (state / "progress.json").write_text("[]"),
        lambda state: (state / "progress.json").write_bytes(b"\xff"),
        lambda state: (state / "tensors.safetensors").write_bytes(b"\x08"),
        lambda state: (state / "tensors.safetensors").write_bytes(b""),
        lambda state: damage_progress(state, mood="good"),
        lambda state: (state / "progress.json").write_text(
            json.dumps({"progress": json.loads((state / "progress.json").read_text())["progress"]})
        ),
    ],
    ids=[
        *("no progress", "no tensors", "half", "list", "no text"),
        *("short tensors", "empty tensors", "unknown key", "no recipe"),
    ],
)
def test_a_damaged_state_is_refused(damage, tmp_path):
    write_state(tmp_path, RECIPE, progress(7), tensors(7))
    damage(tmp_path / "state-00000007-00002")
    with pytest.raises(EngineError, match=r"cannot be read.*remove that folder to start again"):
        read_state(tmp_path, RECIPE)


def test_tensors_of_another_version_are_refused(tmp_path):
    fit = tiny.fit(RECIPE, tmp_path / "fit")
    write_state(tmp_path / "other", RECIPE, fit.progress, tensors(7))
    with pytest.raises(EngineError, match=r"does not fit this version of Earshot.*remove that folder"):
        tiny.fit(RECIPE, tmp_path / "other")


def test_a_folder_that_has_changed_since_is_noticed(tmp_path):
    """Otherwise a run would go on with the order and place of other batches, or beyond the last of them."""
    fit = tiny.fit(RECIPE, tmp_path)
    sizes = {"more": (20, 4, 4), "fewer": (4, 4, 4)}
    for size in sizes.values():
        with pytest.raises(EngineError, match="begun on other files of tiny: put those back, or remove"):
            tiny.fit(RECIPE, tmp_path, tiny.music(size))
    other = tiny.music()
    other.splits["test"][0] = 1 - other.splits["test"][0]  # of the same length
    with pytest.raises(EngineError, match="begun on other files"):
        tiny.fit(RECIPE, tmp_path, other)
    fit.progress.batch, fit.progress.epoch_frames, fit.progress.update = 1, 999, fit.progress.update + 1
    write_state(tmp_path, RECIPE, fit.progress, fit._tensors())
    with pytest.raises(EngineError, match="begun on other files"):
        tiny.fit(RECIPE, tmp_path)


def test_a_removed_run_is_gone(tmp_path):
    write_state(tmp_path / "run", RECIPE, progress(7), tensors(7))
    remove_run(tmp_path / "run")
    remove_run(tmp_path / "run")
    assert names(tmp_path) == []


def test_a_run_that_is_half_removed_is_no_run(tmp_path, monkeypatch):
    """Killed in the middle of removing: the next fit of that name must not stumble over the rest."""
    write_state(tmp_path / "run", RECIPE, progress(7), tensors(7))
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)
        remove_run(tmp_path / "run")
    assert read_state(tmp_path / "run", RECIPE) is None
    write_state(tmp_path / "run", RECIPE, progress(8), tensors(8))
    remove_run(tmp_path / "run")
    assert names(tmp_path) == []
