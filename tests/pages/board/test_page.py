"""The Board in a real browser, on made-up votes: what it shows to whom, and what it says without any."""

import sys

import pytest

from engine.checkpoints.card import Card
from engine.checkpoints.checkpoint import read_card
from engine.listening.analysis import analyse
from pages.board.page import EVERYBODYS_VOTES, OWN_VOTES, board_html
from pages.house.player_name import PlayerNames
from pages.parts.vote_files import NOT_VOTED
from tests.engine.listening.listener import record
from tests.pages.board.board_page import ANN, ann_votes, made_votes
from tests.pages.visit import PHONE
from tests.server import serving

EVIL = '<img src=x onerror="window.hit=1">'


@pytest.fixture(scope="module")
def address(tmp_path_factory, project_folder):
    folder = tmp_path_factory.mktemp("board")
    command = [sys.executable, "-m", "tests.pages.board.board_page"]
    with serving(command, folder, {"PYTHONPATH": str(project_folder)}) as server:
        yield server.address
        assert "Traceback" not in server.news()


@pytest.fixture
def pages(browser, address):
    """``pages(path)`` opens a page as a new visitor; at the end the consoles must be silent."""
    contexts, wrong = [], []

    def open_page(path: str = "", **context: object):
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context}))
        page = contexts[-1].new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(address + path)
        page.wait_for_selector("#board :is(.board-part, .board-message)")
        open_details(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def choose(page, whose: str, text: str) -> None:
    """Switch to somebody's votes, and wait for what they say."""
    page.get_by_label(whose).check()
    page.wait_for_selector(f"#board :text('{text}')", state="attached")
    open_details(page)


def open_details(page) -> None:
    """Show the figures that stand behind each picture."""
    page.evaluate("document.querySelectorAll('#board details').forEach(details => (details.open = true))")


def rows(page, corpus: str) -> dict[str, list[str]]:
    """Words of the standings, by player."""
    lines = page.locator(f"[data-corpus={corpus}] tr[data-player]").all()
    return {line.get_attribute("data-player"): line.locator("th, td").all_inner_texts() for line in lines}


@pytest.mark.browser
def test_the_board_shows_what_the_analysis_finds(pages):
    ranking = analyse(made_votes()).corpora[0].ranking
    page = pages()
    shown = rows(page, "jsb_chorales")
    assert list(shown) == [standing.player for standing in ranking.standings]
    for standing in ranking.standings:
        cells = [" ".join(text.split()) for text in shown[standing.player]]
        assert cells[1] == f"{standing.strength:+.2f} {standing.low:+.2f} to {standing.high:+.2f}".replace(
            "-", "−"
        )
        assert cells[3:5] == [standing.group, f"{standing.votes}"]
        assert cells[5].endswith(f"{standing.won:g} of {standing.compared:g}")
    best = next(standing for standing in ranking.standings if not standing.is_reference)
    said = page.locator("[data-corpus=jsb_chorales] .board-said").inner_text()
    assert said.startswith(f"Of the models {best.player.split('-')[-1].upper()} was preferred most, in ")
    glance = page.locator("[data-corpus=jsb_chorales] .board-glance li")
    assert glance.all_inner_texts() == ["Real", "LSTM", "GRU", "my-first", "tanh", "Anchor"]
    text = page.locator("#board").inner_text()
    assert "531 votes of 25 listeners" in text
    assert "comparisons were ties and count as half a win for each side: this shrinks all strengths" in text
    assert "by drawing listeners again" in text and "Each pair starts with 0.5 of a comparison" in text
    assert page.locator("[data-corpus=nottingham] .board-badge").inner_text() == "preliminary"
    assert "fewer than 30 votes" in page.locator("[data-corpus=nottingham]").inner_text()
    left_out = page.locator("section[aria-label='Votes left out'] tbody tr").all_inner_texts()
    assert {"\t".join(line.split("\t")) for line in left_out} == {
        "catch trial: a clip against itself\t3", "not answered\t1", "both were called bad\t1"
    }  # fmt: skip


@pytest.mark.browser
def test_the_win_matrix_and_the_picture_stand_in_the_order_of_the_strengths(pages):
    page = pages()
    part = page.locator("[data-corpus=jsb_chorales]")
    matrix = part.locator("table").nth(1)
    assert matrix.locator("thead th").all_inner_texts()[1:] == [
        *("Real", "LSTM", "GRU", "my-first", "tanh", "Anchor")
    ]
    won = matrix.locator("tbody tr").nth(1).locator("td").nth(2).inner_text().split()
    lost = matrix.locator("tbody tr").nth(2).locator("td").nth(1).inner_text().split()
    assert float(won[2]) + float(lost[2]) == float(won[4]) == float(lost[4])
    said = part.locator("svg[role=img]").get_attribute("aria-label")
    assert said.startswith("Preference and likelihood, Bach chorales. strength by ear")
    assert all(f"{name}: " in said for name in ("GRU", "LSTM", "tanh")) and "nats per frame" in said
    assert "That is too few for a test" in part.inner_text()
    assert "Not in the picture, since no likelihood is known here: my-first." in part.inner_text()


@pytest.mark.browser
def test_ones_own_votes_are_ones_own(pages):
    page = pages()
    choose(page, "My votes", "15 votes of 1 listener")
    text = page.locator("#board").inner_text()
    assert "you could not tell them apart: 9 of 16, p = 0.40" in text
    assert "3 of 4 clips of LSTM · 36 units and 0 of 4 real ones were called a model's" in text
    assert "by drawing the votes of the one listener again" in text
    choose(page, "Everybody’s votes", "of 25 listeners")
    assert "9 of 16, p = 0.40" not in page.locator("#board").inner_text()  # a test is for its listener alone


@pytest.mark.browser
def test_who_has_not_voted_is_offered_a_trial(pages):
    page = pages("bob")
    assert rows(page, "jsb_chorales")
    choose(page, "My votes", NOT_VOTED)
    assert page.locator("#board a").get_attribute("href") == "./compare"


@pytest.mark.browser
def test_before_the_first_vote_a_trial_is_offered(pages):
    page = pages("empty")
    assert page.locator("#board").inner_text().split("\n")[0].startswith("There is no vote yet")
    assert page.locator("#board a").inner_text() == "Listen to a trial"


@pytest.mark.browser
def test_votes_that_cannot_be_read_are_one_sentence(pages):
    said = pages("broken").locator("#board .board-message").inner_text()
    assert said == "The votes cannot be read (disk full): make room and load the page again."


@pytest.mark.browser
def test_on_a_phone_tables_scroll_and_the_page_does_not(pages):
    page = pages(**PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box, name = page.locator(".board-scroll").first, page.locator("tr[data-player] th").first
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    before = name.bounding_box()["x"]
    box.evaluate("box => box.scrollTo(1000, 0)")
    assert name.bounding_box()["x"] == before  # the row's name stays in sight


# ---- without a browser


def html_of(
    records, whose: str = EVERYBODYS_VOTES, visitor: object = ANN, cards: dict[str, Card] | None = None
) -> str:
    asked = []

    def read(listener):
        asked.append(listener)
        return records

    page = board_html(read, whose, visitor, PlayerNames(cards or {}))
    assert asked in ([], [None if whose == EVERYBODYS_VOTES else visitor])
    return page


@pytest.mark.parametrize("visitor", [None, "", 3, ["visitor-ann"], {"id": "visitor-ann"}])
def test_a_browser_without_an_id_has_no_votes(visitor):
    """Whatever it sends: the votes of everybody are never asked for in its place."""
    assert NOT_VOTED in html_of(ann_votes(), OWN_VOTES, visitor)


def test_names_from_outside_are_escaped():
    page = html_of(
        [record((EVIL, "model-b"), "0", corpus=EVIL), record((EVIL,), "model", "real_or_model", corpus=EVIL)]
    )
    assert "<img" not in page and "&lt;img" in page


def test_votes_that_prefer_nothing_are_told_and_a_trial_is_offered():
    page = html_of([record(("model-a", "model-b"), "both_bad")])
    assert "No models have been preferred to each other yet" in page and "both were called bad" in page


def test_a_model_that_is_gone_keeps_its_name():
    card = read_card("jsb_chorales-gru")
    names = PlayerNames({card.name: card})
    assert (names.title(card.name), names.short(card.name)) == ("GRU · 46 units", "GRU")
    assert names.corpus("jsb_chorales") == "Bach chorales" and names.corpus("gone") == "gone"
    assert names.title("gone-model") == names.short("gone-model") == "gone-model"
    assert names.short("a-name-that-is-far-too-long") == "a-name-that-is-…"
    assert names.nats[card.name] == card.metrics["test"]["nats_per_frame"]
