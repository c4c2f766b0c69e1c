"""Results: our figures beside the paper's, and how the models learned."""

import html
from pathlib import Path

from engine.errors import EngineError
from pages.house import footer, hero, joined, sentence
from pages.parts import styled
from pages.results.curves import Curves, corpora_of
from pages.results.glance import glance
from pages.results.leaderboard import leaderboard
from pages.results.result_row import read_results
from pages.results.results_table import tables
from pages.shared import Shared

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


def build(shared: Shared) -> None:
    """Lay the page out inside the current Blocks."""
    hero(HEADING, PROMISE)
    cards = joined(shared.catalogues.values()).cards
    order: list[str] = []
    boards = ""
    try:
        results = read_results()
        playable = {row.checkpoint for row in results.rows if row.checkpoint in cards}
        order = [row.corpus for row in results.rows]
        music_then_speech = "".join(table.html() for table in tables(results.rows, playable))
        boards = leaderboard(results.leaderboard, cards)
        seen = glance(results, cards)
        text = f"{seen}<p>{HOW_TO_READ}</p>{music_then_speech}<p>{STAND_INS} {SECONDS}</p>"
    except EngineError as error:
        text = f'<p class="results-problem" role="status">{html.escape(sentence(error))}</p>'
    here = Path(__file__)
    styled(f'<section class="results">{text}</section>', here.with_name("results.css"), "results")
    if boards:
        styled(boards, here.with_name("leaderboard.css"), "leaderboard")
    corpora, problems = corpora_of(cards.values(), list(dict.fromkeys(order)))
    Curves(corpora, elem_id="curves")
    footer(problems)
