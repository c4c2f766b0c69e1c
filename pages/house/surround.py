"""Surround: what is above and below every page: heading and promise, which parts run here, the licences."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import gradio as gr

from engine.checkpoints import CHECKPOINTS, Card, read_cards
from engine.errors import EngineError
from engine.folders import ASSETS
from engine.kernel import why_kernel_cannot
from engine.rendering import find_synthesiser
from pages.house.template import rendered

PRIVACY = (
    "A recording goes to the computer that runs this page and nowhere else. It is used for your draw alone "
    "and deleted within two hours."
)
LICENCES = (
    "Code: MIT; each model's licence is in its README, MIT for music and CC BY-SA for speech. Draws of music "
    "are yours; speech, and what begins with an excerpt, carries the terms of the recordings "
    "(spoken digits CC BY-SA 4.0, voice prompts CC BY-SA 3.0; music: public domain and traditional)."
)


def hero(title: str, promise: str) -> gr.HTML:
    """A page's heading and what can be done there."""
    text = rendered(Path(__file__).with_name("hero.html.jinja"), title=title, promise=promise)
    return gr.HTML(text, apply_default_css=False)


def footer(problems: Sequence[str] = ()) -> gr.HTML:
    """Which parts run here, what is wrong (``problems``, a sentence each), and the licences."""
    lines = [status(), *problems, LICENCES]
    text = rendered(Path(__file__).with_name("footer.html.jinja"), lines=lines)
    return gr.HTML(text, apply_default_css=False)


def status() -> str:
    """One line on the parts that may be missing: the synthesiser, and the kernel for each model."""
    try:
        synthesiser = f"music is played by {find_synthesiser().description}"
    except EngineError as error:
        synthesiser = f"music is silent: {error}"
    return f"Running here: {synthesiser}; {drawing(read_cards(CHECKPOINTS)[0])}."


def drawing(cards: Mapping[str, Card]) -> str:
    """Which models are drawn by the kernel, and which by torch, and why."""
    by_torch: dict[str, list[str]] = {}
    for name, card in cards.items():
        if reason := why_kernel_cannot(card.model):
            by_torch.setdefault(reason, []).append(name)
    slowly = [
        f"drawn by torch, slowly: {'all models' if len(names) == len(cards) else ', '.join(names)} ({reason})"
        for reason, names in by_torch.items()
    ]
    return "; ".join(slowly) or "models are drawn by the kernel, on the CPU"


def head() -> str:
    """What every page's head holds: its style, and the script that mends how Gradio takes keys and clicks."""
    script = Path(__file__).with_name("presses.js").read_text(encoding="utf-8")
    return f"<style>{base_style()}</style><script>{script}</script>"


def early_script() -> str:
    """What runs before Gradio's own scripts, to mend its loading sign; ``head`` comes too late for that."""
    return Path(__file__).with_name("loading.js").read_text(encoding="utf-8")


def base_style() -> str:
    """The style sheet of all pages."""
    sheets = (ASSETS / "earshot.css", ASSETS / "pages.css")
    return "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
