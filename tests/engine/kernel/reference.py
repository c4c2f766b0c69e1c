"""What torch says of the numbers that decide frames, laid out as the kernel's ``explain`` does."""

import torch
from torch import Tensor

from engine.heads import ChosenNotes, GaussianMixture
from engine.heads.bernoulli import Bernoulli
from engine.heads.chosen_notes import Choices
from engine.heads.logistic_mixture import LogisticMixture
from engine.models import Model


@torch.inference_mode()
def explained(model: Model, frames: Tensor) -> list[Tensor]:
    """The numbers that decide every frame, given those before it."""
    expected, _ = model(frames[None])
    if isinstance(expected, Bernoulli):
        return list(expected.logits[0])
    if isinstance(expected, LogisticMixture):
        return list(torch.cat(expected.mixtures(frames[None]), -1)[0].flatten(1))
    if isinstance(expected, GaussianMixture):
        parts = expected.mixture_logits[0], expected.loc[0].flatten(1), expected.log_scale[0].flatten(1)
        return list(torch.cat(parts, 1))
    return _note_lists(expected, frames)


def _note_lists(notes: ChosenNotes, frames: Tensor) -> list[Tensor]:
    """Logarithms of the shares of all ranks, for each choice of each frame."""
    sounding = frames.flip(-1) > 0.5
    walk, number = notes.walk(len(frames)), torch.arange(len(frames))
    last, active = torch.full_like(number, -1), number
    ranks = torch.arange(sounding.shape[1])
    by_frame: list[list[Tensor]] = [[] for _ in frames]
    while len(active):
        above = sounding[active] & (ranks <= last[active, None])
        choices = Choices(active, above, last[active])
        for place, shares in zip(active.tolist(), walk.log_shares(choices), strict=True):
            by_frame[place].append(shares)
        left = torch.nn.functional.pad(sounding[active] & ~above, (0, 1), value=True)
        chosen = left.int().argmax(-1)
        walk.take(choices, chosen)
        last[active] = chosen
        active = active[chosen < sounding.shape[1]]
    return [torch.cat(parts) for parts in by_frame]
