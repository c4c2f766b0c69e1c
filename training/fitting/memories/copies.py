"""Remembered copies: a CopyMemory for a fitted model, its numbers chosen on validation."""

from collections.abc import Sequence
from dataclasses import fields
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float64
from torch import Tensor

from engine.heads import guided, mix
from engine.models import GUIDES, Copying, CopyMemory, Evidence, Model, Trust, trusted
from training.fitting.batching import MAX_MEMORY_FRAMES, scoring_batches

COPY_WINDOW = 4_096  # frames; the longest piece of the four corpora has fewer
FIRST_TRUST = Trust(
    trust=-2.0, by_length=1.0, by_record=2.0, slip=-2.5, slip_by_length=-0.2, slip_by_record=-1.0
)
SHRINKAGE = 1e-5  # nats a frame for each squared number: what hardly matters stays small
MAX_COPY_STEPS = 100  # of the search
TRUST_DECIMALS = 3  # of numbers that are kept


class _Seen(NamedTuple):
    """All that the likelihood of some frames needs besides the numbers: see engine/heads/copied_notes.py."""

    own: Float64[Tensor, "frame choice"]
    right: Bool[Tensor, "frame guide choice"]
    speaks: Bool[Tensor, "frame guide choice"]
    evidence: Evidence


def choose_copies(model: Model, valid: Sequence[Tensor]) -> tuple[CopyMemory, float]:
    """The memory under whose numbers validation is likeliest (a quasi-Newton method, from one first guess).

    Args:
        model: one without a copy memory.

    Returns:
        The memory, and how many nats a frame the model gains by it on validation.
    """
    first = CopyMemory(model.frame_size, COPY_WINDOW, dict.fromkeys(GUIDES, FIRST_TRUST))
    seen = _seen(Copying(model, first), valid)
    numbers = first.numbers(seen[0].own).requires_grad_()
    num_frames = sum(len(part.own) for part in seen)
    optimiser = torch.optim.LBFGS([numbers], max_iter=MAX_COPY_STEPS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        nats = -sum(_log_likelihood(part, numbers) for part in seen) / num_frames
        whole = nats + SHRINKAGE * numbers.square().sum()
        whole.backward()
        return whole

    optimiser.step(loss)
    memory = CopyMemory(model.frame_size, COPY_WINDOW, _trusts(numbers))
    with torch.no_grad():
        chosen = memory.numbers(seen[0].own)
        gain = sum(_log_likelihood(part, chosen) - part.own.sum() for part in seen) / num_frames
    return memory, float(gain)


@torch.no_grad()
def _seen(model: Copying, sequences: Sequence[Tensor]) -> list[_Seen]:
    """What is known of all frames, batch by batch."""
    seen = []
    for batch in scoring_batches(sequences, max(1, MAX_MEMORY_FRAMES // model.num_keys)):
        copied, _ = model(batch.frames)
        own = copied.notes.choice_log_probs(batch.frames)
        right, speaks = guided(copied.guides, batch.frames, own.shape[-1])
        evidence = model.listen(batch.frames)
        kept = Evidence(
            evidence.guesses[:0], evidence.facts[batch.mask].double(), evidence.has_match[batch.mask]
        )
        seen.append(_Seen(own[batch.mask].double(), right[batch.mask], speaks[batch.mask], kept))
    return seen


def _log_likelihood(seen: _Seen, numbers: Float64[Tensor, "guide number"]) -> Tensor:
    """The sum of log-probabilities under these numbers."""
    guides = trusted(seen.evidence, numbers)
    return mix(seen.own, seen.right, seen.speaks, guides.logits, guides.slips)[..., -1].sum()


def _trusts(numbers: Float64[Tensor, "guide number"]) -> dict[str, Trust]:
    names = [field.name for field in fields(Trust)]
    rows = [[round(value, TRUST_DECIMALS) for value in row] for row in numbers.tolist()]
    return {
        guide: Trust(**dict(zip(names, row, strict=True))) for guide, row in zip(GUIDES, rows, strict=True)
    }
