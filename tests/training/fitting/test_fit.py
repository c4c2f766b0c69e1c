"""The optimisation: its objective, its noise, its clip, its step, and when it stops."""

import copy
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.cells import CELLS
from engine.errors import InvalidValueError
from engine.models.model import Model
from engine.models.model_spec import build_model
from engine.scoring.likelihood import LogLikelihood
from tests.training import tiny
from training.fitting import fit as fit_module
from training.fitting import population
from training.fitting.batching import Batch, collate
from training.fitting.evaluate import score_split
from training.fitting.population import add_noise, stack_weights, update
from training.fitting.randomness import PURPOSES, generator

LENGTHS = (9, 4, 1)
EVERY_CELL = pytest.mark.parametrize("cell", CELLS)
EVERY_KIND = pytest.mark.parametrize("data", [tiny.music(), tiny.speech()], ids=["music", "speech"])


def model_of(recipe, data) -> Model:
    """A float64 model with weights of its own."""
    model = build_model(recipe.model_spec(data.representation)).double()
    model.initialise(torch.Generator().manual_seed(1))
    return model


def batch_of(data) -> tuple[list[torch.Tensor], Batch]:
    sequences = [data.splits["train"][k].double().repeat(9, 1)[:length] for k, length in enumerate(LENGTHS)]
    return sequences, collate(sequences)


def optimiser_of(model, recipe) -> torch.optim.RMSprop:
    settings = recipe.optimiser
    return torch.optim.RMSprop(model.parameters(), lr=settings.learning_rate, alpha=settings.decay)


@EVERY_KIND
@EVERY_CELL
@pytest.mark.parametrize("max_norm", [1.0, 1e9], ids=["clipped", "free"])
def test_an_update_is_what_the_paper_says(cell, data, max_norm):
    """By hand: noise once, each sequence by itself, mean of the sums, clip, RMSProp from clean weights."""
    recipe = tiny.recipe_of(data, cell, 2, optimiser={"max_gradient_norm": max_norm, "decay": 0.8})
    model = model_of(recipe, data)
    sequences, batch = batch_of(data)

    noisy = copy.deepcopy(model)
    rng = generator(1, "noise", 5)
    with torch.no_grad():
        for parameter in noisy.cells.parameters():
            parameter += 0.075 * torch.randn(parameter.shape, generator=rng)
    sums = [-noisy(frames[None])[0].log_prob(frames[None]).sum() for frames in sequences]
    gradients = torch.autograd.grad(sum(sums) / len(sums), list(noisy.parameters()))
    norm = math.sqrt(sum(float(g.square().sum()) for g in gradients))
    assert norm > 1, "a gradient this short would not show the clip"
    shortened = [g * min(1.0, max_norm / norm) for g in gradients]
    expected = [
        p.detach() - 0.01 * g / ((0.2 * g.square()).sqrt() + 1e-8)
        for p, g in zip(model.parameters(), shortened, strict=True)
    ]

    optimiser = optimiser_of(model, recipe)
    nats = update([model], [optimiser], batch, recipe, generator(1, "noise", 5))
    assert float(nats) == pytest.approx(float(sum(sums).detach()), rel=1e-9)
    for parameter, by_hand, gradient in zip(model.parameters(), expected, shortened, strict=True):
        torch.testing.assert_close(parameter.detach(), by_hand, rtol=1e-4, atol=1e-7)
        torch.testing.assert_close(parameter.grad, gradient, rtol=1e-5, atol=1e-12)


@EVERY_KIND
def test_no_gradient_that_moves_weights_is_longer_than_one(data, monkeypatch):
    recipe = tiny.recipe_of(data, "tanh")
    model = model_of(recipe, data)
    optimiser = optimiser_of(model, recipe)
    norms = []

    def step():
        norms.append(math.sqrt(sum(float(p.grad.square().sum()) for p in model.parameters())))

    monkeypatch.setattr(optimiser, "step", step)
    for number in range(3):
        update([model], [optimiser], batch_of(data)[1], recipe, generator(1, "noise", number))
    assert norms == pytest.approx([1, 1, 1], abs=1e-5)


@EVERY_CELL
def test_noise_touches_the_cells_alone_and_leaves_the_weights_as_they_are(cell):
    model = model_of(tiny.recipe_of(tiny.music(), cell, 2), tiny.music()).float()
    clean = copy.deepcopy(model.state_dict())
    noisy = add_noise(stack_weights([model]), 0.075, generator(1, "noise"))
    for name, value in noisy.items():
        assert value[0].equal(clean[name]) == name.startswith("head"), name
    assert all(value.equal(clean[name]) for name, value in model.state_dict().items())


def test_noise_has_the_deviation_that_was_asked_for_and_is_the_same_for_all_members():
    noise = add_noise({"cells.0.weight": torch.zeros(2, 300, 300)}, 0.075, generator(1, "noise"))
    first, second = noise["cells.0.weight"]
    assert first.equal(second)
    assert float(first.std()) == pytest.approx(0.075, rel=0.01)
    assert float(first.mean()) == pytest.approx(0, abs=0.001)


def test_one_draw_holds_for_all_steps_and_the_next_update_has_another(monkeypatch):
    """Torch's generator on the CPU reads only 32 bits of a seed. With the number of the update in the bits
    above, every update had the same noise: the weights learned to cancel it, the likelihood while fitting
    fell to -5 nats and that of the clean weights rose to +7."""
    recipe, data = tiny.recipe_of(tiny.music(), "tanh"), tiny.music()
    model = model_of(recipe, data)
    clean, seen = model.cells[0].recurrent_weight.detach().clone(), []
    read_part = population.read_part

    def spy(model, weights, *given):
        seen.append(weights["cells.0.recurrent_weight"][0].detach() - clean)
        return read_part(model, weights, *given)

    monkeypatch.setattr(population, "read_part", spy)
    optimiser = optimiser_of(model, recipe)
    monkeypatch.setattr(optimiser, "step", lambda: None)
    for number in range(4):
        rng = generator(recipe.seed, "noise", number)
        update([model], [optimiser], batch_of(data)[1], recipe, rng)
    assert len(seen) == 4  # one pass over all steps an update
    correlations = np.corrcoef(torch.stack([noise.flatten() for noise in seen]).numpy()) - np.eye(4)
    assert np.abs(correlations).max() < 0.6  # of 36 weights each; the same noise would give 1


def test_every_purpose_and_number_and_seed_has_random_numbers_of_its_own():
    numbers = [*range(300), 2**16, 2**31, 2**32, 2**40]
    keys = [
        (seed, purpose, number) for seed in (0, 1, 2**31 - 1) for purpose in PURPOSES for number in numbers
    ]
    draws = {float(torch.rand(1, dtype=torch.float64, generator=generator(*key))) for key in keys}
    assert len(draws) == len(keys)
    assert torch.rand(3, generator=generator(*keys[5])).equal(torch.rand(3, generator=generator(*keys[5])))


@EVERY_CELL
def test_the_likelihood_falls(cell, tmp_path):
    """Two chords that alternate with few wrong notes cost about 5 nats a frame when all is learned."""
    curve = tiny.fit(tiny.recipe_of(tiny.music(), cell, max_epochs=25), tmp_path).progress.curve
    assert curve.valid_nats_per_frame[-1] < 0.7 * curve.valid_nats_per_frame[0]
    assert curve.train_nats_per_frame[-1] < 0.7 * curve.train_nats_per_frame[0]
    assert curve.update == list(range(3, 76, 3))


def test_the_likelihood_of_speech_falls(tmp_path):
    curve = tiny.fit(tiny.recipe(tiny.speech(), max_epochs=25), tmp_path, tiny.speech()).progress.curve
    assert curve.valid_nats_per_frame[-1] < curve.valid_nats_per_frame[0] - 1


def test_a_curve_pools_over_frames_and_padding_does_not_count(tmp_path):
    """Without noise and without motion the figure while fitting is that of the whole split."""
    still = tiny.recipe(max_epochs=1, optimiser={"weight_noise": 0.0, "learning_rate": 1e-30})
    fit = tiny.fit(still, tmp_path)
    train, valid = (tiny.music().splits[split] for split in ("train", "valid"))
    assert fit.progress.curve.train_nats_per_frame == pytest.approx(
        [score_split(fit.model, train).nats_per_frame], rel=1e-6
    )
    assert fit.progress.curve.valid_nats_per_frame == [score_split(fit.model, valid).nats_per_frame]


def scripted_validation(monkeypatch, figures: list[float]) -> list[dict[str, torch.Tensor]]:
    """Makes validation say these figures; returns the weights that it saw, one entry an epoch."""
    seen = []

    def score(models, _):
        (model,) = models
        seen.append({name: value.detach().clone() for name, value in model.named_parameters()})
        total = torch.tensor([-figures[len(seen) - 1]], dtype=torch.float64)
        return [LogLikelihood(total, total, torch.tensor([1]), torch.tensor([1]))]

    monkeypatch.setattr(fit_module, "score_population", score)
    return seen


@pytest.mark.parametrize(
    ("figures", "patience", "best", "last"),
    [
        ([5.0, 4.0, 3.0, 3.5, 3.0, 3.1, 0.0], 3, 3, 6),  # as good is not better
        ([5.0, 6.0, 4.0, 6.0, 6.0, 0.0], 2, 3, 5),
        ([5.0, 4.0, 3.0, 2.0, 1.0, 0.5, 0.4], 1, 7, 7),  # the last epoch
        ([-1.0, -2.0, -1.5], 1, 2, 3),  # densities may be above one
    ],
)
def test_it_stops_when_patience_ends_and_returns_the_best(
    figures, patience, best, last, monkeypatch, tmp_path
):
    seen = scripted_validation(monkeypatch, figures)
    fit = tiny.fit(tiny.recipe(max_epochs=7, patience=patience), tmp_path)
    assert (fit.progress.epoch, fit.progress.best_epoch) == (last, best)
    assert fit.progress.best_valid == figures[best - 1]
    assert fit.progress.curve.valid_nats_per_frame == figures[:last]
    for name, value in fit.best_model().named_parameters():
        assert value.equal(seen[best - 1][name])
        assert not value.requires_grad


def test_a_validation_that_is_no_number_ends_the_fit(monkeypatch, tmp_path):
    """No figure is lower than NaN: as the first one it would have stayed the best for ever."""
    scripted_validation(monkeypatch, [float("nan")])
    with pytest.raises(InvalidValueError, match="diverged"):
        tiny.fit(tiny.recipe(), tmp_path)


def test_a_diverged_fit_says_what_to_do(tmp_path):
    reckless = tiny.recipe(optimiser={"learning_rate": 1e38})
    with pytest.raises(InvalidValueError, match=r"diverged \(.* update \d+\): use a lower learning rate"):
        tiny.fit(reckless, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_the_same_recipe_gives_the_same_weights_and_another_seed_others(tmp_path: Path):
    def weights(seed: int, name: str) -> list[torch.Tensor]:
        return list(tiny.fit(tiny.recipe(seed=seed), tmp_path / name).model.state_dict().values())

    first, again, other = weights(1, "a"), weights(1, "b"), weights(2, "c")
    assert all(a.equal(b) for a, b in zip(first, again, strict=True))
    assert not any(a.equal(b) for a, b in zip(first, other, strict=True))


def test_a_fit_gives_every_update_its_own_noise_and_every_epoch_its_own_order(monkeypatch, tmp_path):
    seeds, orders = [], []

    def spy(models, optimisers, batch, settings, rng):
        seeds.append(rng.initial_seed())
        orders.append(batch.frames.sum((1, 2)).tolist())
        (group,) = optimisers[0].param_groups
        assert (group["lr"], group["alpha"], group["momentum"], group["centered"]) == (0.02, 0.8, 0, False)
        return update(models, optimisers, batch, settings, rng)

    monkeypatch.setattr(fit_module, "update", spy)
    tiny.fit(tiny.recipe(optimiser={"learning_rate": 0.02, "decay": 0.8}), tmp_path)
    assert len(set(seeds)) == 4 * 3  # epochs, batches
    epochs = [orders[first : first + 3] for first in range(0, 12, 3)]
    assert all(epochs[0] != other for other in epochs[1:])
    held = [sorted(piece for batch in epoch for piece in batch) for epoch in epochs]
    assert all(pieces == held[0] for pieces in held)
