"""Evaluation: exact likelihoods of a split, every sequence whole, sums in float64."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from engine.checkpoints import Checkpoint
from engine.errors import InvalidValueError
from engine.models import Copying, Model
from engine.representations import Representation
from engine.scoring import LogLikelihood, bin_log_probs
from training.corpora import CorpusData
from training.fitting.batching import MAX_SCORED_FRAMES, Batch, scoring_batches
from training.fitting.population import log_probs, stack_weights
from training.fitting.whole_model import without_copies, without_memories

WIDE_UNITS = 64  # wider layers and more keys score fewer frames at once, to bound memory and use caches
BIN_FRAMES = 4_096  # frames whose 16-bit bins are integrated at once, in float64


def score_split(model: Model, sequences: Sequence[Tensor]) -> LogLikelihood:
    """Log-likelihood of whole sequences, in order of length.

    Raises:
        InvalidValueError: there is no sequence.
    """
    (score,) = score_population([model], sequences)
    return score


@torch.no_grad()
def score_population(models: Sequence[Model], sequences: Sequence[Tensor]) -> list[LogLikelihood]:
    """``score_split`` of each of several models of one architecture, in one pass.

    Raises:
        InvalidValueError: there is no sequence.
    """
    device = next(models[0].parameters()).device
    weights = stack_weights(models)
    parts: list[list[LogLikelihood]] = [[] for _ in models]
    for batch in scoring_batches(sequences, MAX_SCORED_FRAMES // (len(models) * _relative_cost(models[0]))):
        frames = batch.frames.to(device)
        for part, member in zip(parts, log_probs(models[0], weights, frames), strict=True):
            part.append(LogLikelihood.of(member.cpu(), batch.mask))
    return [LogLikelihood.join(part) for part in parts]


@torch.no_grad()
def bin_log_likelihood(
    model: Model, representation: Representation, sequences: Sequence[Tensor]
) -> LogLikelihood:
    """Log-probability of the 16-bit integers: the density integrated over their bins, in float64."""
    device = next(model.parameters()).device
    parts = []
    for batch in scoring_batches(sequences, BIN_FRAMES):
        parts.append(_bin_log_likelihood(model, representation, batch.to(device)))
    return LogLikelihood.join(parts)


def _bin_log_likelihood(model: Model, representation: Representation, batch: Batch) -> LogLikelihood:
    mixture, _ = model(batch.frames)
    return LogLikelihood.of(bin_log_probs(mixture, representation, batch.frames), batch.mask)


@torch.no_grad()
def scores(model: Model, sequences: Sequence[Tensor]) -> tuple[LogLikelihood, dict[str, LogLikelihood]]:
    """Log-likelihood of whole sequences, in order of length; and, where the model has memories, the same
    without copies and by the network alone, by the name of its figure.

    Raises:
        InvalidValueError: there is no sequence.
    """
    others: dict[str, LogLikelihood] = {}
    if isinstance(model, Copying):
        whole, others["nats_per_frame_without_copies"] = _with_and_without_copies(model, sequences)
    else:
        whole = score_split(model, sequences)
    network = without_memories(model)
    if network is not without_copies(model):
        others["nats_per_frame_without_melodies"] = score_split(network, sequences)
    return whole, others


def _with_and_without_copies(
    model: Copying, sequences: Sequence[Tensor]
) -> tuple[LogLikelihood, LogLikelihood]:
    """The log-likelihood with copies and without them, in one pass."""
    parts = []
    device = next(model.parameters()).device
    for batch in scoring_batches(sequences, MAX_SCORED_FRAMES // _relative_cost(model)):
        frames = batch.frames.to(device)
        both = model(frames)[0].log_probs_with_and_without(frames)
        parts.append([LogLikelihood.of(log_probs.cpu(), batch.mask) for log_probs in both])
    whole, without = (LogLikelihood.join(column) for column in zip(*parts, strict=True))
    return whole, without


def _relative_cost(model: Model) -> int:
    """How many times as much RAM as a small model in one key this one takes."""
    widest = max(cell.hidden_size for cell in model.network.cells)
    return max(1, widest // WIDE_UNITS) * model.num_keys


def metrics(model: Model, data: CorpusData, split: str) -> dict[str, int | float]:
    """The figures of one split, as the command line prints and the card keeps them.

    Music: nats per frame, averaged three ways, and without copies and without any memory
    (``without_melodies``) where the model has them. Sound: nats per
    step (a frame's samples), nats per sample, and bits per 16-bit sample; for whole recordings also bits in
    the windows that the paper's models are scored on. A figure that these sequences do not have is left
    out: the one without first frames where no sequence has a second.

    Raises:
        InvalidValueError: the likelihood is not finite.
    """
    representation, sequences = data.representation, data.splits[split]
    score, others = scores(model, sequences)
    if not math.isfinite(score.nats_per_frame):
        raise InvalidValueError(
            "the likelihood is not finite: the model diverged, fit it with a lower learning rate"
        )
    num_frames = int(score.num_frames.sum())
    if representation.facts.holds_notes:
        figures = {
            "num_sequences": score.num_sequences,
            "num_frames": num_frames,
            "nats_per_frame": score.nats_per_frame,
            "nats_per_frame_sequence_mean": score.nats_per_frame_sequence_mean,
            "nats_per_frame_without_first": score.nats_per_frame_without_first,
        }
        figures |= {key: other.nats_per_frame for key, other in others.items()}
        return {key: value for key, value in figures.items() if math.isfinite(value)}
    size = representation.frame_size
    bins = bin_log_likelihood(model, representation, sequences)
    figures = {
        "num_sequences": score.num_sequences,
        "num_steps": num_frames,
        "num_samples": num_frames * size,
        "nats_per_step": score.nats_per_frame,
        "nats_per_sample": score.nats_per_frame / size,
        "bits_per_sample": bins.bits_per(size),
    }
    if data.windows is not None:
        bins = bin_log_likelihood(model, representation, data.windows[split])
        figures["bits_per_sample_in_windows"] = bins.bits_per(size)
    return figures


def evaluate(checkpoint: Checkpoint, corpus_name: str, split: str, data: CorpusData) -> dict[str, Any]:
    """The object that ``python -m training evaluate --json`` prints of a whole split."""
    figures = metrics(checkpoint.model, data, split)
    return {"checkpoint": checkpoint.card.name, "corpus": corpus_name, "split": split, **figures}
