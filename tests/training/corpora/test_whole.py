"""Whole recordings: heard in streams while fitting, scored whole, and fitted, kept and drawn from."""

import json
import math

import numpy as np
import pytest
import soundfile
import torch

from engine.checkpoints.checkpoint import load
from engine.errors import InvalidValueError
from engine.sampling import SamplingOptions, sample
from engine.sound.audio import Audio
from tests.training import tiny
from training import __main__ as program
from training.commands import evaluate, fit
from training.corpora import SPLITS, load_data, open_corpus
from training.corpora.origin import Origin
from training.fitting.recipe import make_recipe, write_recipe

RATE = 8_000
HEAD = {"name": "logistic_mixture", "num_units": 8, "num_components": 3}


class Hums(tiny.TinyCorpus):
    """Two voices that hum, in recordings of 0.3 s and one of less than a frame."""

    origin = Origin((), "file")

    def __init__(self):
        super().__init__(tiny.speech())
        rng = np.random.default_rng(1)
        time = np.arange(int(0.3 * RATE)) / RATE

        def hum(pitch: float) -> Audio:
            wave = 0.1 * np.sin(2 * np.pi * pitch * time) + 0.01 * rng.normal(size=len(time))
            return Audio((np.round(wave * 32_768) / 32_768).astype(np.float32), RATE)

        self.recorded = {
            split: {
                "low": [hum(120) for _ in range(30)] + [Audio(np.zeros(7, np.float32), RATE)],
                "high": [hum(210) for _ in range(20)],
            }
            for split in SPLITS
        }

    def voices(self):
        return self.recorded


def test_training_is_heard_in_streams_and_the_rest_whole():
    data = load_data(Hums(), 20)
    frames = data.representation
    assert frames.samples_per_frame == 20 and frames.mean == 0 and frames.scale == pytest.approx(0.0715, 0.02)
    assert [len(sequence) for sequence in data.splits["valid"]] == [120] * 50, "what has no frame is left out"
    assert 2 <= len(data.splits["train"]) <= 6 and max(map(len, data.splits["train"])) > 6 * RATE / 20
    whole_steps = torch.cat(data.splits["train"]) / frames.step
    assert (whole_steps - whole_steps.round()).abs().max() < 1e-2
    cut = load_data(Hums())
    assert cut.splits["valid"][0].shape == (6, 10), "without samples_per_frame the windows"
    assert [len(sequence) for sequence in data.windows["valid"]] == [3] * len(cut.splits["valid"])
    both = zip(data.windows["test"], cut.splits["test"], strict=True)
    for sounds in ([cut.representation.decode(b).samples, frames.decode(a).samples] for a, b in both):
        assert np.abs(np.subtract(*sounds)).max() < 1e-6, "the same samples"


def test_recordings_of_a_user_s_own_may_be_shorter_than_any_window():
    own = Hums()
    own.origin, own.load = None, pytest.fail
    assert load_data(own, 20).windows is None


def test_notes_have_no_recordings():
    with pytest.raises(InvalidValueError, match="holds no recordings: leave out samples_per_frame"):
        load_data(tiny.TinyCorpus(tiny.music()), 20)


def test_windows_whose_mean_was_taken_are_no_whole_steps():
    with pytest.raises(InvalidValueError, match="give samples_per_frame in the recipe"):
        tiny.recipe(model={"head": HEAD}).model_spec(tiny.speech().representation)


@pytest.mark.parametrize("given", [0, 401, 2.5, "20"])
def test_a_frame_of_no_samples_is_refused(given):
    with pytest.raises(InvalidValueError, match="samples_per_frame"):
        make_recipe({**tiny.recipe().model_dump(), "samples_per_frame": given})


def test_it_is_fitted_published_scored_and_drawn_from(tmp_path, monkeypatch, capsys):
    for command in (fit, evaluate):
        monkeypatch.setattr(command, "open_corpus", lambda *_: Hums())
    changes = {"samples_per_frame": 20, "max_epochs": 8}
    model = {"cells": tiny.layers(hidden_size=12), "head": HEAD, "gain_floor": 0.002}
    optimiser = {"chunk_frames": 60, "method": "adamw", "momentum": 0.9, "max_gradient_norm": 500.0}
    recipe = tiny.recipe(model=model, optimiser={**optimiser, "weight_noise": 0.0}, **changes)
    write_recipe(recipe, tmp_path)
    places = ["--checkpoints", str(tmp_path / "models")]
    fitted = ["fit", str(tmp_path / "tiny.json"), *places, "--runs", str(tmp_path / "runs"), "--quiet"]
    assert program.main(fitted) == 0
    capsys.readouterr()
    assert program.main(["evaluate", "tiny", *places, "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["bits_per_sample"] == pytest.approx(figures["nats_per_sample"] / math.log(2), rel=1e-6)
    entropy = math.log2(0.01 * 32_768 * math.sqrt(2 * math.pi * math.e))
    assert entropy < figures["bits_per_sample"] < entropy + 2, "the noise cannot be foretold, the hum can"
    assert figures["bits_per_sample"] < figures["bits_per_sample_in_windows"], "which are of something else"
    card = (tmp_path / "models" / "tiny" / "README.md").read_text()
    assert "nats per step of 20 samples" in card and "in the paper's windows" in card
    checkpoint = load("tiny", tmp_path / "models")
    frames = torch.stack(list(sample(checkpoint.model, SamplingOptions(400, seed=1))))
    sound = checkpoint.representation.decode(frames).samples * 32_768
    assert len(sound) == 8_000 and np.abs(sound - sound.round()).max() < 1e-2, "16-bit integers"


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (np.zeros(8_000), "are silent or empty: give others"),
        (np.full(1, 0.1), "are silent or empty: give others"),
        (np.full(30, 0.1), "that is as long as a frame, 20 samples at 8 kHz: give longer ones"),
    ],
)
def test_recordings_that_hold_nothing_to_learn_from_get_a_sentence(tmp_path, samples, said):
    for number in range(4 if len(samples) != 30 else 1):
        soundfile.write(tmp_path / f"{number}.wav", samples, 8_000)
    with pytest.raises(InvalidValueError, match=said):
        load_data(open_corpus(f"audio:{tmp_path}"), 20)


def test_what_is_clipped_or_constant_is_learned_as_it_is(tmp_path):
    noise = np.clip(3 * np.random.default_rng(1).standard_normal(8_000), -1, 32_767 / 32_768)
    for number, samples in enumerate((noise, np.full(8_000, 0.2), noise[:5_000])):
        soundfile.write(tmp_path / f"{number}.wav", samples, 8_000)
    data = load_data(open_corpus(f"audio:{tmp_path}"), 20)
    assert all(frames.isfinite().all() for split in data.splits.values() for frames in split)
