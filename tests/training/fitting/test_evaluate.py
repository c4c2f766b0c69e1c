"""Evaluation, against a float64 numpy loop of the paper's equations."""

import hashlib
import json

import pytest
import torch

from engine.cells import CELLS
from engine.checkpoints.card import Card
from engine.checkpoints.checkpoint import load, save, weight_bytes
from engine.errors import InvalidValueError
from engine.models.model_spec import build_model
from engine.representations.piano_roll import PianoRoll
from tests.oracle import Oracle
from tests.training import tiny
from training import __main__ as program
from training.corpora import CorpusData
from training.fitting.evaluate import metrics, score_split

DATA = {"music": tiny.music, "speech": tiny.speech}
KEYS = {
    "music": "checkpoint corpus split num_sequences num_frames nats_per_frame "
    "nats_per_frame_sequence_mean nats_per_frame_without_first",
    "speech": "checkpoint corpus split num_sequences num_steps num_samples nats_per_step "
    "nats_per_sample bits_per_sample",
}


def save_random(folder, recipe, data: CorpusData, scale: float = 0.5) -> None:
    """A checkpoint whose every weight, peepholes and biases too, is drawn at random."""
    spec = recipe.model_spec(data.representation)
    model = build_model(spec)
    rng = torch.Generator().manual_seed(3)
    for parameter in model.parameters():
        parameter.data = scale * torch.randn(parameter.shape, generator=rng)
    facts = {"name": "tiny", "title": "t", "homepage": "h", "licence": "l", "citation": "c"}
    training = {"recipe": recipe.model_dump(), "updates": 0, "epochs": 0, "seconds": 0.0}
    card = {
        "name": recipe.name, "corpus": facts, "representation": data.representation.spec, "model": spec,
        "num_parameters": model.num_parameters(), "num_recurrent_parameters": 0, "metrics": {},
        "weights_sha256": hashlib.sha256(weight_bytes(model)).hexdigest(),
        "training": {**training, "torch": "2", "device": "cpu"},
    }  # fmt: skip
    save(model, Card.model_validate(card), {}, folder)


@pytest.mark.parametrize("num_layers", [1, 2])
@pytest.mark.parametrize("kind", DATA)
@pytest.mark.parametrize("cell", CELLS)
def test_the_command_prints_what_the_equations_give(cell, kind, num_layers, tmp_path, monkeypatch, capsys):
    data = DATA[kind]()
    scale = 0.1 if cell == "attention" else 0.5  # what attention adds up is not bounded
    save_random(tmp_path, tiny.recipe_of(data, cell, num_layers), data, scale)
    monkeypatch.setattr(program, "open_corpus", lambda *_: tiny.TinyCorpus(data))
    assert (
        program.main(["evaluate", "tiny", "--split", "test", "--json", "--checkpoints", str(tmp_path)]) == 0
    )
    figures = json.loads(capsys.readouterr().out)
    assert list(figures) == KEYS[kind].split()
    expected = Oracle(tmp_path / "tiny").metrics([sequence.numpy() for sequence in data.splits["test"]])
    assert {key: figures[key] for key in expected} == pytest.approx(expected, abs=1e-4, rel=0)
    assert all(isinstance(value, int) for key, value in figures.items() if key.startswith("num_"))
    assert (figures["checkpoint"], figures["corpus"], figures["split"]) == ("tiny", "tiny", "test")


@pytest.mark.parametrize("kind", DATA)
def test_every_split_has_its_own_figures(kind, tmp_path, monkeypatch, capsys):
    data = DATA[kind]()
    save_random(tmp_path, tiny.recipe(data), data)
    monkeypatch.setattr(program, "open_corpus", lambda *_: tiny.TinyCorpus(data))
    seen = []
    for split in data.splits:
        program.main(["evaluate", "tiny", "--split", split, "--json", "--checkpoints", str(tmp_path)])
        seen.append(json.loads(capsys.readouterr().out))
        assert seen[-1]["num_sequences"] == len(data.splits[split])
    assert len({list(figures.values())[-1] for figures in seen}) == 3


def test_without_json_each_figure_has_a_line(tmp_path, monkeypatch, capsys):
    data = tiny.music()
    save_random(tmp_path, tiny.recipe(), data)
    monkeypatch.setattr(program, "open_corpus", lambda *_: tiny.TinyCorpus(data))
    assert program.main(["evaluate", "tiny", "--checkpoints", str(tmp_path)]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == KEYS["music"].split()


def test_frames_of_another_meaning_are_refused(tmp_path, monkeypatch, capsys):
    save_random(tmp_path, tiny.recipe(), tiny.music())
    quarters = CorpusData(PianoRoll(21, 88, 1), tiny.music().splits)
    monkeypatch.setattr(program, "open_corpus", lambda *_: tiny.TinyCorpus(quarters))
    assert program.main(["evaluate", "tiny", "--corpus", "other", "--checkpoints", str(tmp_path)]) == 1
    assert "mean something else" in capsys.readouterr().err


def test_batches_do_not_change_the_score(tmp_path):
    """A sequence scores the same alone and padded beside longer ones."""
    data = tiny.music()
    save_random(tmp_path, tiny.recipe(), data)
    model = load("tiny", tmp_path).model
    together = score_split(model, data.splits["train"])
    alone = [score_split(model, [sequence]) for sequence in sorted(data.splits["train"], key=len)]
    assert together.totals.tolist() == pytest.approx([float(one.totals) for one in alone], abs=1e-4)


def test_pieces_of_one_frame_have_no_figure_without_first_frames(tmp_path):
    """It would be 0 / 0; a card may hold no NaN, so a long fit would have ended in nothing."""
    data = tiny.music()
    save_random(tmp_path, tiny.recipe(), data)
    checkpoint = load("tiny", tmp_path)
    figures = metrics(checkpoint.model, checkpoint.representation, [data.splits["test"][0][:1]])
    assert "nats_per_frame_without_first" not in figures
    assert figures["nats_per_frame"] == figures["nats_per_frame_sequence_mean"]


def test_a_diverged_model_is_named():
    data = tiny.music()
    model = build_model(tiny.recipe().model_spec(data.representation))
    model.head.bias.data.fill_(float("nan"))
    with pytest.raises(InvalidValueError, match="diverged"):
        metrics(model, data.representation, data.splits["test"])
