"""Every shipped model draws today what it drew when the goldens were written."""

import pytest
import torch

from tests.golden_draws import golden_draws, kept_draws


@pytest.fixture(scope="module")
def kept():
    return kept_draws()


def test_there_are_thirty_five_of_them(kept):
    assert len(kept) == 35
    assert {draw.key for draw in golden_draws()} == set(kept)


@pytest.mark.parametrize("draw", golden_draws(), ids=lambda draw: draw.key)
def test_each_draw_is_as_it_was(draw, kept):
    """Byte for byte, on every kind of processor."""
    drawn, before = draw.frames(), kept[draw.key]
    assert drawn.dtype == before.dtype and drawn.shape == before.shape
    assert torch.equal(drawn, before)
