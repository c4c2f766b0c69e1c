"""Members of a population: together they are what each is alone."""

from dataclasses import replace

import pytest
import torch

from engine.cells import CELLS
from engine.models.model_spec import build_model
from tests.training import tiny
from training.fitting.batching import collate
from training.fitting.evaluate import score_population, score_split
from training.fitting.optimisation import make_optimiser
from training.fitting.population import log_probs, stack_weights, update
from training.fitting.randomness import generator

EVERY_CELL = pytest.mark.parametrize("cell", CELLS)
EVERY_KIND = pytest.mark.parametrize("data", [tiny.music(), tiny.speech()], ids=["music", "speech"])
RATES = (0.001, 0.03, 0.2)


def members(cell: str, data, num: int = 3) -> list:
    """Float64 models of two layers, each with weights of its own."""
    recipe = tiny.recipe_of(data, cell, 2)
    models = [build_model(recipe.model_spec(data.representation)).double() for _ in range(num)]
    for seed, model in enumerate(models):
        model.initialise(torch.Generator().manual_seed(seed))
    return models


def batch_of(data):
    return collate([frames.double() for frames in data.splits["train"][:3]])


@EVERY_KIND
@EVERY_CELL
def test_each_member_scores_as_it_does_alone(cell, data):
    models, batch = members(cell, data), batch_of(data)
    together = log_probs(models[0], stack_weights(models), batch.frames)
    for member, model in zip(together, models, strict=True):
        alone = model(batch.frames)[0].log_prob(batch.frames)
        torch.testing.assert_close(member, alone, rtol=1e-12, atol=1e-12)


@EVERY_KIND
@EVERY_CELL
def test_each_member_moves_as_it_does_alone(cell, data):
    """Three updates at three learning rates: weights and likelihoods are those of three fits."""
    batch, recipe = batch_of(data), tiny.recipe_of(data, cell)

    def moved(together: bool) -> tuple[list, list[torch.Tensor]]:
        models = members(cell, data)
        optimisers = [
            torch.optim.RMSprop(model.parameters(), lr=rate)
            for model, rate in zip(models, RATES, strict=True)
        ]
        groups = [slice(0, 3)] if together else [slice(k, k + 1) for k in range(3)]
        nats = []
        for number in range(3):
            rng = [generator(1, "noise", number) for _ in groups]
            nats.append(
                torch.cat(
                    [
                        update(models[group], optimisers[group], batch, recipe, r)
                        for group, r in zip(groups, rng, strict=True)
                    ]
                )
            )
        return models, nats

    (joint, joint_nats), (single, single_nats) = moved(True), moved(False)
    torch.testing.assert_close(torch.stack(joint_nats), torch.stack(single_nats), rtol=1e-9, atol=0)
    for beside, alone in zip(joint, single, strict=True):
        for parameter, expected in zip(beside.parameters(), alone.parameters(), strict=True):
            torch.testing.assert_close(parameter, expected, rtol=1e-6, atol=1e-9)


def test_a_member_that_diverged_neither_moves_nor_moves_others():
    data, recipe = tiny.music(), tiny.recipe()
    batch = batch_of(data)
    broken, sound = members("gru", data, 2)
    (alone,) = members("gru", data, 2)[1:]
    with torch.no_grad():
        broken.head.bias[0] = torch.inf
    before = [value.detach().clone() for value in broken.parameters()]
    optimisers = [torch.optim.RMSprop(model.parameters(), lr=0.01) for model in (broken, sound)]
    nats = update([broken, sound], optimisers, batch, recipe, generator(1, "noise"))
    assert not nats[0].isfinite() and nats[1].isfinite()
    assert all(map(torch.equal, before, broken.parameters()))
    update([alone], [torch.optim.RMSprop(alone.parameters(), lr=0.01)], batch, recipe, generator(1, "noise"))
    for parameter, expected in zip(sound.parameters(), alone.parameters(), strict=True):
        torch.testing.assert_close(parameter, expected, rtol=1e-9, atol=1e-12)


@EVERY_KIND
def test_a_split_is_scored_for_all_as_for_each(data):
    models = members("lstm", data)
    sequences = [frames.double() for frames in data.splits["train"]]
    for score, model in zip(score_population(models, sequences), models, strict=True):
        alone = score_split(model, sequences)
        torch.testing.assert_close(score.totals, alone.totals, rtol=1e-12, atol=1e-12)
        assert score.num_frames.equal(alone.num_frames)


def test_what_is_read_may_be_other_than_what_is_predicted(monkeypatch):
    """Where every note of a frame is flipped before it is read, the frames are scored as they are."""
    data = tiny.music()
    (model,), batch = members("tanh", data, 1), batch_of(data)
    recipe = tiny.recipe_of(data, "tanh", 2)
    recipe = recipe.model_copy(
        update={"optimiser": recipe.optimiser.model_copy(update={"weight_noise": 0.0})}
    )
    optimiser = make_optimiser(model, recipe.optimiser)
    monkeypatch.setattr(optimiser, "step", lambda: None)
    turned = replace(batch, heard=1 - batch.frames)
    nats = update([model], [optimiser], turned, recipe, torch.Generator())
    expected = model(1 - batch.frames)[0].log_prob(batch.frames)[batch.mask].sum().detach()
    assert float(nats[0]) == pytest.approx(-float(expected), rel=1e-9)
    plain = model(batch.frames)[0].log_prob(batch.frames)[batch.mask].sum().detach()
    assert float(plain) != pytest.approx(float(expected), rel=1e-3)
