"""Optimisation: the optimiser of a fit, what it keeps for each weight, its rate, the mean of weights."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.optim.swa_utils import get_ema_multi_avg_fn

from engine.models import Model
from training.fitting.settings import Optimiser

PRECISION = {"float32": "highest", "bfloat16": "medium"}  # torch's names
AVERAGE_START = 10  # the mean of weights begins with a short memory, so that it forgets where they began


def make_optimiser(model: Model, settings: Optimiser) -> torch.optim.Optimizer:
    """Torch's optimiser with these settings."""
    if settings.method == "adamw":
        return torch.optim.AdamW(
            model.parameters(),
            lr=settings.learning_rate,
            betas=(settings.momentum, settings.decay),
            eps=settings.epsilon,
            weight_decay=settings.weight_decay,
        )
    return torch.optim.RMSprop(
        model.parameters(),
        lr=settings.learning_rate,
        alpha=settings.decay,
        eps=settings.epsilon,
        momentum=settings.momentum,
    )


def kept_tensors(settings: Optimiser) -> list[tuple[str, str]]:
    """What the optimiser keeps for a weight: our name of it, and torch's."""
    if settings.method == "adamw":
        return [("squares", "exp_avg_sq"), ("momenta", "exp_avg")]
    momenta = [("momenta", "momentum_buffer")] if settings.momentum else []
    return [("squares", "square_avg"), *momenta]


def learning_rate(settings: Optimiser, update: int, num_updates: int) -> float:
    """The rate of an update, counted from 0, of a fit that would end after ``num_updates``."""
    fallen = 1 - (1 - settings.final_share) * update / num_updates
    risen = min(1.0, (update + 1) / settings.warm_up) if settings.warm_up else 1.0
    return settings.learning_rate * fallen * risen


def move_average(average: Iterable[Tensor], weights: Iterable[Tensor], decay: float, update: int) -> None:
    """Move a running mean of weights towards those of an update, counted from 0.

    Not torch's AveragedModel: it takes over the first update's weights whole, where this mean takes nine
    tenths of them, and counts updates in its own buffer, which a fit that goes on would have to set again.
    """
    move = get_ema_multi_avg_fn(min(decay, (1 + update) / (AVERAGE_START + update)))
    move(list(average), list(weights), update)


@contextmanager
def matrix_products(settings: Optimiser) -> Iterator[None]:
    """Compute matrix products as precisely as the settings say; afterwards as before."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(PRECISION[settings.products])
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
