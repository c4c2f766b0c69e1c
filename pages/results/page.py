"""Results: our figures next to the paper's and to all published ones, and how the models learned."""

from pathlib import Path

from engine.errors import EngineError
from pages.house import footer, hero, joined, rendered, sentence
from pages.parts import styled
from pages.results.curves import Curves, corpora_of
from pages.results.glance import glance
from pages.results.leaderboard import leaderboard
from pages.results.result_row import read_shipped_results
from pages.results.results_table import tables
from pages.shared import Shared

RESULTS_HEADING = "Our figures beside the paper’s"
RESULTS_PROMISE = (
    "Chung, Gulcehre, Cho and Bengio compared a tanh layer, a GRU and an LSTM of equal numbers of parameters "
    "in 2014. Here are their figures, those of the models on these pages, and how the models learned."
)
RESULTS_TEMPLATE = Path(__file__).with_name("results.html.jinja")


def build(shared: Shared) -> None:
    """Lay the page out inside the current Blocks."""
    hero(RESULTS_HEADING, RESULTS_PROMISE)
    cards = joined(shared.catalogues.values()).cards
    order: list[str] = []
    problem = at_a_glance = leaderboard_html = ""
    tables_html: list[str] = []
    try:
        results = read_shipped_results()
        order = [row.corpus for row in results.rows]
        tables_html = [table.html() for table in tables(results.rows, cards)]
        leaderboard_html = leaderboard(results.leaderboard, cards)
        at_a_glance = glance(results, cards)
    except EngineError as error:
        problem = sentence(error)
    here = Path(__file__)
    content = rendered(RESULTS_TEMPLATE, problem=problem, glance=at_a_glance, tables=tables_html)
    styled(content, here.with_name("results.css"), "results")
    if leaderboard_html:
        styled(leaderboard_html, here.with_name("leaderboard.css"), "leaderboard")
    corpora, problems = corpora_of(cards.values(), list(dict.fromkeys(order)))
    Curves(corpora, elem_id="curves")
    footer(problems)
