"""The look of the app: words stand out from what is behind them, in light and in dark."""

import re

import pytest

from engine.folders import ASSETS

PAIRS = [
    *((ink, ground) for ink in ("ink", "ink-soft") for ground in ("paper", "card", "quiet", "roll-ground")),
    *(("on-lane", f"lane-{number}") for number in (1, 2, 3, 4)),
    *(("roll-label", "roll-ground"), ("roll-ground", "roll-cut"), ("card", "ink"), ("focus", "paper")),
    *(("notice-ink", "notice-ground"), ("error-ink", "error-ground"), ("met-ink", "met-ground")),
]


def tokens(dark: bool) -> dict[str, str]:
    """The colours that hold in light or in dark, by name."""
    css = (ASSETS / "earshot.css").read_text(encoding="utf-8")
    light_rules, dark_rules = re.findall(
        r"^:root:root(?: \.dark)? \{(.*?)^\}", css, re.MULTILINE | re.DOTALL
    )[:2]
    colours = dict(re.findall(r"--([\w-]+): (#\w{6});", light_rules))
    return colours | (dict(re.findall(r"--([\w-]+): (#\w{6});", dark_rules)) if dark else {})


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_contrast_of_words_is_at_least_4_5(dark, ink, ground):
    darker, lighter = sorted(luminance(tokens(dark)[name]) for name in (ink, ground))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
