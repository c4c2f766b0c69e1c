"""Judgement: how likely one model finds one piece, and how the judgements of several models are ranked.

Likelihoods can be compared if models predict the same frames. A different grid or sample rate divides a piece
into different frames, so models are ranked in groups, each of one grid or rate.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from engine.checkpoints import Card
from engine.representations import Representation
from engine.scoring.surprise import Surprise


@dataclass(frozen=True)
class Judgement:
    """How likely one model finds one piece.

    Args:
        card: the model's card.
        representation: what the model's frames mean.
        surprise: how unexpected each frame of the piece is.
        report: what the frames lack of the file, in one sentence; empty if nothing is missing.
    """

    card: Card
    representation: Representation
    surprise: Surprise
    report: str = ""

    @property
    def is_music(self) -> bool:
        """Whether frames are notes and not sound."""
        return self.representation.facts.holds_notes

    @property
    def extent(self) -> str:
        """How much was read, in a unit that comparable models share: frames of notes, or samples."""
        count = len(self.surprise.nats)
        if self.is_music:
            return f"{count:,} frames, each {self.representation.frame_unit}"
        waveform = self.representation
        return f"{count * waveform.frame_size:,} samples at {waveform.sample_rate / 1000:g} kHz"

    def figures(self, per_frame: bool = False) -> dict[str, Any]:
        """The figures for JSON: counts and means and, with ``per_frame``, the value of each frame."""
        surprise = self.surprise
        num_frames, mean = len(surprise.nats), surprise.likelihood.nats_per_frame
        if self.is_music:
            figures: dict[str, Any] = {
                "num_frames": num_frames,
                "nats_per_frame": mean,
                "transposed_semitones": surprise.transposed_semitones,
            }
        else:
            size = self.representation.frame_size
            figures = {
                "num_steps": num_frames,
                "num_samples": num_frames * size,
                "nats_per_step": mean,
                "nats_per_sample": mean / size,
                "bits_per_sample": surprise.mean,
            }
        if per_frame:
            figures["nats"] = [round(nats, 6) for nats in surprise.nats.tolist()]
            if surprise.bits_per_sample is not None:
                figures["bits"] = [round(bits, 6) for bits in surprise.bits_per_sample.tolist()]
        return figures


def ranked(judgements: Iterable[Judgement]) -> list[list[Judgement]]:
    """The judgements in groups of one grid or rate, the finest group first; in each group the best first."""

    def group(judgement: Judgement) -> tuple[int, str]:
        if judgement.is_music:
            return -len(judgement.surprise.nats), judgement.representation.frame_unit
        return -judgement.representation.sample_rate, ""

    def order(judgement: Judgement) -> tuple[tuple[int, str], float, str]:
        return group(judgement), judgement.surprise.mean, judgement.card.name

    return [list(members) for _, members in groupby(sorted(judgements, key=order), group)]
