"""Killed with -9 at any moment, a fit goes on and ends as if nothing had happened."""

import json
import subprocess
import sys

import pytest

from tests.training import tiny
from tests.training.fitting.killed_fit import RECIPE, fit_to_the_end
from training.fitting import fit as fit_module
from training.fitting.run_state import read_state


@pytest.mark.parametrize("seed", [1, 2])
def test_it_ends_with_the_same_weights_to_the_bit(seed, tmp_path, project_folder):
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    for folder in (killed, whole):
        folder.mkdir()
    command = [sys.executable, "-m", "tests.training.fitting.killed_fit", str(killed), str(seed)]
    done = subprocess.run(command, cwd=project_folder, capture_output=True, text=True, timeout=240)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) >= 5, "too few were killed to show anything"
    fit_to_the_end(whole)
    assert (killed / "weights").read_bytes() == (whole / "weights").read_bytes()
    curves = [json.loads((folder / "curve").read_text()) for folder in (killed, whole)]
    seconds = [curve.pop("seconds") for curve in curves]
    assert curves[0] == curves[1]
    assert seconds[0] == sorted(seconds[0]) and len(seconds[0]) == RECIPE.max_epochs
    assert len(list((killed / "run").iterdir())) == 1, "a state that was half-written stays"


@pytest.mark.parametrize("num_updates", [1, 2, 3, 4, 7])
def test_each_number_of_updates_is_a_place_to_go_on_from(num_updates, tmp_path, monkeypatch):
    """In the middle of an epoch, at its last update, and at the next one's first."""
    monkeypatch.setattr(fit_module, "SECONDS_BETWEEN_STATES", -1.0)
    recipe = tiny.recipe()
    whole = tiny.fit(recipe, tmp_path / "whole")
    update, left = fit_module.update, [num_updates]

    def stop_after(*given):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return update(*given)

    monkeypatch.setattr(fit_module, "update", stop_after)
    with pytest.raises(KeyboardInterrupt):
        tiny.fit(recipe, tmp_path / "run")
    progress, _ = read_state(tmp_path / "run", recipe)
    assert progress.update == num_updates
    monkeypatch.setattr(fit_module, "update", update)
    resumed = tiny.fit(recipe, tmp_path / "run")
    for name, value in whole.model.state_dict().items():
        assert resumed.model.state_dict()[name].equal(value)
    assert resumed.progress.curve.valid_nats_per_frame == whole.progress.curve.valid_nats_per_frame
    assert resumed.progress.curve.train_nats_per_frame == whole.progress.curve.train_nats_per_frame


def test_a_fit_that_has_ended_is_not_fitted_again(tmp_path, monkeypatch):
    first = tiny.fit(tiny.recipe(), tmp_path)
    monkeypatch.setattr(fit_module, "update", None)
    second = tiny.fit(tiny.recipe(), tmp_path)
    assert second.progress == first.progress
    assert second.model.state_dict().keys() == first.model.state_dict().keys()
    assert all(second.model.state_dict()[key].equal(value) for key, value in first.model.state_dict().items())
