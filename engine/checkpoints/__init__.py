"""Checkpoints: models on disk, each with its card and its learning curve."""

from engine.checkpoints.card import NAME_PATTERN, Card, CorpusFacts, TrainingFacts
from engine.checkpoints.catalogue import read_cards, test_nats_by_name
from engine.checkpoints.checkpoint import (
    CHECKPOINTS,
    WEIGHTS_FILE,
    Checkpoint,
    available,
    load,
    read_card,
    save,
    weight_bytes,
)
from engine.checkpoints.curve import Curve, read_curve
from engine.checkpoints.titles import (
    CELL_ORDER,
    corpus_title,
    corpus_words,
    full_title,
    in_order,
    is_best,
    is_published_cell,
    makeup,
    title,
)

__all__ = [
    "CELL_ORDER",
    "CHECKPOINTS",
    "NAME_PATTERN",
    "WEIGHTS_FILE",
    "Card",
    "Checkpoint",
    "CorpusFacts",
    "Curve",
    "TrainingFacts",
    "available",
    "corpus_title",
    "corpus_words",
    "full_title",
    "in_order",
    "is_best",
    "is_published_cell",
    "load",
    "makeup",
    "read_card",
    "read_cards",
    "read_curve",
    "save",
    "test_nats_by_name",
    "title",
    "weight_bytes",
]
