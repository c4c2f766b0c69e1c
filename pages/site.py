"""Site: the pages that Gradio lays out, in their order; Live is served beside them (pages/live.py)."""

from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr

from pages import api
from pages.board import page as board
from pages.draw import play, speech
from pages.front import TITLE, Front
from pages.listen import compare, trial_page
from pages.live import LIVE_ROUTE
from pages.results import page as results
from pages.score import page as score
from pages.shared import Shared


@dataclass(frozen=True)
class Page:
    """A page: what it is called, where it lies, what lays it out inside the current route, and what a preview
    of a link to it says."""

    name: str
    route: str
    build: Callable[[Shared], None]
    description: str
    in_navigation: bool = True


PAGES = (
    Page(
        "Play", "", play.build,
        "Small recurrent networks that have heard chorales, folk tunes and piano pieces: choose some, and "
        "hear how each goes on.",
    ),
    Page(
        "Speech", "/speech", speech.build,
        "Give a network the beginning of a recording, and hear how it goes on, sample after sample.",
    ),
    Page(
        "Compare", "/compare", compare.build,
        "Blind listening tests: which network do you prefer, and can you tell it from the real piece?",
    ),
    Page(
        "Trial", "/trial", trial_page.build, "One trial of a blind listening test.", in_navigation=False
    ),
    Page(
        "Board", "/board", board.build,
        "What listeners prefer, how sure that is, and how that compares with the networks' likelihoods.",
    ),
    Page(
        "Score", "/score", score.build,
        "Bring a piece of music or a recording, and see which moments surprise each network.",
    ),
    Page(
        "Results", "/results", results.build,
        "Exact likelihoods of tanh, GRU and LSTM networks next to the paper's, and every published figure on "
        "the same music.",
    ),
)  # fmt: skip


def links() -> dict[str, str]:
    """Name -> address of the pages of the navigation, relative to the page Live."""
    return {page.name: f"..{page.route or '/'}" for page in PAGES if page.in_navigation}


def fronts() -> dict[str, Front]:
    """The fronts of all pages, by route."""
    first = PAGES[0]
    titles = {page.route: TITLE if page is first else f"{page.name} · {TITLE}" for page in PAGES}
    return {page.route: Front(titles[page.route], page.description) for page in PAGES}


def build(shared: Shared) -> gr.Blocks:
    """The app: all pages but Live, each a route of its own, and the named endpoints."""
    first, *later = PAGES
    with gr.Blocks(title=TITLE, analytics_enabled=False) as demo:
        gr.Navbar([("Live", f"{LIVE_ROUTE[1:]}/")], main_page_name=first.name)
        first.build(shared)
        api.build()
    for page in later:
        with demo.route(page.name, page.route, show_in_navbar=page.in_navigation):
            gr.Navbar([("Live", f"{LIVE_ROUTE[1:]}/")], main_page_name=first.name)
            page.build(shared)
    return demo
