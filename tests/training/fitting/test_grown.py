"""A fit that begins with the weights of another: at first it expects what that one did."""

import json
from dataclasses import replace

import pytest
import torch

from engine.errors import InvalidValueError
from engine.models.model_spec import build_model
from engine.models.stack import Stack
from tests.engine.small_models import binary_frames, randomise
from tests.training import tiny
from training import __main__ as program
from training.commands import fit as command
from training.fitting.fit import Fit, FitOptions
from training.fitting.grown import begin_with
from training.fitting.recipe import Recipe, write_recipe

DATA = tiny.music()
ATTENTION = {"num_heads": 2, "window": 20}


def recipe(window: int = 20, units: int = 9, told: bool = False, **changes: object) -> Recipe:
    cells = tiny.layers(attention={**ATTENTION, "window": window})
    model = {"cells": cells, "head": {"name": "note_list", "num_units": units, "reach": 3}}
    model |= {"clock": [4, 3], "told_keys": 2} if told else {}
    return tiny.recipe(DATA, model=model, **changes)


def network(of: Recipe) -> Stack:
    return build_model(of.network_spec(DATA.representation)).requires_grad_(False)


def log_probs(model: Stack, frames: torch.Tensor) -> torch.Tensor:
    return model(frames)[0].log_prob(frames)


FRAMES = binary_frames(3, 15, 88, seed=2).float() * (torch.rand(88, generator=torch.Generator()) < 0.1)


def test_what_it_is_told_says_nothing_at_first_and_can_say_something():
    first, grown = randomise(network(recipe()), 1), network(recipe(told=True))
    begin_with(grown, first)
    assert torch.allclose(log_probs(grown, FRAMES), log_probs(first, FRAMES), atol=1e-5)
    grown.cells[0].input_weight += 0.3
    assert not torch.allclose(log_probs(grown, FRAMES), log_probs(first, FRAMES), atol=1e-2)


def test_moments_too_far_back_are_forgotten_and_no_others():
    first, near = randomise(network(recipe()), 1), network(recipe(window=6))
    begin_with(near, first)
    ours, theirs = log_probs(near, FRAMES), log_probs(first, FRAMES)
    assert torch.allclose(ours[:, :6], theirs[:, :6], atol=1e-5)
    assert not torch.allclose(ours[:, 8:], theirs[:, 8:], atol=1e-3)


def test_the_units_that_have_nothing_to_say_are_left_out_first():
    first, smaller = randomise(network(recipe()), 1), network(recipe(units=6))
    for silent in (0, 4, 7):
        first.head.to_logits[:, silent] = first.head.intervals[:, silent] = 0
    begin_with(smaller, first)
    assert torch.allclose(log_probs(smaller, FRAMES), log_probs(first, FRAMES), atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": {"cells": tiny.layers(hidden_size=7), "head": tiny.LIST_HEAD}}, "only one of the two has"),
        ({"model": {"cells": tiny.layers("lstm", attention=ATTENTION)}}, "only one of the two has"),
    ],
)
def test_another_kind_of_network_is_refused_and_nothing_is_changed(changes, words):
    grown = randomise(network(tiny.recipe(DATA, **changes)), 4)
    before = {name: value.clone() for name, value in grown.named_parameters()}
    with pytest.raises(InvalidValueError, match=words):
        begin_with(grown, network(recipe()))
    assert all(torch.equal(value, before[name]) for name, value in grown.named_parameters())


@pytest.mark.parametrize("other", [{"units": 8}, {"window": 6}])
def test_it_may_not_grow_in_what_it_cannot_know(other):
    with pytest.raises(InvalidValueError, match=r"of its own widths: .* is \d+"):
        begin_with(network(recipe()), network(recipe(**other)))


def test_a_fit_begins_where_the_other_ended_and_goes_on_without_it(tmp_path):
    first = tiny.fit(recipe(), tmp_path / "first", DATA).best_model()
    asked = recipe(told=True, begins_with="first", max_epochs=2)
    options = FitOptions(torch.device("cpu"), tmp_path / "run", quiet=True, first=first)
    fit = Fit(asked, DATA, options)
    assert torch.allclose(log_probs(fit.model, FRAMES), log_probs(first, FRAMES), atol=1e-5)
    fit.run()
    again = Fit(asked, DATA, replace(options, first=None))
    assert again.progress.update == fit.progress.update
    assert all(torch.equal(again.best[name], value) for name, value in fit.best.items())


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The recipe of a first fit, its checkpoint, and a recipe that begins with it."""
    for place, written in (
        ("first", recipe(max_epochs=1)),
        (".", recipe(told=True, begins_with="tiny", name="grown")),
    ):
        (tmp_path / place).mkdir(exist_ok=True)
        write_recipe(written, tmp_path / place)
    monkeypatch.setattr(command, "FIRST_RECIPES", tmp_path / "first")
    monkeypatch.setattr(command, "open_corpus", lambda *_: tiny.TinyCorpus(DATA))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fit(recipe: str, *given: str) -> int:
    folders = ["--checkpoints", "checkpoints", "--runs", "runs", "--quiet"]
    return program.main(["fit", recipe, *folders, *given])


def test_the_command_takes_the_checkpoint_that_the_recipe_names_and_no_other(folder, capsys):
    assert fit("first/tiny.json") == 0
    begin = ("--begin-with", "checkpoints/tiny")
    assert fit("grown.json") == 1
    assert "name its checkpoint by --begin-with" in capsys.readouterr().err
    assert fit("first/tiny.json", "--name", "x", *begin) == 1
    assert "does not start from another fit: leave out --begin-with" in capsys.readouterr().err
    assert fit("grown.json", *begin) == 0
    card = json.loads((folder / "checkpoints" / "grown" / "card.json").read_text())
    assert card["training"]["recipe"]["begins_with"] == "tiny"
    assert fit("first/tiny.json", "--epochs", "2", "--replace") == 0
    assert fit("grown.json", *begin, "--replace") == 1
    assert "was not fitted by the recipe 'tiny', from which 'grown' starts" in capsys.readouterr().err
    assert not list((folder / "runs").glob("*/state-*"))
