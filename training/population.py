"""Population: models of one architecture, each with weights of its own, computed as one vectorised model.

One small model leaves most of a processor waiting: each of its steps is too little work. Several that
read the same batch share the steps. A population of one is an ordinary model.

Conventions
    weights   name of a parameter -> (member, *its shape)
    nats      shape (member,)
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call, vmap

from engine.sequence_model import SequenceModel
from training.batching import Batch
from training.recipe import Optimiser

Weights = dict[str, Tensor]


def stack_weights(models: Sequence[SequenceModel]) -> Weights:
    """The members' weights side by side; gradients flow back to each member's own."""
    members = [dict(model.named_parameters()) for model in models]
    return {name: torch.stack([member[name] for member in members]) for name in members[0]}


def log_probs(
    model: SequenceModel, weights: Weights, frames: Float[Tensor, "batch time event"]
) -> Float[Tensor, "member batch time"]:
    """Of every frame under every member; ``model`` gives the architecture, its own weights are not read."""

    def of_member(member: Weights) -> Tensor:
        distribution, _ = functional_call(model, member, (frames,))
        return distribution.log_prob(frames)

    return vmap(of_member)(weights)


def add_noise(weights: Weights, standard_deviation: float, rng: torch.Generator) -> Weights:
    """Gaussian noise on the recurrent layers' weights, one draw for all members and all steps."""
    noisy = dict(weights)
    for name, value in weights.items():
        if name.startswith("cells."):
            noise = torch.randn(value.shape[1:], generator=rng) * standard_deviation
            noisy[name] = value + noise.to(value)
    return noisy


def update(
    models: Sequence[SequenceModel],
    optimisers: Sequence[torch.optim.Optimizer],
    batch: Batch,
    settings: Optimiser,
    rng: torch.Generator,
) -> Float[Tensor, "member"]:
    """One update of each member on the same batch, with the same noise.

    A member whose likelihood is not finite stays as it was.

    Returns:
        The batch's summed negative log-likelihood at the noisy weights.
    """
    for optimiser in optimisers:
        optimiser.zero_grad(set_to_none=True)
    weights = add_noise(stack_weights(models), settings.weight_noise, rng)
    nats = -(log_probs(models[0], weights, batch.frames) * batch.mask).sum((1, 2))
    (nats.sum() / len(batch.frames)).backward()
    for model, optimiser, is_finite in zip(models, optimisers, nats.isfinite().tolist(), strict=True):
        if is_finite:
            nn.utils.clip_grad_norm_(model.parameters(), settings.max_gradient_norm)
            optimiser.step()
    return nats.detach()
