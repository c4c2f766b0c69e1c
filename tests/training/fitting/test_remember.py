"""Melodies for a model that is fitted: worth it where tunes recur, left alone where they do not."""

from dataclasses import asdict

import pytest
import torch

from engine.checkpoints.checkpoint import load
from engine.models.melody_memory import Belief
from engine.models.model import Model
from engine.models.model_spec import build_model
from engine.models.reminded import Reminded
from tests.engine.small_models import randomise, seeded
from tests.training import tiny
from training import __main__ as program
from training.fitting.evaluate import score_split
from training.fitting.recipe import make_recipe, read_recipe, write_recipe
from training.fitting.remember import alone, choose_melodies, reminded
from training.publishing.publish import remembering

NUMBERS = Belief(decay=0.8, same=1.5, other=-0.7, start=2.0, doubt=3.0)


def tunes(count: int, length: int, seed: int) -> list[torch.Tensor]:
    """Pieces of one voice."""
    rng = seeded(seed)
    pitches = [torch.randint(88, (length,), generator=rng) for _ in range(count)]
    return [torch.nn.functional.one_hot(each, 88).float() for each in pitches]


def small_model() -> Model:
    head = {"name": "note_list", "num_units": 4, "input_size": 88, "hidden_size": 4, "frame_size": 88}
    cell = {"name": "gru", "input_size": 88, "hidden_size": 4}
    return randomise(build_model({"cells": [cell], "head": head}), 1, 0.1).requires_grad_(False)


def test_tunes_that_recur_are_worth_much_and_the_gain_is_that_of_the_whole_likelihood():
    train = tunes(6, 20, seed=1)
    valid = [torch.cat((piece[:12], other)) for piece, other in zip(train, tunes(6, 3, seed=2), strict=True)]
    model = small_model()
    melodies, gain = choose_melodies(model, train, valid)
    before = score_split(model, valid).nats_per_frame
    after = score_split(reminded(model, melodies, train), valid).nats_per_frame
    assert gain > 1 and before - after == pytest.approx(gain, abs=1e-3)


def test_tunes_that_do_not_recur_are_worth_nothing_and_cost_nothing():
    train, valid = tunes(6, 20, seed=1), tunes(6, 20, seed=3)
    model = small_model()
    assert -0.05 < choose_melodies(model, train, valid)[1] < 0.3


def test_of_a_large_corpus_some_pieces_are_looked_at(monkeypatch):
    train = tunes(6, 20, seed=1)
    monkeypatch.setattr("training.fitting.remember.MAX_CELLS", 120 * 45)
    monkeypatch.setattr("training.fitting.remember.NUM_TRIALS", 12)
    valid = [*train[:2], *tunes(40, 20, seed=5)]
    assert choose_melodies(small_model(), train, valid)[1] > 1  # over the first two alone, which recur


@pytest.fixture
def published(tmp_path, monkeypatch) -> list[str]:
    """A checkpoint of a tiny model of notes, and the command line that gives it melodies."""
    monkeypatch.setattr(program, "open_corpus", lambda *given: tiny.TinyCorpus(tiny.music()))
    monkeypatch.setattr(program, "RECIPES", tmp_path)
    monkeypatch.setattr("training.fitting.remember.NUM_TRIALS", 12)
    recipe = tiny.recipe(max_epochs=2, model={"head": tiny.LIST_HEAD}, weights="float16")
    write_recipe(recipe, tmp_path)
    folders = ["--checkpoints", str(tmp_path / "checkpoints")]
    given = ["fit", str(tmp_path / "tiny.json"), "--runs", str(tmp_path / "runs"), "--quiet", *folders]
    assert program.main(given) == 0
    return ["remember", "tiny", *folders]


def test_a_checkpoint_is_given_melodies_and_is_scored_anew(published, tmp_path, capsys):
    before = load("tiny", tmp_path / "checkpoints")
    assert program.main([*published, "--least-gain", "-9", "--update-recipes"]) == 0
    after = load("tiny", tmp_path / "checkpoints")
    assert isinstance(after.model, Reminded)
    for name, value in before.model.state_dict().items():
        assert torch.equal(after.model.model.state_dict()[name], value)
    assert after.card.num_parameters == before.card.num_parameters
    valid = tiny.music().splits["valid"]
    assert after.card.metrics["valid"]["nats_per_frame"] == score_split(after.model, valid).nats_per_frame
    assert after.card.metrics["valid"] != before.card.metrics["valid"]
    recipe = read_recipe(str(tmp_path / "tiny.json"))
    assert recipe == make_recipe(after.card.training.recipe) and "melody_memory" in recipe.model
    text = (tmp_path / "checkpoints" / "tiny" / "README.md").read_text(encoding="utf-8")
    places = after.model.memory.begins.numel()
    assert f"the highest pitch of each of the {places:,} frames" in text


def test_it_is_done_again_from_the_weights_alone(published, tmp_path):
    assert program.main([*published, "--least-gain", "-9"]) == 0
    first = (tmp_path / "checkpoints" / "tiny" / "model.safetensors").read_bytes()
    assert program.main([*published, "--least-gain", "-9"]) == 0
    assert (tmp_path / "checkpoints" / "tiny" / "model.safetensors").read_bytes() == first


def test_what_gains_too_little_stays_as_it_is(published, tmp_path, capsys):
    before = (tmp_path / "checkpoints" / "tiny" / "card.json").read_bytes()
    assert program.main([*published, "--least-gain", "50"]) == 0
    assert "tiny stays as it is" in capsys.readouterr().out
    assert (tmp_path / "checkpoints" / "tiny" / "card.json").read_bytes() == before


def test_a_recipe_with_melodies_publishes_a_model_that_has_them(published, tmp_path):
    write_recipe(remembering(read_recipe(str(tmp_path / "tiny.json")), NUMBERS), tmp_path)
    folder = str(tmp_path / "others")
    given = ["fit", str(tmp_path / "tiny.json"), "--runs", str(tmp_path / "runs"), "--quiet"]
    assert program.main([*given, "--checkpoints", folder]) == 0
    checkpoint = load("tiny", tmp_path / "others")
    places = sum(map(len, tiny.music().splits["train"]))
    assert checkpoint.card.model["melody_memory"] == {"num_places": places, **asdict(NUMBERS)}
    assert checkpoint.model.memory.begins.sum() == len(tiny.music().splits["train"])
    assert alone(checkpoint.model) is checkpoint.model.model


def test_melodies_need_notes_one_after_the_other(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(program, "open_corpus", lambda *given: tiny.TinyCorpus(tiny.music()))
    write_recipe(tiny.recipe(model={"melody_memory": asdict(NUMBERS)}), tmp_path)
    given = ["fit", str(tmp_path / "tiny.json"), "--runs", str(tmp_path / "runs"), "--quiet"]
    assert program.main([*given, "--checkpoints", str(tmp_path / "others")]) == 1
    assert "melody_memory needs the head 'note_list'" in capsys.readouterr().err
    assert not (tmp_path / "others").exists()
