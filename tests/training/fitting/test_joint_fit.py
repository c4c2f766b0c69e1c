"""Fits of what goes beyond the paper: attention, joint notes, AdamW, dropout, transposition, mean weights."""

import copy
import math

import pytest
import torch

from engine.errors import InvalidValueError
from engine.models.model_spec import build_model
from tests.training import tiny
from training.corpora import CorpusData
from training.fitting.batching import collate, transposed
from training.fitting.evaluate import score_split
from training.fitting.fit import Fit, FitOptions, run_together
from training.fitting.optimisation import learning_rate, make_optimiser, matrix_products, move_average
from training.fitting.population import dropout, log_probs, stack_weights, update
from training.fitting.randomness import generator
from training.searching.search import with_rate

RATES = (0.001, 0.01, 0.05)


def joint_recipe(**changes: object):
    """A small model with everything that a published one may have."""
    settings = {
        "method": "adamw", "warm_up": 3, "momentum": 0.9, "decay": 0.98, "weight_decay": 0.1,
        "weight_noise": 0.0, "chunk_frames": 5, "final_share": 0.1, **changes.pop("optimiser", {}),
    }  # fmt: skip
    parts = {
        "model": {
            "cells": tiny.layers("gru", 2, attention={"num_heads": 2, "window": 7}),
            "head": tiny.LIST_HEAD, "residual": True,
        },
        "regularisation": {"dropout": 0.2, "list_dropout": 0.1, "transposition": 3, "averaging": 0.9},
    }  # fmt: skip
    return tiny.recipe(optimiser=settings, **{**parts, **changes})


def new_fit(recipe, folder) -> Fit:
    return Fit(recipe, tiny.music(), FitOptions(torch.device("cpu"), folder, quiet=True))


def models_of(recipe, count: int) -> list:
    models = [build_model(recipe.model_spec(tiny.music().representation)).double() for _ in range(count)]
    for seed, model in enumerate(models):
        model.initialise(torch.Generator().manual_seed(seed))
    return models


def batch_of():
    return collate([frames.double() for frames in tiny.music().splits["train"][:4]])


def coins(num_pieces: int, seed: int) -> list[torch.Tensor]:
    """One of two chords of three notes a frame, whatever came before: ln 2 nats as one choice."""
    rng = torch.Generator().manual_seed(seed)
    chords = torch.zeros(2, 88)
    chords[0, [39, 43, 46]] = chords[1, [41, 44, 48]] = 1
    return [chords[torch.randint(2, (10,), generator=rng)] for _ in range(num_pieces)]


def test_notes_that_come_together_cost_less_than_any_independent_ones(tmp_path):
    splits = {"train": coins(60, 1), "valid": coins(20, 2), "test": coins(5, 3)}
    data = CorpusData(tiny.music().representation, splits)
    plain = {"dropout": 0.0, "averaging": 0.9}
    fit = tiny.fit(joint_recipe(max_epochs=25, regularisation=plain), tmp_path, data)
    assert math.log(2) - 0.02 < fit.progress.best_valid < math.log(2) + 0.15
    assert fit.progress.best_valid < 6 * math.log(2) / 3, (
        "less than a third of six notes by themselves, ln 2 each"
    )


def test_each_member_of_a_population_scores_and_moves_as_it_does_alone():
    recipe, batch = joint_recipe(), batch_of()

    def updated(groups: list[slice]) -> tuple[torch.Tensor, torch.Tensor]:
        models = models_of(recipe, 3)
        optimisers = [
            make_optimiser(model, with_rate(recipe, rate).optimiser)
            for model, rate in zip(models, RATES, strict=True)
        ]
        for number in range(2):
            nats = [
                update(models[group], optimisers[group], batch, recipe, generator(1, "noise", number))
                for group in groups
            ]
        scores = torch.cat(
            [log_probs(models[0], stack_weights(models[group]), batch.frames) for group in groups]
        )
        return torch.cat(nats), scores.detach()

    together, alone = updated([slice(0, 3)]), updated([slice(k, k + 1) for k in range(3)])
    torch.testing.assert_close(together, alone, rtol=1e-9, atol=1e-9)


def test_a_fit_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path):
    """Weights, Adam's two means and its count of steps, and the mean of weights."""
    recipe = joint_recipe(max_epochs=6)
    whole = new_fit(recipe, tmp_path / "whole")
    run_together([whole])
    run_together([new_fit(recipe, tmp_path / "parts")], until_epoch=2)
    again = new_fit(recipe, tmp_path / "parts")
    assert again.progress.epoch == 2
    run_together([again])
    assert again.progress.curve.valid_nats_per_frame == whole.progress.curve.valid_nats_per_frame
    for name, value in whole.best_model().named_parameters():
        assert value.equal(again.best[name]), name


def test_the_mean_of_weights_is_what_is_scored_and_kept(tmp_path):
    fit = new_fit(joint_recipe(max_epochs=3), tmp_path)
    run_together([fit])
    last = {name: value.clone() for name, value in fit.model.named_parameters()}
    model = fit.best_model()
    score = score_split(model, fit.valid).nats_per_frame
    assert score == pytest.approx(fit.progress.best_valid, rel=1e-6)
    assert not any(value.equal(last[name]) for name, value in model.named_parameters())


def test_a_mean_of_weights_begins_with_a_short_memory():
    average, weights = [torch.zeros(1)], [torch.ones(1)]
    move_average(average, weights, 0.99, 0)
    assert float(average[0]) == pytest.approx(0.9)
    move_average(average, [torch.zeros(1)], 0.99, 10_000)
    assert float(average[0]) == pytest.approx(0.9 * 0.99)


def test_the_rate_rises_while_it_warms_up_and_then_falls():
    settings = joint_recipe(optimiser={"learning_rate": 1.0, "warm_up": 4}).optimiser
    rates = [learning_rate(settings, update, 100) for update in range(100)]
    assert rates[:4] == pytest.approx([0.25 * (k + 1) * (1 - 0.9 * k / 100) for k in range(4)])
    assert rates[4:] == sorted(rates[4:], reverse=True) and rates[99] == pytest.approx(0.109)


def test_dropout_leaves_out_its_share_and_keeps_the_mean():
    drop, ones = dropout(0.3, torch.Generator().manual_seed(1)), torch.ones(200, 300)
    first, second = drop(ones), drop(ones)
    assert float((first == 0).float().mean()) == pytest.approx(0.3, abs=0.01)
    assert set(first.unique().tolist()) == {0.0, float(torch.tensor(1 / (1 - 0.3)))}
    assert not first.equal(second)
    assert dropout(0.0, torch.Generator()) is None


def test_transpositions_are_as_likely_as_each_other_and_keep_every_note():
    roll, rng = tiny.music().representation, torch.Generator().manual_seed(1)
    frames = torch.zeros(2, 88)
    frames[:, [1, 40]] = 1  # one semitone above the lowest key
    moves = [int(transposed(roll, frames, 3, rng)[0][0].nonzero()[0]) - 1 for _ in range(2_000)]
    shares = {move: moves.count(move) / 2_000 for move in set(moves)}
    assert set(shares) == {-1, 0, 1, 2, 3}
    assert all(share == pytest.approx(0.2, abs=0.04) for share in shares.values())


def test_the_first_epochs_may_stay_in_the_written_key(tmp_path):
    regularisation = {"transposition": 3, "written_epochs": 2}
    fit = new_fit(joint_recipe(max_epochs=3, patience=3, regularisation=regularisation), tmp_path)
    stayed = []
    for epoch in range(3):
        moved = fit.batch(range(len(fit.train)), torch.Generator().manual_seed(1)).frames
        stayed.append(moved.equal(collate(fit.train).frames))
        run_together([fit], epoch + 1)
    assert stayed == [True, True, False]


def test_a_network_that_is_told_its_key_is_told_by_how_much_its_pieces_were_moved(tmp_path):
    """A piece is predicted as it was in the written key, so what was learned of one key holds in another."""
    model = {**joint_recipe().model, "told_keys": 3, "clock": [2]}
    fit = new_fit(joint_recipe(model=model, max_epochs=2, patience=2), tmp_path)
    batch = fit.batch(range(len(fit.train)), torch.Generator().manual_seed(1))
    for frames, semitones, piece in zip(batch.frames, batch.moved.tolist(), fit.train, strict=True):
        assert torch.equal(frames[: len(piece)], fit.representation.transpose(piece, semitones))
    assert len(set(batch.moved.tolist())) > 2
    seen = []
    read = fit.model.told.initial_state
    fit.model.told.initial_state = lambda size, moved, like: seen.append(moved) or read(size, moved, like)
    run_together([fit])
    told = [moved for moved in seen if moved is not None]
    assert len(told) == fit.progress.update and any(moved.any() for moved in told)


def test_validation_is_never_transposed(tmp_path):
    """It must be what it is: the figure by which the weights are kept."""
    fit = new_fit(joint_recipe(max_epochs=1), tmp_path)
    before = copy.deepcopy(fit.valid)
    run_together([fit])
    assert all(map(torch.equal, fit.valid, before))


def test_products_of_low_precision_hold_inside_and_end_outside():
    before = torch.get_float32_matmul_precision()
    with matrix_products(joint_recipe(optimiser={"products": "bfloat16"}).optimiser):
        assert torch.get_float32_matmul_precision() == "medium"
    assert torch.get_float32_matmul_precision() == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": {"head": tiny.LIST_HEAD}}, "head 'note_list' is for notes, and these frames hold samples"),
        ({"regularisation": {"transposition": 1}}, "are for notes; frames of tiny are waveform"),
        ({"model": {"transpositions": 2}}, "are for notes; frames of tiny are waveform"),
    ],
)
def test_notes_need_frames_of_notes(changes, message):
    with pytest.raises(InvalidValueError, match=message):
        tiny.recipe(tiny.speech(), **changes).model_spec(tiny.speech().representation)


@pytest.mark.parametrize(("key", "value"), [("loudness", 0.5), ("hiss", 0.5), ("any_start", True)])
def test_what_is_for_sound_needs_frames_of_sound(key, value):
    with pytest.raises(InvalidValueError, match=f"regularisation.{key} are for sound; frames of tiny"):
        tiny.recipe(tiny.music(), regularisation={key: value}).model_spec(tiny.music().representation)
