"""Points with intervals as an SVG picture: a figure across, an estimate with its interval upwards.

A picture fills the width of its container. Colours come from CSS variables of the page
(``--picture-draw`` …), each with a default, so that a saved picture looks right too.

Conventions
    positions   per cent of the picture, from the left and from the top
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from operator import itemgetter

from engine.words import signed

DRAW_COLOUR = "var(--picture-draw, #4338ca)"
GRID_COLOUR = "var(--picture-grid, #8a8fa333)"
LABEL_COLOUR = "var(--picture-label, #6b7080)"
PAPER_COLOUR = "var(--picture-paper, #ffffff)"
PICTURE_HEIGHT = 320  # CSS pixels
LEFT, RIGHT, TOP, BOTTOM = 13.0, 90.0, 12.0, 80.0  # ends of the axes, per cent
NUM_TICKS = 4
LINE_HEIGHT = 5.0  # of a line of text, per cent of the height
LABEL_WIDTH = 34.0  # a label takes less than this, per cent of the width


@dataclass(frozen=True)
class IntervalPoint:
    """One estimate.

    Args:
        label: its name, as short as possible.
        figure: value on the horizontal axis.
        estimate, low, high: value on the vertical axis, and the ends of its interval if it has one.
    """

    label: str
    figure: float
    estimate: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Axis:
    """Maps values from ``least`` to ``most`` to positions from ``start`` to ``end``, in per cent."""

    least: float
    most: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Iterable[float], start: float, end: float) -> "Axis":
        """An axis that holds all values (at least one), with a twelfth of their span free at both ends."""
        numbers = list(values)
        least, most = min(numbers), max(numbers)
        slack = (most - least) / 12 or max(abs(most), 1.0) / 10
        return cls(least - slack, most + slack, start, end)

    def at(self, value: float) -> float:
        """The position of a value."""
        return self.start + (self.end - self.start) * (value - self.least) / (self.most - self.least)

    def ticks(self) -> list[float]:
        """Round values within the axis, about ``NUM_TICKS``."""
        raw = (self.most - self.least) / NUM_TICKS
        power = 10.0 ** math.floor(math.log10(raw))
        step = next(power * size for size in (1, 2, 5, 10) if power * size >= raw * 0.999)
        first, last = math.ceil(self.least / step), math.floor(self.most / step)
        return [round(number * step, 12) for number in range(first, last + 1)]


def interval_svg(
    points: Sequence[IntervalPoint], figure_name: str, estimate_name: str, title: str = "Estimates"
) -> str:
    """An accessible SVG of the points; its text alternative gives every figure.

    Args:
        points: at least one.
        figure_name, estimate_name: names of the two axes; any text, which is escaped.
        title: what the picture is called; escaped too.
    """
    across = Axis.over((point.figure for point in points), LEFT, RIGHT)
    ends = (
        value for point in points for value in (point.estimate, point.low, point.high) if value is not None
    )
    upwards = Axis.over(ends, BOTTOM, TOP)
    content = (
        _grid(across, upwards)
        + _words(figure_name, f'x="{RIGHT}%" y="97%" text-anchor="end"')
        + _words(estimate_name, 'x="0" y="5%" dx="4"')
        + "".join(_point(point, across, upwards) for point in points)
        + "".join(_labels(points, across, upwards))
    )
    return _whole(title, _describe(points, figure_name, estimate_name), content)


def _whole(title: str, description: str, content: str) -> str:
    """The ``<svg>`` with its text alternative."""
    title, description = _escaped(title), _escaped(description)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{title}. {description}"'
        f' width="100%" height="{PICTURE_HEIGHT}" style="display:block">'
        f"<title>{title}</title><desc>{description}</desc>{content}</svg>"
    )


def _escaped(text: str) -> str:
    """Any text as XML can hold it: escaped, without control characters."""
    return escape("".join(character for character in text if character.isprintable()))


def _grid(across: Axis, upwards: Axis) -> str:
    lines, words = [], []
    for tick in upwards.ticks():
        y = upwards.at(tick)
        width = 1.5 if tick == 0 else 0.75
        lines.append(f'<line x1="0" y1="{y:.2f}%" x2="100%" y2="{y:.2f}%" stroke-width="{width}"/>')
        words.append(_words(signed(tick), f'x="0" y="{y:.2f}%" dx="4" dy="-3"'))
    for tick in across.ticks():
        x = across.at(tick)
        lines.append(f'<line x1="{x:.2f}%" y1="{TOP - 4}%" x2="{x:.2f}%" y2="86%" stroke-width="0.75"/>')
        words.append(_words(signed(tick), f'x="{x:.2f}%" y="91%" text-anchor="middle"'))
    return f'<g class="grid" style="stroke:{GRID_COLOUR}">{"".join(lines)}</g>{"".join(words)}'


def _point(point: IntervalPoint, across: Axis, upwards: Axis) -> str:
    x, y = across.at(point.figure), upwards.at(point.estimate)
    dot = f'<circle cx="{x:.2f}%" cy="{y:.2f}%" r="4.5" style="fill:{DRAW_COLOUR}"/>'
    if point.low is None or point.high is None:
        return f'<g class="point">{dot}</g>'
    high, low = upwards.at(point.high), upwards.at(point.low)
    line = (
        f'<line x1="{x:.2f}%" y1="{high:.2f}%" x2="{x:.2f}%" y2="{low:.2f}%" stroke-linecap="round"'
        f' style="stroke:{DRAW_COLOUR};stroke-width:2.5;opacity:0.55"/>'
    )
    return f'<g class="point">{line}{dot}</g>'


def _labels(points: Sequence[IntervalPoint], across: Axis, upwards: Axis) -> Iterable[str]:
    """Names next to their points, on the side towards the middle, moved down where two would overlap."""
    placed: list[tuple[float, float]] = []
    for point in sorted(points, key=lambda point: -point.estimate):
        x, y = across.at(point.figure), upwards.at(point.estimate)
        for placed_x, placed_y in sorted(placed, key=itemgetter(1)):
            if abs(placed_x - x) < LABEL_WIDTH and abs(placed_y - y) < LINE_HEIGHT:
                y = placed_y + LINE_HEIGHT
        placed.append((x, y))
        side = 'dx="10"' if x < (LEFT + RIGHT) / 2 else 'dx="-10" text-anchor="end"'
        yield _words(point.label, f'x="{x:.2f}%" y="{y:.2f}%" dy="4" {side}', is_name=True)


def _words(text: str, place: str, is_name: bool = False) -> str:
    """Small text with a rim in the paper's colour, so that lines behind it do not disturb."""
    colour, weight = (DRAW_COLOUR, 600) if is_name else (LABEL_COLOUR, 400)
    return (
        f'<text {place} style="font:{weight} 12px system-ui,sans-serif;fill:{colour};paint-order:stroke;'
        f'stroke:{PAPER_COLOUR};stroke-width:3px">{_escaped(text)}</text>'
    )


def _describe(points: Sequence[IntervalPoint], figure_name: str, estimate_name: str) -> str:
    said = []
    for point in points:
        interval = "" if point.low is None or point.high is None else f", {point.low:.2f} to {point.high:.2f}"
        said.append(f"{point.label}: {point.estimate:.2f}{interval}, at {point.figure:.3f}")
    return f"{estimate_name} with 95 % intervals over {figure_name}. {'; '.join(said)}"
