"""Waveform to picture: for every column the span from the lowest to the highest sample."""

import numpy as np

from engine.audio import Audio
from engine.errors import InvalidValueError
from engine.rendering.svg import DRAW_COLOUR, GRID_COLOUR, PRIME_COLOUR, cut_line, picture, stretched

HEIGHT = 120  # CSS pixels
NUM_COLUMNS = 800
MIN_SPAN = 0.004  # drawn height of silence, in amplitude, so that it is a line and not nothing


def waveform_svg(
    audio: Audio, prime_seconds: float = 0.0, title: str = "Waveform", total_seconds: float = 0.0
) -> str:
    """An accessible SVG of a sound; full scale, -1 to 1, is the whole height.

    Args:
        audio: may be empty.
        prime_seconds: how much of it was given, from the start; drawn in another colour.
        title: any text; it is escaped.
        total_seconds: width of the picture, so that it stays while a draw grows; 0 for as long as
            the sound is.

    Raises:
        InvalidValueError: the prime is longer than the sound.
    """
    if not 0 <= prime_seconds <= audio.duration_seconds + 1e-6:
        raise InvalidValueError(
            f"prime_seconds={prime_seconds:g} must be from 0 to the {audio.duration_seconds:g} s of the sound"
        )
    shown_seconds = max(total_seconds, audio.duration_seconds) or 1.0
    prime_share = prime_seconds / shown_seconds
    num_columns = round(NUM_COLUMNS * audio.duration_seconds / shown_seconds)
    split = round(NUM_COLUMNS * prime_share)
    lows, highs = _envelope(audio, num_columns)
    drawing = stretched(
        NUM_COLUMNS,
        2,
        _area(lows[:split], highs[:split], 0, "prime", PRIME_COLOUR)
        + _area(lows[split:], highs[split:], split, "draw", DRAW_COLOUR),
    )
    zero = f'<line x1="0" y1="50%" x2="100%" y2="50%" style="stroke:{GRID_COLOUR}"/>'
    given = f"; the first {prime_seconds:.1f} s were given" if prime_seconds else ""
    description = f"{audio.duration_seconds:.1f} s of sound with peak {audio.peak:.2f}{given}"
    return picture(title, description, HEIGHT, zero + drawing + cut_line(prime_share))


def _envelope(audio: Audio, num_columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest sample of each of at most ``num_columns`` equal parts."""
    num_samples = len(audio.samples)
    if num_samples == 0 or num_columns == 0:
        return np.zeros(0), np.zeros(0)
    starts = np.arange(num_columns) * num_samples // num_columns
    return np.minimum.reduceat(audio.samples, starts), np.maximum.reduceat(audio.samples, starts)


def _area(lows: np.ndarray, highs: np.ndarray, left: int, name: str, colour: str) -> str:
    """A filled band between lows and highs from column ``left`` on, y = 1 - amplitude."""
    if len(lows) == 0:
        return ""
    up = [f"{left + column} {1 - high - MIN_SPAN / 2:.3f}" for column, high in enumerate(highs)]
    down = [f"{left + column} {1 - low + MIN_SPAN / 2:.3f}" for column, low in enumerate(lows)]
    end = left + len(lows)
    corners = [*up, f"{end} {up[-1].split()[1]}", f"{end} {down[-1].split()[1]}", *reversed(down)]
    return f'<path class="{name}" style="fill:{colour}" d="M{"L".join(corners)}Z"/>'
