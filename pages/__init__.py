"""The pages of the app, in the order of its navigation."""

from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr

from pages import api
from pages.board import page as board
from pages.draw import play, speech
from pages.listen import compare, trial_page
from pages.results import page as results
from pages.score import page as score
from pages.shared import Shared, open_shared

__all__ = ["PAGES", "build"]


@dataclass(frozen=True)
class Page:
    """A page: what it is called, where it lies, and what lays it out inside the current route."""

    name: str
    route: str
    build: Callable[[Shared], None]
    in_navigation: bool = True


PAGES = (
    Page("Play", "", play.build),
    Page("Speech", "/speech", speech.build),
    Page("Compare", "/compare", compare.build),
    Page("Trial", "/trial", trial_page.build, in_navigation=False),
    Page("Board", "/board", board.build),
    Page("Score", "/score", score.build),
    Page("Results", "/results", results.build),
)


def build() -> gr.Blocks:
    """The whole app: all pages, each a route of its own, and the named endpoints."""
    shared = open_shared()
    first, *others = PAGES
    with gr.Blocks(title="Earshot", analytics_enabled=False) as demo:
        gr.Navbar(main_page_name=first.name)
        first.build(shared)
        api.build()
    for page in others:
        with demo.route(page.name, page.route, show_in_navbar=page.in_navigation):
            gr.Navbar(main_page_name=first.name)
            page.build(shared)
    return demo
