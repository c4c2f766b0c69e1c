"""The picture of a sound: its envelope, its cut, its words."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from engine.audio import Audio
from engine.errors import InvalidValueError
from engine.rendering.waveform_picture import MIN_SPAN, NUM_COLUMNS, waveform_svg


def corners(svg, name):
    """(x, y) of every corner of an area."""
    found = re.search(rf'<path class="{name}"[^>]* d="M(.*?)Z"', svg)
    return [tuple(map(float, corner.split())) for corner in found[1].split("L")] if found else []


def test_the_envelope_is_that_of_the_samples():
    samples = np.random.default_rng(0).uniform(-1, 1, NUM_COLUMNS * 10).astype(np.float32)
    drawn = corners(waveform_svg(Audio(samples, 8000)), "draw")
    columns = samples.reshape(NUM_COLUMNS, 10)
    up, down = drawn[:NUM_COLUMNS], drawn[: -NUM_COLUMNS - 1 : -1]
    assert [x for x, _ in up] == [x for x, _ in down] == list(range(NUM_COLUMNS))
    np.testing.assert_allclose([1 - y - MIN_SPAN / 2 for _, y in up], columns.max(1), atol=1e-3)
    np.testing.assert_allclose([1 - y + MIN_SPAN / 2 for _, y in down], columns.min(1), atol=1e-3)


def test_prime_and_draw_share_the_width():
    audio = Audio(np.full(8000, 0.5, np.float32), 8000)
    svg = waveform_svg(audio, prime_seconds=0.25, total_seconds=2.0)
    assert max(x for x, _ in corners(svg, "prime")) == NUM_COLUMNS / 8
    assert max(x for x, _ in corners(svg, "draw")) == NUM_COLUMNS / 2
    assert 'class="cut" x1="12.500%"' in svg


@pytest.mark.parametrize("num_samples", [0, 1, 7, 801])
def test_few_samples_are_drawn_too(num_samples):
    root = ElementTree.fromstring(
        waveform_svg(Audio(np.zeros(num_samples, np.float32), 8000), title="<a & b>")
    )
    assert root.get("role") == "img"
    assert "s of sound with peak 0.00" in root.get("aria-label")


def test_a_prime_longer_than_the_sound_is_refused():
    with pytest.raises(InvalidValueError, match="of the sound"):
        waveform_svg(Audio(np.zeros(8, np.float32), 8), 2.0)
