"""The picture of estimates: points where their figures put them, words for those who cannot see it."""

import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import pytest

from engine.rendering.interval_picture import BOTTOM, LEFT, RIGHT, TOP, Axis, IntervalPoint, interval_svg

SVG = "{http://www.w3.org/2000/svg}"
POINTS = [
    IntervalPoint("Best", 7.1, 0.6, 0.4, 0.8),
    IntervalPoint("GRU", 8.5, 0.1, -0.1, 0.3),
    IntervalPoint("<tanh>", 8.6, -0.7),
]


def drawn(points):
    return ElementTree.fromstring(interval_svg(points, "nats per frame", "strength", "Preference"))


def number(element, name: str) -> float:
    return float(element.get(name).removesuffix("%"))


def test_points_and_intervals_stand_where_their_figures_are():
    picture = drawn(POINTS)
    groups = [group for group in picture.iter(f"{SVG}g") if group.get("class") == "point"]
    dots = [group.find(f"{SVG}circle") for group in groups]
    lines = [group.find(f"{SVG}line") for group in groups]
    x, y = ([number(dot, name) for dot in dots] for name in ("cx", "cy"))
    assert LEFT < x[0] < x[1] < x[2] < RIGHT and TOP < y[0] < y[1] < y[2] < BOTTOM
    assert (x[1] - x[0]) / (x[2] - x[1]) == pytest.approx(1.4 / 0.1, rel=0.01)
    reach = number(lines[0], "y2") - number(lines[0], "y1")
    assert (y[1] - y[0]) / reach == pytest.approx(0.5 / 0.4, rel=0.01)
    assert lines[2] is None  # no interval is known


def test_the_words_say_every_figure():
    picture = drawn(POINTS)
    assert picture.get("role") == "img"
    assert picture.get("aria-label") == (
        "Preference. strength with 95 % intervals over nats per frame. Best: 0.60, 0.40 to 0.80, at 7.100; "
        "GRU: 0.10, -0.10 to 0.30, at 8.500; <tanh>: -0.70, at 8.600"
    )
    names = [text.text for text in picture.iter(f"{SVG}text")]
    assert {"Best", "GRU", "<tanh>", "nats per frame", "strength", "−0.5"} <= set(names)


def test_names_do_not_lie_on_each_other():
    picture = drawn([IntervalPoint(name, 8.0, 0.5 - 0.001 * place) for place, name in enumerate("abcd")])
    heights = sorted(number(text, "y") for text in picture.iter(f"{SVG}text") if text.text in tuple("abcd"))
    assert min(b - a for a, b in pairwise(heights)) > 4.9


@pytest.mark.parametrize("values", [(3.0,), (0.0, 0.0), (-2.0, 5.0), (8.50001, 8.50002), (0.0, 1e6)])
def test_an_axis_holds_all_its_values_and_some_round_ones(values):
    axis = Axis.over(values, 10.0, 90.0)
    assert all(10 < axis.at(value) < 90 for value in values)
    assert 2 <= len(axis.ticks()) <= 6
    assert all(10 - 1e-6 <= axis.at(tick) <= 90 + 1e-6 for tick in axis.ticks())
