"""Pictures of the report: learning curves as in figures 2 and 3 of the paper, as SVG.

Conventions
    columns  corpora
    rows     the same curves by epoch, and by wall-clock seconds
    lines    solid: training, as seen while fitting, with the recipe's noise; dotted: validation, without it
    y        nats per frame, logarithmic; nats per step of speech, which may be negative, linear

With one version of matplotlib the bytes depend on the curves alone: text is drawn as outlines of its font,
and ids are hashed with a fixed salt.
"""

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from engine.cells import cell_title
from training.paper import PAPER_MUSIC, PAPER_SPEECH, PaperCorpus
from training.report.evidence import TableEntry, TableEvidence
from training.report.markdown import listing
from training.report.tables import our_title

COLOURS = {"tanh": "#0072b2", "gru": "#d55e00", "lstm": "#009e73"}  # told apart by colour-blind readers too
INK, SOFT, LINE = "#17191e", "#5a6070", "#e2dfd8"
MAX_POINTS = 200  # of a line; more cannot be seen
SKIPPED_SHARE = 0.02  # of the epochs at the start, whose steep fall would leave no room for the rest
NICE_STEPS = (1, 2, 5, 10)  # steps between ticks
SVG_POINT = re.compile(rb"L (\d+\.\d+) (\d+\.\d+)")  # outlines of letters have whole numbers
SVG_STYLE = {"svg.fonttype": "path", "svg.hashsalt": "earshot", "path.simplify": False}


@dataclass(frozen=True)
class Picture:
    """One SVG file of the report.

    Args:
        file_name: in docs/.
        title: what it shows.
        corpora: one a column.
    """

    file_name: str
    title: str
    corpora: tuple[PaperCorpus, ...]

    @property
    def words(self) -> str:
        """Alternative text, for those who cannot see it."""
        return f"{self.title}: {listing(our_title(corpus) for corpus in self.corpora)}"


PLOTS = (
    Picture("figure-2.svg", "Learning curves as in figure 2 of the paper", (PAPER_MUSIC[0], PAPER_MUSIC[2])),
    Picture("figure-3.svg", "Learning curves as in figure 3 of the paper, on public speech", PAPER_SPEECH),
    Picture(
        "figure-chorales-piano.svg",
        "Learning curves of the other two corpora of music",
        (PAPER_MUSIC[1], PAPER_MUSIC[3]),
    ),
)


def draw(picture: Picture, evidence: TableEvidence) -> bytes:
    """An SVG file, the same bytes for the same curves."""
    figure = Figure(figsize=(10.0, 7.0), facecolor="white")
    canvas = FigureCanvasSVG(figure)
    grid = figure.subplots(2, len(picture.corpora), squeeze=False)
    figure.subplots_adjust(left=0.075, right=0.985, top=0.86, bottom=0.075, wspace=0.17, hspace=0.3)
    for column, corpus in enumerate(picture.corpora):
        entries = evidence.of(corpus)
        _draw_column(grid[0][column], grid[1][column], corpus, entries)
    figure.text(0.02, 0.965, picture.title, color=INK, fontproperties=_font(13.0, bold=True), va="center")
    _draw_legend(figure)
    buffer = io.BytesIO()
    with matplotlib.rc_context(SVG_STYLE):
        canvas.print_svg(buffer, metadata={"Date": None, "Creator": None})
    return b"\n".join(_shortened(line.rstrip()) for line in buffer.getvalue().splitlines()) + b"\n"


def _shortened(line: bytes) -> bytes:
    """A line of SVG text; a point of a curve is rounded to a hundredth of a typographic point."""
    point = SVG_POINT.fullmatch(line)
    return b"L %.2f %.2f" % (float(point[1]), float(point[2])) if point else line


def _font(size: float, bold: bool = False) -> FontProperties:
    """The font that comes with matplotlib, not one of the same name on the machine."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return FontProperties(fname=str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), size=size)


def _draw_column(
    by_epoch: Axes, by_seconds: Axes, corpus: PaperCorpus, entries: Sequence[TableEntry]
) -> None:
    is_music = corpus in PAPER_MUSIC
    for axes in (by_epoch, by_seconds):
        _dress(axes)
    shown = [entry for entry in entries if entry.curve is not None]
    unit = "nats per frame, log scale" if is_music else "nats per step, linear scale"
    by_epoch.set_title(
        f"{our_title(corpus)}: {unit}", loc="left", color=INK, fontproperties=_font(10.5, bold=True)
    )
    _write(by_epoch.set_xlabel, "epochs")
    _write(by_seconds.set_xlabel, "wall-clock seconds")
    if not shown:
        for axes in (by_epoch, by_seconds):
            axes.set(xticks=[], yticks=[])
            axes.text(
                0.5,
                0.5,
                "not fitted yet",
                color=SOFT,
                fontproperties=_font(10.0),
                ha="center",
                transform=axes.transAxes,
            )
        return
    for entry in shown:
        count = len(entry.curve.update)
        _draw_curves(by_epoch, entry, [float(epoch) for epoch in range(1, count + 1)])
        _draw_curves(by_seconds, entry, entry.curve.seconds)
    low, high = _limits(shown)
    is_log = is_music and low > 0
    for axes in (by_epoch, by_seconds):
        _scale(axes, low, high, is_log)


def _write(place: object, text: str) -> None:
    place(text, color=SOFT, fontproperties=_font(9.0))


def _dress(axes: Axes) -> None:
    axes.set_axisbelow(True)
    axes.grid(color=LINE, linewidth=0.7)
    axes.tick_params(length=0, colors=SOFT, pad=5)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(SOFT)


def _draw_curves(axes: Axes, entry: TableEntry, x: Sequence[float]) -> None:
    curve, colour, best = entry.curve, COLOURS[entry.cell], entry.best_epoch - 1
    kept = thinned(len(x), best)
    for values, style, width in (
        (curve.train_nats_per_frame, "-", 1.5),
        (curve.valid_nats_per_frame, (0, (1.2, 1.2)), 1.7),
    ):
        points = [x[index] for index in kept], [values[index] for index in kept]
        axes.plot(*points, color=colour, linestyle=style, linewidth=width, solid_capstyle="round")
    axes.plot(
        [x[best]], [curve.valid_nats_per_frame[best]], "o",
        color=colour, markersize=6, markeredgecolor="white", markeredgewidth=1.2, zorder=5,
    )  # fmt: skip


def thinned(count: int, best: int) -> list[int]:
    """Indices of evenly spaced points, at most MAX_POINTS, and besides them the best and the last."""
    step = max(1, math.ceil(count / MAX_POINTS))
    return sorted({*range(0, count, step), best, count - 1})


def _limits(entries: Sequence[TableEntry]) -> tuple[float, float]:
    """From the lowest point of any curve to the highest one after the first epochs."""
    lows, highs = [], []
    for entry in entries:
        curve = entry.curve
        start = min(len(curve.update) - 1, max(1, round(SKIPPED_SHARE * len(curve.update))))
        for values in (curve.train_nats_per_frame, curve.valid_nats_per_frame):
            lows.append(min(values))
            highs.append(max(values[start:]))
    return min(lows), max(highs)


def _scale(axes: Axes, low: float, high: float, is_log: bool) -> None:
    if is_log:
        axes.set_yscale("log")
        margin = (high / low) ** 0.04 if high > low else 1.1
        axes.set_ylim(low / margin, high * margin)
        axes.yaxis.set_major_locator(FixedLocator(log_ticks(low / margin, high * margin)))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        margin = 0.04 * (high - low) or 1.0
        axes.set_ylim(low - margin, high + margin)
        axes.yaxis.set_major_locator(MaxNLocator(7, steps=NICE_STEPS))
    axes.set_xlim(0.0, None)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=NICE_STEPS))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, position: f"{value:,.6g}"))
        for label in axis.get_ticklabels():
            label.set_fontproperties(_font(9.0))


def log_ticks(low: float, high: float) -> list[float]:
    """Round numbers for a logarithmic axis: equal steps where it is short, else 1, 2, 5, 10, …"""
    if high < 4 * low:
        return [
            float(tick)
            for tick in MaxNLocator(10, steps=NICE_STEPS).tick_values(low, high)
            if low <= tick <= high
        ]
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [step * 10.0**power for power in powers for step in (1, 2, 5)]
    return [tick for tick in ticks if low <= tick <= high]


def _draw_legend(figure: Figure) -> None:
    handles = [Line2D([], [], color=colour, linewidth=3.5) for colour in COLOURS.values()]
    labels = [cell_title(cell) for cell in COLOURS]
    handles += [
        Line2D([], [], color=INK, linewidth=1.5),
        Line2D([], [], color=INK, linewidth=1.7, linestyle=(0, (1.2, 1.2))),
        Line2D([], [], color=INK, marker="o", markersize=6, linestyle="none"),
    ]
    labels += ["training (with noise)", "validation", "best validation: the weights kept"]
    figure.legend(
        handles, labels, loc="upper left", bbox_to_anchor=(0.012, 0.95), ncols=len(handles),
        frameon=False, prop=_font(9.0), labelcolor=INK, handlelength=1.8, columnspacing=1.6,
    )  # fmt: skip
