"""Evaluation of sequences alone, next to others and very short; figures: commands/test_evaluate.py."""

from dataclasses import replace

import pytest

from engine.checkpoints.checkpoint import load
from engine.errors import InvalidValueError
from engine.models.model_spec import build_model
from tests.training import tiny
from training.fitting.evaluate import metrics, score_split


def test_batches_do_not_change_the_score(tmp_path):
    """A sequence scores the same alone and padded next to longer ones."""
    data = tiny.music()
    tiny.save_random(tmp_path, tiny.recipe(), data)
    model = load("tiny", tmp_path).model
    together = score_split(model, data.splits["train"])
    alone = [score_split(model, [sequence]) for sequence in sorted(data.splits["train"], key=len)]
    assert together.totals.tolist() == pytest.approx([float(score.totals) for score in alone], abs=1e-4)


def test_pieces_of_one_frame_have_no_figure_without_first_frames(tmp_path):
    """It would be 0 / 0; a card may hold no NaN, so a long fit would have ended in nothing."""
    data = tiny.music()
    tiny.save_random(tmp_path, tiny.recipe(), data)
    checkpoint = load("tiny", tmp_path)
    short = replace(data, splits={**data.splits, "test": [data.splits["test"][0][:1]]})
    figures = metrics(checkpoint.model, short, "test")
    assert "nats_per_frame_without_first" not in figures
    assert figures["nats_per_frame"] == figures["nats_per_frame_sequence_mean"]


def test_a_diverged_model_is_named():
    data = tiny.music()
    model = build_model(tiny.recipe().model_spec(data.representation))
    model.head.bias.data.fill_(float("nan"))
    with pytest.raises(InvalidValueError, match="diverged"):
        metrics(model, data, "test")
