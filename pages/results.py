"""Results: our figures beside the paper's, and how the models learned."""

import html
from collections.abc import Mapping

import gradio as gr

from engine import EngineError
from pages.catalogue import Catalogue
from pages.curves import Curves, corpora_of
from pages.lane import asset
from pages.leaderboard import leaderboard
from pages.result_row import read_results
from pages.results_table import tables
from pages.sentence import sentence
from pages.surround import footer, hero

HEADING = "Our figures beside the paper’s"
PROMISE = (
    "Chung, Gulcehre, Cho and Bengio compared a tanh layer, a GRU and an LSTM of equal numbers of parameters "
    "in 2014. Here are their figures, those of the models on these pages, and how the models learned."
)
HOW_TO_READ = (
    '<a href="https://arxiv.org/abs/1412.3555" target="_blank" rel="noopener">The paper’s</a> figures, and '
    "ours, are negative log-likelihoods: lower is better. The paper does not say how it averages, so ours "
    "are given both pooled over all frames and as the mean of the sequences’ means. "
    "A <strong>marked</strong> figure is at or under the printed one."
)
STAND_INS = (
    "The paper’s speech sets, Ubisoft A and B, were never published. Public recordings of the same shapes "
    "stand in for them, so compare the cells with each other: the paper’s own figures are of other data."
)
SECONDS = "Seconds are a fit’s share of the clock where several ran at once."


def build(catalogues: Mapping[str, Catalogue]) -> None:
    """Lay the page out inside the current Blocks.

    Args:
        catalogues: the models of the pages ``"play"`` and ``"speech"``.
    """
    hero(HEADING, PROMISE)
    cards = {name: card for catalogue in catalogues.values() for name, card in catalogue.cards.items()}
    order: list[str] = []
    boards = ""
    try:
        results = read_results()
        playable = {row.checkpoint for row in results.rows if row.checkpoint in catalogues[row.page].cards}
        order = [row.corpus for row in results.rows]
        music_then_speech = "".join(table.html() for table in tables(results.rows, playable))
        boards = leaderboard(results.leaderboard, catalogues["play"].cards)
        text = f"<p>{HOW_TO_READ}</p>{music_then_speech}<p>{STAND_INS} {SECONDS}</p>"
    except EngineError as error:
        text = f'<p class="results-problem" role="status">{html.escape(sentence(error))}</p>'
    gr.HTML(
        f'<section class="results">{text}</section>',
        css_template=asset("results.css"),
        apply_default_css=False,
        elem_id="results",
    )
    if boards:
        gr.HTML(boards, css_template=asset("leaderboard.css"), apply_default_css=False, elem_id="leaderboard")
    corpora, problems = corpora_of(cards.values(), list(dict.fromkeys(order)))
    Curves(corpora, elem_id="curves")
    footer(problems)
