"""Piano roll to picture: time to the right, pitch upwards, a line where the prime ends."""

from dataclasses import dataclass

import torch
from jaxtyping import Float32

from engine.errors import InvalidValueError
from engine.rendering.svg import DRAW_COLOUR, GRID_COLOUR, PRIME_COLOUR, cut_line, label, picture, stretched
from engine.representations.piano_roll import note_spans

DEFAULT_PITCHES = (36, 84)  # C2 and C6; widened by octaves where notes lie beyond
HEIGHT = 220  # CSS pixels
NOTE_HEIGHT = 0.84  # of a row
NOTE_GAP = 0.12  # of a frame, at the end of a note


@dataclass(frozen=True)
class RollGrid:
    """What a roll is drawn on.

    Args:
        lowest_pitch: MIDI number of column 0.
        num_frames: width of the picture in frames, so that it stays while a draw grows; 0 for as
            many as there are.
        frames_per_bar: a fainter line stands at every one, a stronger at every fourth of these.
    """

    lowest_pitch: int = 21
    num_frames: int = 0
    frames_per_bar: int = 4


def roll_svg(
    frames: Float32[torch.Tensor, "time pitch"],
    prime_frames: int = 0,
    title: str = "Piano roll",
    grid: RollGrid | None = None,
) -> str:
    """An accessible SVG of the frames, every held note one bar.

    The pitches from C2 to C6 are always shown, others as they occur, so that lanes and growing draws
    can be compared by eye. The prime's part of a note has another colour than the draw's.

    Args:
        frames: 1 = sounding.
        prime_frames: how many of them were given, from the start.
        title: any text; it is escaped.
        grid: where the frames lie.

    Raises:
        InvalidValueError: more prime frames than frames.
    """
    grid = grid or RollGrid()
    if not 0 <= prime_frames <= len(frames):
        raise InvalidValueError(
            f"prime_frames={prime_frames} must be from 0 to the {len(frames)} frames there are"
        )
    num_frames = max(grid.num_frames, len(frames), 1)
    spans = note_spans(frames)
    lowest, top = _shown_pitches([grid.lowest_pitch + column for _, _, column in spans])
    rows = [(first, stop, top - grid.lowest_pitch - column) for first, stop, column in spans]
    given = [(first, min(stop, prime_frames), row) for first, stop, row in rows if first < prime_frames]
    drawn = [(max(first, prime_frames), stop, row) for first, stop, row in rows if stop > prime_frames]
    notes = _bars("prime", PRIME_COLOUR, given) + _bars("draw", DRAW_COLOUR, drawn)
    content = (
        _grid_lines(num_frames, grid.frames_per_bar, lowest, top)
        + stretched(num_frames, top - lowest, notes)
        + cut_line(prime_frames / num_frames)
    )
    return picture(title, _describe(spans, len(frames), prime_frames), HEIGHT, content)


def _shown_pitches(pitches: list[int]) -> tuple[int, int]:
    """Lowest pitch shown and the one after the highest, both a C."""
    lowest, top = DEFAULT_PITCHES
    return min([lowest, *(12 * (pitch // 12) for pitch in pitches)]), max(
        [top, *(12 * (pitch // 12 + 1) for pitch in pitches)]
    )


def _bars(name: str, colour: str, rows: list[tuple[int, int, int]]) -> str:
    """One rectangle for each (first frame, frame after the last, row from the top, counted from 1)."""
    bars = "".join(
        f'<rect x="{first}" y="{row - (1 + NOTE_HEIGHT) / 2:.2f}" width="{stop - first - NOTE_GAP:.2f}"'
        f' height="{NOTE_HEIGHT}"/>'
        for first, stop, row in rows
    )
    return f'<g class="{name}" style="fill:{colour}">{bars}</g>'


def _grid_lines(num_frames: int, frames_per_bar: int, lowest: int, top: int) -> str:
    """Bars, octaves, and the names of the octaves."""
    lines = []
    for frame in range(0, num_frames, frames_per_bar):
        x = f"{100 * frame / num_frames:.3f}%"
        width = 1 if frame % (4 * frames_per_bar) == 0 else 0.4
        lines.append(f'<line x1="{x}" y1="0" x2="{x}" y2="100%" stroke-width="{width}"/>')
    names = []
    for pitch in range(lowest, top, 12):
        y_percent = 100 * (top - pitch) / (top - lowest)
        lines.append(f'<line x1="0" y1="{y_percent:.3f}%" x2="100%" y2="{y_percent:.3f}%" stroke-width="1"/>')
        names.append(label(f"C{pitch // 12 - 1}", y_percent))
    return f'<g class="grid" style="stroke:{GRID_COLOUR}">{"".join(lines)}</g>{"".join(names)}'


def _describe(spans: list[tuple[int, int, int]], num_frames: int, prime_frames: int) -> str:
    notes = "no notes" if not spans else "1 note" if len(spans) == 1 else f"{len(spans)} notes"
    given = f"; the first {prime_frames} were given" if prime_frames else ""
    return f"{notes} in {num_frames} frames{given}"
