"""What torch says of the numbers that decide frames, laid out as the kernel's ``explain`` does."""

import torch
from torch import Tensor

from engine.heads import GaussianMixture, NoteListMixture, RemindedNotes
from engine.heads.bernoulli import Bernoulli
from engine.heads.note_list import NoteList, _choices
from engine.heads.note_list_mixture import _Choices
from engine.models import Model


@torch.inference_mode()
def explained(model: Model, frames: Tensor) -> list[Tensor]:
    """Of every frame given those before it."""
    found, _ = model(frames[None])
    if isinstance(found, Bernoulli):
        return list(found.logits[0])
    if isinstance(found, GaussianMixture):
        parts = found.mixture_logits[0], found.loc[0].flatten(1), found.log_scale[0].flatten(1)
        return list(torch.cat(parts, 1))
    first = found.first[0] if isinstance(found, RemindedNotes) else None
    notes = found.notes if isinstance(found, RemindedNotes) else found
    if isinstance(notes, NoteList):
        notes = NoteListMixture(notes, range(1))
    return _note_lists(notes, frames, first)


def _note_lists(notes: NoteListMixture, frames: Tensor, first: Tensor | None) -> list[Tensor]:
    """Logarithms of the shares of all ranks, for each choice of each frame."""
    sounding = frames.flip(-1) > 0.5
    of_frame, ranks, last = _choices(sounding)
    above = sounding[of_frame] & (torch.arange(sounding.shape[1]) < ranks[:, None])
    shares = notes._log_shares(_Choices(of_frame, len(frames), above.to(frames.dtype), last))
    chosen = shares.gather(-1, ranks.expand(len(shares), -1)[..., None])[..., 0].clamp(min=-1e4)
    so_far = chosen.double().cumsum(1) - chosen  # exclusive, of all choices; less what earlier frames gave
    starts = last == -1
    so_far -= so_far[:, starts][:, of_frame]
    mixed = (so_far[..., None].float() + shares).logsumexp(0)
    if first is not None:
        mixed[starts] = first
    counts = torch.bincount(of_frame, minlength=len(frames))
    return [part.flatten() for part in mixed.log_softmax(-1).split(counts.tolist())]
