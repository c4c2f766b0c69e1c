"""``python -m training fit``: what a person types, what it prints, and what is then there."""

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from engine import __main__ as engine_program
from tests.training.commands.command_line import QUICK
from training.commands import arguments
from training.fitting import fit as fit_module
from training.fitting import run_lock


def test_a_folder_of_ten_midi_files_is_fitted_by_one_command(command, midi_folder, tmp_path):
    code, out, err = command("fit", "--corpus", f"midi:{midi_folder}", *QUICK)
    assert (code, err) == (0, "")
    assert "10 files read, 0 left out" in out and f"wrote {command.checkpoints / 'mine'}" in out
    assert sorted(path.name for path in (command.checkpoints / "mine").iterdir()) == [
        *("README.md", "card.json", "curve.json", "model.safetensors")
    ]
    assert not (command.runs / "mine").exists()

    assert re.search("\n  mine +5 gru units, test [0-9.]+ nats per frame\n", command("list")[1])
    assert "mine" in command("list", of=engine_program)[1]
    code, out, _ = command("evaluate", "mine", "--json")
    figures = json.loads(out)
    assert code == 0 and (figures["corpus"], figures["num_sequences"]) == (f"midi:{midi_folder}", 1)
    card = json.loads((command.checkpoints / "mine" / "card.json").read_text())
    assert card["metrics"]["test"]["nats_per_frame"] == pytest.approx(figures["nats_per_frame"], abs=1e-9)
    draw = tmp_path / "draw.mid"
    assert command("sample", "mine", "--frames", "16", "--out", str(draw), of=engine_program)[0] == 0
    assert draw.read_bytes()[:4] == b"MThd"
    song = str(midi_folder / "song 3.mid")
    scored = json.loads(command("score", "mine", song, "--json", of=engine_program)[1])
    assert scored["num_frames"] == 12 and scored["nats_per_frame"] > 0


def test_a_folder_of_sound_is_fitted_by_one_command(command, audio_folder, tmp_path):
    code, out, _ = command("fit", "--corpus", f"audio:{audio_folder}", *QUICK)
    assert code == 0 and "4 files read, 0 left out" in out
    figures = json.loads(command("evaluate", "mine", "--json")[1])
    assert (figures["num_sequences"], figures["num_steps"], figures["num_samples"]) == (1, 800, 8_000)
    assert 0 < figures["bits_per_sample"] < 16
    draw = tmp_path / "draw.wav"
    assert command("sample", "mine", "--seconds", "0.5", "--out", str(draw), of=engine_program)[0] == 0
    assert soundfile.info(draw).duration == pytest.approx(0.5, abs=0.01)
    readme = (command.checkpoints / "mine" / "README.md").read_text()
    assert "| bits per 16-bit sample | " in readme and "--seconds 3" in readme


def test_a_model_like_our_best_ones_is_fitted_to_sound_by_one_word(command, audio_folder, tmp_path):
    given = ("fit", "--corpus", f"audio:{audio_folder}", "--cell", "best", "--name", "mine")
    code, out, _ = command(*given, "--units", "5", "--epochs", "1", "--quiet")
    assert code == 0 and re.search(r"weights of epoch 1 of 1: [0-9.]+ bits per sample on valid", out)
    card = json.loads((command.checkpoints / "mine" / "card.json").read_text())
    assert card["representation"]["samples_per_frame"] > 10
    assert card["model"]["head"]["name"] == "logistic_mixture"
    assert json.loads(command("evaluate", "mine", "--json")[1])["bits_per_sample"] > 0
    draw = tmp_path / "draw.wav"
    assert command("sample", "mine", "--seconds", "0.5", "--out", str(draw), of=engine_program)[0] == 0
    assert soundfile.info(draw).duration == pytest.approx(0.5, abs=0.01)


def test_the_best_is_no_cell_to_put_into_a_recipe(command):
    assert "is itself a recipe" in command.refusal("fit", "jsb_chorales-gru", "--cell", "best")


def test_a_recipe_is_fitted_with_what_the_command_line_changes(command, corpora_folder):
    given = ("fit", "jsb_chorales-tanh", "--corpora", str(corpora_folder))
    assert command(*given, "--units", "3", "--epochs", "1", "--learning-rate", "0.02", "--quiet")[0] == 0
    recipe = json.loads((command.checkpoints / "jsb_chorales-tanh" / "card.json").read_text())["training"][
        "recipe"
    ]
    assert recipe["model"]["cells"] == [{"name": "tanh", "hidden_size": 3}]
    assert (recipe["max_epochs"], recipe["patience"]) == (1, 50)
    assert (recipe["optimiser"]["learning_rate"], recipe["optimiser"]["weight_noise"]) == (0.02, 0.075)


def test_a_fit_that_was_stopped_goes_on_by_the_same_command(command, midi_folder, monkeypatch):
    given = ("fit", "--corpus", f"midi:{midi_folder}", *QUICK)
    update = fit_module.update
    with monkeypatch.context() as patch:
        patch.setattr(fit_module, "SECONDS_BETWEEN_STATES", -1.0)  # the state is saved after every update
        left = [1]  # one update is made

        def stop_after(*arguments):
            if not left:
                raise KeyboardInterrupt
            left.pop()
            return update(*arguments)

        patch.setattr(fit_module, "update", stop_after)
        code, _, err = command(*given)
    assert (code, err) == (130, "stopped; the same command goes on from the last saved state\n")
    assert not command.checkpoints.exists()
    code, out, _ = command(*given)
    assert code == 0 and "going on at update 1, epoch 1" in out


def test_the_bar_shows_where_the_fit_stands(command, midi_folder):
    _, _, err = command("fit", "--corpus", f"midi:{midi_folder}", *QUICK[:-1])  # without --quiet
    assert re.search(r"epoch 2, train [\d.]+, valid [\d.]+, best [\d.]+ nats per frame", err)
    assert re.search(r"2/2 \[\d\d:\d\d<\d\d:\d\d", err)  # time gone and time left


def test_a_disk_that_fills_up_at_the_end_loses_nothing(command, midi_folder, monkeypatch):
    given = ("fit", "--corpus", f"midi:{midi_folder}", *QUICK)
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.suffix == ".safetensors":
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        code, _, err = command(*given)
    assert code == 1 and re.fullmatch("error: .*No space left on device.*\n", err)
    assert list(command.checkpoints.iterdir()) == []
    monkeypatch.setattr(fit_module, "update", None)  # all is fitted: what remains is to write
    assert command(*given)[0] == 0
    assert [path.name for path in command.checkpoints.iterdir()] == ["mine"]


def test_of_two_fits_of_one_name_the_second_is_refused_at_once(command, midi_folder):
    given = ("fit", "--corpus", f"midi:{midi_folder}", *QUICK)
    with run_lock(command.runs / "mine", "another fit"):
        assert "a fit of 'mine' is running already" in command.refusal(*given)
    assert command(*given)[0] == 0


def test_a_checkpoint_that_came_while_another_was_fitted_is_not_replaced(command, midi_folder, monkeypatch):
    """Two fits of one name in two folders: the later once took the earlier's place without a word."""
    given = ("fit", "--corpus", f"midi:{midi_folder}", *QUICK)
    place, update = command.checkpoints / "mine", fit_module.update

    def meanwhile(*arguments):
        place.mkdir(parents=True, exist_ok=True)
        (place / "card.json").write_text("another's")
        return update(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(fit_module, "update", meanwhile)
        code, _, err = command(*given)
    assert code == 1 and "'mine' is in" in err
    assert [path.name for path in place.iterdir()] == ["card.json"]
    monkeypatch.setattr(fit_module, "update", None)  # all is fitted: what remains is to write
    assert command(*given, "--replace")[0] == 0
    assert len(list(place.iterdir())) == 4


def test_a_checkpoint_is_replaced_only_on_demand(command, midi_folder):
    given = ("fit", "--corpus", f"midi:{midi_folder}", *QUICK)
    assert command(*given)[0] == 0
    assert "'mine' exists: choose another --name, or say --replace" in command.refusal(*given)
    assert command(*given, "--seed", "5", "--replace")[0] == 0
    card = json.loads((command.checkpoints / "mine" / "card.json").read_text())
    assert card["training"]["recipe"]["seed"] == 5


@pytest.mark.parametrize("replace", [(), ("--replace",)])
def test_a_folder_that_is_no_checkpoint_is_left_alone(command, midi_folder, replace):
    """``--checkpoints ~ --name documents`` would have replaced a folder of letters by a model."""
    (command.checkpoints / "mine").mkdir(parents=True)
    (command.checkpoints / "mine" / "letter.txt").write_text("dear")
    given = ("fit", "--corpus", f"midi:{midi_folder}", *QUICK, *replace)
    assert "exists and is no checkpoint" in command.refusal(*given)


MIDI = ("fit", "--corpus", "midi:{songs}")
REFUSALS = {
    "recipe": (("fit", "jsb_chorales-gr"), "unknown recipe 'jsb_chorales-gr'.*did you mean"),
    "nothing": (("fit",), "name a recipe .*or give --corpus, --cell and --name"),
    "no name": ((*MIDI, "--cell", "gru"), "give --corpus, --cell and --name"),
    "corpus": (("fit", "--corpus", "jsb", *QUICK), "unknown corpus 'jsb'; known: .*midi:PATH"),
    "cell": ((*MIDI, *QUICK, "--cell", "grru"), "unknown cell 'grru'.*did you mean 'gru'"),
    "name": ((*MIDI, *QUICK, "--name", "../mine"), "name '../mine' must be lower-case"),
    "units": ((*MIDI, *QUICK, "--units", "0"), "hidden_size: .*given: 0"),
    "many units": ((*MIDI, *QUICK, "--units", "1000000000"), "hidden_size: .*given: 1000000000"),
    "layers": ((*MIDI, *QUICK, "--layers", "99"), "num_layers: .*given: 99"),
    "rate": ((*MIDI, *QUICK, "--learning-rate", "-1"), "learning_rate: .*greater than 0"),
    "nan as rate": ((*MIDI, *QUICK, "--learning-rate", "nan"), "learning_rate: .*finite"),
    "epochs": ((*MIDI, *QUICK, "--epochs", "0"), "max_epochs: .*given: 0"),
    "seed": ((*MIDI, *QUICK, "--seed", "-1"), "seed: .*given: -1"),
    "zero threads": ((*MIDI, *QUICK, "--threads", "0"), "--threads 0 must be from 1 to"),
    "diverged": ((*MIDI, *QUICK, "--learning-rate", "1e38"), "diverged .* lower learning rate"),
    "no folder": (("fit", "--corpus", "midi:/no/such", *QUICK), "midi:/no/such does not exist"),
    "empty": (("fit", "--corpus", "midi:{empty}", *QUICK), "holds 0 MIDI files"),
    "no sound": (("fit", "--corpus", "audio:{empty}", *QUICK), "holds 0 files"),
    "missing": (
        ("fit", "jsb_chorales-gru", "--corpora", "{empty}"),
        "python -m training fetch jsb_chorales.*--corpora or EARSHOT_CORPORA",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_be_done_gets_one_sentence(case, command, midi_folder):
    (command.folder / "empty").mkdir()
    words, message = REFUSALS[case]
    folders = {"songs": midi_folder, "empty": command.folder / "empty"}
    assert re.search(message, command.refusal(*(word.format(**folders) for word in words)))


def test_a_device_that_is_not_there_is_refused(command, midi_folder, monkeypatch):
    monkeypatch.setattr(arguments.torch.cuda, "is_available", lambda: False)
    given = ("fit", "--corpus", f"midi:{midi_folder}", *QUICK, "--device", "cuda")
    assert "no CUDA device is available here" in command.refusal(*given)


def test_a_file_name_that_is_not_utf8_is_printed_all_the_same(tmp_path, midi_folder, project_folder):
    """Run as a program: names of old MIDI files are often Latin-1, which Python does not print as UTF-8."""
    with open(os.fsencode(midi_folder) + b"/caf\xe9.mid", "wb") as file:
        file.write(b"no music")
    folders = ["--checkpoints", str(tmp_path / "new"), "--runs", str(tmp_path / "runs")]
    command = [sys.executable, "-m", "training", "fit", "--corpus", f"midi:{midi_folder}", *QUICK, *folders]
    done = subprocess.run(command, cwd=project_folder, capture_output=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"caf\\udce9.mid left out" in done.stdout
