"""Checkpoints: models on disk, with the card of each and how it learned."""

from engine.checkpoints.card import NAME_PATTERN, Card, CorpusFacts, TrainingFacts
from engine.checkpoints.catalogue import held_out_nats, read_cards
from engine.checkpoints.checkpoint import (
    CHECKPOINTS,
    Checkpoint,
    available,
    load,
    read_card,
    save,
    weight_bytes,
)
from engine.checkpoints.curve import Curve, read_curve

__all__ = [
    "CHECKPOINTS",
    "NAME_PATTERN",
    "Card",
    "Checkpoint",
    "CorpusFacts",
    "Curve",
    "TrainingFacts",
    "available",
    "held_out_nats",
    "load",
    "read_card",
    "read_cards",
    "read_curve",
    "save",
    "weight_bytes",
]
