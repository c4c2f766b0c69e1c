"""The leaderboard of the Results page: what the file says, which rows are seen, and models that it opens."""

import json

import pytest
from pydantic import ValidationError

from pages.results.leaderboard import SHOWN, leaderboard, rounded
from pages.results.published import Published
from pages.results.result_row import read_shipped_results
from tests.pages.visit import PHONE

PAPER = {"name": "Somebody 1999", "citation": "S. Body: A Paper, 1999", "url": "https://arxiv.org/abs/9901.1"}
ENTRY = {
    "method": "A model",
    "figure": "≤ 2.31",
    "nats": 2.31,
    "to": None,
    "kind": "bound",
    "known": "cited",
    "read_in": "Others 2001",
    "average": "not stated",
    "parameters": 1_420_000,
    "source": PAPER,
    "note": "a note",
    "comparable": True,
    "checkpoint": None,
}
OURS = {
    **ENTRY,
    "method": "Earshot, best model",
    "figure": "1.083",
    "kind": "exact",
    "known": "computed",
    "read_in": None,
    "source": None,
    "checkpoint": "nottingham-best",
}


def board(*entries) -> Published:
    return Published.model_validate_json(
        json.dumps({"corpus": "nottingham", "title": "Nottingham", "entries": entries})
    )


def test_a_row_shows_every_fact_of_the_file():
    page = leaderboard([board(ENTRY)], ())
    words = ("A model", "a note", "≤ 2.31", "bound", "read in Others 2001", "not stated", "1.4 M")
    assert all(f">{text}<" in page for text in words)
    assert '<a href="https://arxiv.org/abs/9901.1" title="S. Body: A Paper, 1999"' in page
    assert "board-ours" not in page and "Hear" not in page


def test_ours_is_marked_and_can_be_heard_if_it_is_there():
    page = leaderboard([board(OURS)], ("nottingham-best",))
    assert 'class="board-row board-ours"' in page
    assert 'href="./?model=nottingham-best" aria-label="Hear Nottingham, best model: opens Play"' in page
    assert "Hear" not in leaderboard([board(OURS)], ())


def test_far_rows_are_marked_but_not_ours_and_what_cannot_be_compared_always_is():
    far = [ENTRY] * (SHOWN + 2)
    apart = {**ENTRY, "comparable": False}
    page = leaderboard([board(*far, OURS, apart)], ())
    assert page.count("board-row far") == 3  # two of them, and the one that stands apart
    assert 'class="board-row board-ours board-below"' in page
    assert page.index("not to be compared") < page.rindex("board-row")


def test_without_figures_there_is_no_section():
    assert leaderboard([], ()) == leaderboard([board()], ()) == ""


def test_words_are_text_whatever_they_hold():
    evil = '"><img src=x onerror=alert(1)>'
    paper = dict.fromkeys(PAPER, evil)
    keys = ("method", "figure", "read_in", "average", "note", "checkpoint")
    page = leaderboard([board({**ENTRY, **dict.fromkeys(keys, evil), "source": paper})], (evil,))
    assert "<img" not in page and 'href="&quot;' not in page


@pytest.mark.parametrize("wrong", [{"kind": "likely"}, {"known": "guessed"}, {"figure": 2.31}])
def test_what_is_not_known_is_refused(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        board({**ENTRY, **wrong})


@pytest.mark.parametrize(
    ("count", "text"), [(20_100, "20 k"), (999_600, "1.0 M"), (1_420_000, "1.4 M"), (12_000_000, "12 M")]
)
def test_parameters_are_rounded(count, text):
    assert rounded(count) == text


# ---- in the browser, with the figures that are shipped


def seen(visit) -> list[str]:
    """Names of the models of the rows that can be seen."""
    rows = visit.page.locator("#leaderboard .board-row:visible .board-model > div > span")
    return rows.all_inner_texts()


@pytest.fixture
def results(visitors):
    visit = visitors("results")
    visit.page.wait_for_selector("#leaderboard .board-row")
    return visit


@pytest.fixture(scope="module")
def boards():
    return {board.corpus: board for board in read_shipped_results().leaderboard}


@pytest.mark.browser
def test_one_corpus_is_seen_and_rows_come_and_go(results, boards):
    page = results.page
    shown = page.locator("#leaderboard .board:visible")
    assert shown.get_attribute("data-board") == "nottingham"
    page.locator("label[for=board-jsb_chorales]").click()
    assert shown.get_attribute("data-board") == "jsb_chorales"
    entries = boards["jsb_chorales"].entries
    names = [entry.method.replace("'", "’") for entry in entries]
    near = [name for place, name in enumerate(names) if place < SHOWN or entries[place].checkpoint]
    assert seen(results) == near
    page.locator("#boards-all").check()
    assert seen(results) == names
    page.locator("#boards-exact").check()
    exact = [name for name, entry in zip(names, entries, strict=True) if entry.kind == "exact"]
    assert seen(results) == exact
    page.locator("#boards-all").uncheck()
    assert seen(results)[:SHOWN] == exact[:SHOWN] and len(seen(results)) < len(exact)
    page.locator("#leaderboard .board:visible .boards-more").click()
    assert seen(results) == exact


@pytest.mark.browser
def test_keys_choose_a_corpus(results):
    results.page.locator("#board-nottingham").focus()
    results.page.keyboard.press("ArrowRight")
    assert results.page.locator("#leaderboard .board:visible").get_attribute("data-board") == "jsb_chorales"


@pytest.mark.browser
def test_a_button_opens_our_model(results, boards):
    name = next(entry.checkpoint for entry in boards["nottingham"].entries if entry.checkpoint)
    results.page.locator(f"#leaderboard a[href='./?model={name}']").first.click()
    results.page.wait_for_url(f"**/?model={name}")
    results.page.wait_for_selector("#more")
    results.more()
    results.page.wait_for_selector(f"#models input[name={name}]:checked")
    ticked = results.page.locator("#models input:checked")
    assert [box.get_attribute("name") for box in ticked.all()] == [name]


@pytest.mark.browser
def test_a_phone_shows_whole_rows(visitors):
    visit = visitors("results", **PHONE)
    visit.page.locator("#boards-all").check()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert visit.outside("#leaderboard *") == []
    row = visit.page.locator("#leaderboard .board-row:visible").first
    model, nats, kind = (row.locator(f".board-{part}").bounding_box() for part in ("model", "nats", "kind"))
    assert nats["x"] > model["x"] + 100 and abs(nats["y"] - model["y"]) < 8 and kind["y"] > nats["y"]
