"""Population: models of one architecture, each with weights of its own, computed as one vectorised model.

One small model leaves most of a processor waiting: each of its steps is too little work. Several that
read the same batch share the steps. A population of one is an ordinary model.

Conventions
    weights   name of a parameter -> (member, *its shape)
    layers    for each cell its state, every part of it (member, batch, hidden)
    nats      shape (member,)
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.func import functional_call, vmap
from torch.nn import functional

from engine.models import Drop, Layers, Model
from training.fitting.batching import Batch
from training.fitting.recipe import Recipe
from training.fitting.settings import Optimiser

Weights = dict[str, Tensor]


class Drops(NamedTuple):
    """Dropout: for the outputs of every cell, and within a joint head; None for none."""

    cells: Drop = None
    list: Drop = None


NO_DROPS = Drops()


class SequencePart(NamedTuple):
    """A part of some sequences.

    Args:
        frames: what is predicted.
        heard: what is read in their place: these themselves, or disturbed.
        before: the last ``context_frames`` that were read before them; None at the start.
    """

    frames: Float[Tensor, "batch time event"]
    heard: Float[Tensor, "batch time event"]
    before: Float[Tensor, "batch context event"] | None = None


def stack_weights(models: Sequence[Model]) -> Weights:
    """The members' weights side by side; gradients flow back to each member's own."""
    members = [dict(model.named_parameters()) for model in models]
    return {name: torch.stack([member[name] for member in members]) for name in members[0]}


def log_probs(
    model: Model, weights: Weights, frames: Float[Tensor, "batch time event"]
) -> Float[Tensor, "member batch time"]:
    """Log-probability of every frame under every member.

    Args:
        model: gives the architecture; its own weights are not read.
    """
    layers = start_layers(model, weights, len(frames))
    return read_part(model, weights, SequencePart(frames, frames), layers)[0]


def start_layers(
    model: Model, weights: Weights, batch_size: int, moved: Int64[Tensor, " batch"] | None = None
) -> Layers:
    """The state of each cell before the first frame, the same for every member.

    Args:
        moved: semitones by which each sequence was transposed, for a Stack; None leaves that to the model.
    """
    num_members = len(next(iter(weights.values())))
    of_pieces = () if moved is None else (moved,)
    state = model.initial_state(batch_size, *of_pieces)
    return [tuple(part.expand(num_members, *part.shape) for part in layer) for layer in state.layers]


def read_part(
    model: Model,
    weights: Weights,
    reading: SequencePart,
    layers: Layers,
    drops: Drops = NO_DROPS,
) -> tuple[Float[Tensor, "member batch time"], Layers]:
    """Log-probabilities of a part of the sequences, and the states that it leaves.

    Args:
        layers: what the part before left.
        drops: the same for all members.
    """
    frames, heard, before = reading

    def of_member(member: Weights, layers: Layers) -> tuple[Tensor, Layers]:
        distribution, state = functional_call(model, member, (heard, layers, before, drops.cells))
        distribution = distribution.dropped(drops.list) if drops.list else distribution
        return distribution.log_prob(frames), list(state.layers)

    if len(next(iter(weights.values()))) == 1:  # not all operations are as fast with an axis of members
        alone = {name: value[0] for name, value in weights.items()}
        part_log_probs, left = of_member(alone, [tuple(part[0] for part in layer) for layer in layers])
        return part_log_probs[None], [tuple(part[None] for part in layer) for layer in left]
    return vmap(of_member, randomness="same")(weights, layers)


def dropout(share: float, rng: torch.Generator) -> Drop:
    """Leave out a share of all numbers, each by itself, and make up for it by the size of the others."""
    if share == 0:
        return None

    def drop(values: Tensor) -> Tensor:
        kept = torch.rand(values.shape, generator=rng, device=rng.device) >= share
        return values * kept.to(values) / (1 - share)

    return drop


def add_noise(weights: Weights, standard_deviation: float, rng: torch.Generator) -> Weights:
    """Gaussian noise on the recurrent layers' weights, one draw for all members and all steps."""
    if standard_deviation == 0:
        return weights
    noisy = dict(weights)
    for name, value in weights.items():
        if name.startswith("cells."):
            noise = torch.randn(value.shape[1:], generator=rng) * standard_deviation
            noisy[name] = value + noise.to(value)
    return noisy


def update(
    models: Sequence[Model],
    optimisers: Sequence[torch.optim.Optimizer],
    batch: Batch,
    recipe: Recipe,
    rng: torch.Generator,
) -> Float[Tensor, "member"]:
    """Move each member's weights by the same batch, with the same noise.

    One step of the optimiser for each part of ``chunk_frames`` frames, or for the whole batch where that
    is None; the states go on from part to part, gradients do not. A member whose likelihood is not finite
    does not move.

    Returns:
        For each member the batch's summed negative log-likelihood, in nats, at the noisy weights.
    """
    settings, length = recipe.optimiser, batch.frames.shape[1]
    size = settings.chunk_frames or length
    shares = recipe.regularisation
    drops = Drops(dropout(shares.dropout, rng), dropout(shares.list_dropout, rng))
    layers = start_layers(models[0], stack_weights(models), len(batch.frames), batch.moved)
    heard = batch.frames if batch.heard is None else batch.heard
    nats = torch.zeros(len(models), device=batch.frames.device)
    for start in range(0, length, size):
        rows = batch.mask[:, start]  # sequences that have not ended
        if not rows.all():
            batch, heard = Batch(batch.frames[rows], batch.mask[rows]), heard[rows]  # moved: for the start
            layers = [tuple(part[:, rows] for part in layer) for layer in layers]
        part = Batch(batch.frames[:, start : start + size], batch.mask[:, start : start + size])
        before = _last_frames(heard[:, :start], models[0].context_frames)
        weights = add_noise(stack_weights(models), settings.weight_noise, rng)
        reading = SequencePart(part.frames, heard[:, start : start + size], before)
        part_log_probs, layers = read_part(models[0], weights, reading, layers, drops)
        part_nats = -(part_log_probs * part.mask).sum((1, 2))
        _step(models, optimisers, part_nats / len(part.frames), settings)
        nats = nats + part_nats.detach()
        layers = [tuple(state.detach() for state in layer) for layer in layers]
    return nats


def _last_frames(frames: Float[Tensor, "batch time event"], count: int) -> Tensor:
    """The last frames, with zeros before the first where there are fewer."""
    last = frames[:, max(0, frames.shape[1] - count) :]
    return functional.pad(last, (0, 0, count - last.shape[1], 0))


def _step(
    models: Sequence[Model],
    optimisers: Sequence[torch.optim.Optimizer],
    losses: Float[Tensor, "member"],
    settings: Optimiser,
) -> None:
    """Take the gradient of each member's loss, shorten it, and step its optimiser."""
    for optimiser in optimisers:
        optimiser.zero_grad(set_to_none=True)
    losses.sum().backward()
    for model, optimiser, is_finite in zip(models, optimisers, losses.isfinite().tolist(), strict=True):
        if is_finite:
            nn.utils.clip_grad_norm_(model.parameters(), settings.max_gradient_norm)
            optimiser.step()
