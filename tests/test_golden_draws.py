"""Every shipped model draws today what it drew when the goldens were written."""

import pytest
import safetensors
import torch

from tests.golden_draws import DRAWS, SPEECH, golden_draws, kept_draws

TOLERANCE = 1e-3  # standardised amplitude: another processor rounds float32 products in another order


@pytest.fixture(scope="module")
def kept():
    return kept_draws()


def is_of_this_machine() -> bool:
    """Whether the goldens were drawn with the same instructions, so that every bit is the same."""
    with safetensors.safe_open(DRAWS, "pt") as file:
        return file.metadata()["cpu"] == torch.backends.cpu.get_cpu_capability()


def test_there_are_thirty_two_of_them(kept):
    assert len(kept) == 32
    assert {draw.key for draw in golden_draws()} == set(kept)


@pytest.mark.parametrize("draw", golden_draws(), ids=lambda draw: draw.key)
def test_each_draw_is_as_it_was(draw, kept):
    """Byte for byte; sound on another kind of processor within what its rounding may do."""
    drawn, before = draw.frames(), kept[draw.key]
    assert drawn.dtype == before.dtype and drawn.shape == before.shape
    if draw.model.startswith(SPEECH) and not is_of_this_machine():
        torch.testing.assert_close(drawn, before, rtol=0, atol=TOLERANCE)
    else:
        assert torch.equal(drawn, before)
