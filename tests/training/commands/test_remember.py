"""``python -m training remember``: gives a checkpoint memories if they gain enough."""

from dataclasses import asdict

import pytest
import torch

from engine.checkpoints.checkpoint import load
from engine.errors import EngineError
from engine.models.copy_memory import CopyMemory
from engine.models.copying import Copying
from engine.models.melody_memory import Belief
from engine.models.reminded import Reminded
from tests.training import tiny
from training import __main__ as program
from training.commands import fit, remember
from training.fitting.evaluate import score_split
from training.fitting.recipe import make_recipe, read_recipe, write_recipe
from training.fitting.whole_model import without_memories
from training.publishing.publish import publish_draws, publish_ending, remembering

BELIEF = Belief(decay=0.8, same=1.5, other=-0.7, start=2.0, doubt=3.0)


@pytest.fixture
def remember_tiny(tmp_path, monkeypatch) -> list[str]:
    """A checkpoint of a tiny model of notes, and the command line that gives it both memories."""
    for module in (fit, remember):
        monkeypatch.setattr(module, "open_corpus", lambda *given: tiny.TinyCorpus(tiny.music()))
    monkeypatch.setattr(remember, "RECIPES", tmp_path)
    monkeypatch.setattr("training.fitting.memories.melodies.MAX_MELODY_TRIALS", 12)
    recipe = tiny.recipe(max_epochs=2, model={"head": tiny.LIST_HEAD}, weights="float16")
    write_recipe(recipe, tmp_path)
    folders = ["--checkpoints", str(tmp_path / "checkpoints")]
    given = ["fit", str(tmp_path / "tiny.json"), "--runs", str(tmp_path / "runs"), "--quiet", *folders]
    assert program.main(given) == 0
    return ["remember", "tiny", *folders]


MELODIES = ("--memories", "melodies")
ANY_GAIN = ("--least-gain", "-9")  # nats: a loss will do


def test_a_checkpoint_is_given_melodies_and_is_scored_anew(remember_tiny, tmp_path, capsys):
    before = load("tiny", tmp_path / "checkpoints")
    assert program.main([*remember_tiny, *MELODIES, *ANY_GAIN, "--update-recipes"]) == 0
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


def test_a_second_time_the_memories_already_there_do_not_count(remember_tiny, tmp_path):
    assert program.main([*remember_tiny, *ANY_GAIN]) == 0
    first = (tmp_path / "checkpoints" / "tiny" / "model.safetensors").read_bytes()
    assert program.main([*remember_tiny, *ANY_GAIN]) == 0
    assert (tmp_path / "checkpoints" / "tiny" / "model.safetensors").read_bytes() == first


def test_memories_that_gain_nothing_are_taken_away_again(remember_tiny, tmp_path, capsys):
    """They once stayed, although they were judged worth nothing."""
    assert program.main([*remember_tiny, *ANY_GAIN]) == 0
    assert program.main([*remember_tiny, "--least-gain", "99"]) == 0
    card = load("tiny", tmp_path / "checkpoints").card
    assert not {"melody_memory", "copy_memory"} & set(card.model)
    capsys.readouterr()
    assert program.main([*remember_tiny, "--least-gain", "99"]) == 0
    assert "tiny stays as it is" in capsys.readouterr().out


def test_a_checkpoint_that_another_command_has_written_meanwhile_stays(remember_tiny, tmp_path):
    """The older model was once written over the newer one."""
    folder = tmp_path / "checkpoints"
    loaded = load("tiny", folder)
    publish_draws(loaded, {"pieces": 2}, folder)
    with pytest.raises(EngineError, match="another command has written checkpoint 'tiny' meanwhile"):
        publish_ending(loaded, None, folder)
    assert load("tiny", folder).card.draws == {"pieces": 2}


def test_a_checkpoint_is_given_copies_and_may_lose_them_again(remember_tiny, tmp_path, capsys):
    before = load("tiny", tmp_path / "checkpoints")
    given = [*remember_tiny, "--memories", "copies", *ANY_GAIN, "--update-recipes"]
    assert program.main(given) == 0
    assert "copies, same: trust " in capsys.readouterr().out
    after = load("tiny", tmp_path / "checkpoints")
    assert isinstance(after.model, Copying)
    valid = tiny.music().splits["valid"]
    figures = after.card.metrics["valid"]
    assert figures["nats_per_frame"] == score_split(after.model, valid).nats_per_frame
    alone = before.card.metrics["valid"]["nats_per_frame"]
    assert figures["nats_per_frame_without_copies"] == pytest.approx(alone, abs=1e-5)
    recipe = read_recipe(str(tmp_path / "tiny.json"))
    assert recipe == make_recipe(after.card.training.recipe)
    assert CopyMemory.of(recipe.model["copy_memory"], 88).spec == after.model.memory.spec
    text = (tmp_path / "checkpoints" / "tiny" / "README.md").read_text(encoding="utf-8")
    assert "memory of the piece's own past" in text
    assert program.main([*remember_tiny, *MELODIES, *ANY_GAIN]) == 0
    assert isinstance(load("tiny", tmp_path / "checkpoints").model, Reminded)


def test_both_memories_are_given_if_none_is_named(remember_tiny, tmp_path):
    assert program.main([*remember_tiny, *ANY_GAIN]) == 0
    model = load("tiny", tmp_path / "checkpoints").model
    assert isinstance(model, Copying) and isinstance(model.model, Reminded)
    figures = load("tiny", tmp_path / "checkpoints").card.metrics["valid"]
    assert {"nats_per_frame_without_copies", "nats_per_frame_without_melodies"} <= set(figures)


def test_what_gains_too_little_stays_as_it_is(remember_tiny, tmp_path, capsys):
    before = (tmp_path / "checkpoints" / "tiny" / "card.json").read_bytes()
    assert program.main([*remember_tiny, "--least-gain", "50"]) == 0
    assert "tiny stays as it is" in capsys.readouterr().out
    assert (tmp_path / "checkpoints" / "tiny" / "card.json").read_bytes() == before


def test_a_recipe_with_melodies_publishes_a_model_that_has_them(remember_tiny, tmp_path):
    write_recipe(remembering(read_recipe(str(tmp_path / "tiny.json")), BELIEF, None), tmp_path)
    folder = str(tmp_path / "others")
    given = ["fit", str(tmp_path / "tiny.json"), "--runs", str(tmp_path / "runs"), "--quiet"]
    assert program.main([*given, "--checkpoints", folder]) == 0
    checkpoint = load("tiny", tmp_path / "others")
    places = sum(map(len, tiny.music().splits["train"]))
    assert checkpoint.card.model["melody_memory"] == {"num_places": places, **asdict(BELIEF)}
    assert checkpoint.model.memory.begins.sum() == len(tiny.music().splits["train"])
    assert without_memories(checkpoint.model) is checkpoint.model.model


def test_a_recipe_with_melodies_needs_the_head_note_list(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(fit, "open_corpus", lambda *given: tiny.TinyCorpus(tiny.music()))
    write_recipe(tiny.recipe(model={"melody_memory": asdict(BELIEF)}), tmp_path)
    given = ["fit", str(tmp_path / "tiny.json"), "--runs", str(tmp_path / "runs"), "--quiet"]
    assert program.main([*given, "--checkpoints", str(tmp_path / "others")]) == 1
    assert "melody_memory needs the head 'note_list'" in capsys.readouterr().err
    assert not (tmp_path / "others").exists()
