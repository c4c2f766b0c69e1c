"""axe over every page, wide and on a phone, in light and in dark: nothing is found but what is listed here.

Each page is looked at in the states in which a visitor meets it, at all impacts, not only serious ones.
"""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe

from engine.listening.votes.store import VoteStore
from engine.pieces.excerpt import excerpt
from pages.board.page import OWN_VOTES
from tests.pages.board.board_page import made_votes
from tests.pages.listen.trial_visit import listen
from tests.pages.visit import Visit

pytestmark = pytest.mark.browser

SIZES = ((1280, 900), (390, 844))
JIG = excerpt("nottingham-test-26").path
REPORTED = {"resultTypes": ["violations"]}  # in full: axe would else describe all that is as it should be
STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
# What remains inside Gradio's own components, rule and selector, and why our css cannot mend it:
IN_A_TOAST = {("nested-interactive", ".toast-header")}  # a button that folds it holds the one that closes it


def findings_of(visit: Visit) -> set[tuple[str, str]]:
    """Rule and selector of all that axe finds on the page as it is now, at both sizes, light and dark."""
    page = visit.page
    page.wait_for_selector(".loading", state="detached")  # where Gradio still fetches a component
    page.add_style_tag(content=STILL)  # a colour on its way from light to dark has no contrast
    findings: set[tuple[str, str]] = set()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for is_dark in (False, True):
            page.evaluate("is_dark => document.body.classList.toggle('dark', is_dark)", is_dark)
            visit.draw_anew()
            page.wait_for_function(
                "!document.getAnimations().some(animation => animation.playState === 'running')"
            )
            assert page.evaluate("document.documentElement.scrollWidth") <= width, "wider than the screen"
            rules = {"runOnly": ["color-contrast"]} if is_dark else {}  # the only one that sees colours
            violations = Axe().run(page, options=rules | REPORTED).response["violations"]
            findings |= {
                (violation["id"], " ".join(node["target"]))
                for violation in violations
                for node in violation["nodes"]
            }
    return findings


def test_axe_finds_what_is_wrong(visitors):
    """Otherwise the tests below would prove nothing: an image without words, and words too pale to read."""
    visit = visitors("compare")
    visit.page.evaluate(
        """document.querySelector(".earshot-hero").insertAdjacentHTML("beforeend",
            '<img id="mute" src="data:,"><p id="pale" style="color: #ccc; background: #fff">pale</p>')"""
    )
    assert findings_of(visit) == {("image-alt", "#mute"), ("color-contrast", "#pale")}


@pytest.mark.parametrize("path", ["", "speech"])
def test_pages_that_draw(visitors, path):
    visit = visitors(path)
    assert findings_of(visit) == set()
    visit.set("kept", 0.3) if path else visit.exactly(16)
    visit.draw(3)
    assert findings_of(visit) == set()


def test_a_list_that_is_open(visitors):
    visit = visitors("")
    visit.page.locator("#corpus input").click()
    visit.page.get_by_role("option").first.wait_for()
    assert findings_of(visit) == set()


@pytest.mark.slow
def test_a_trial_from_its_form_to_the_answer(visitors):
    visit = visitors("compare")
    page = visit.page
    visit.pick("corpus", "Bach chorales")
    visit.choose("jsb_chorales-gru", "jsb_chorales-lstm")
    visit.settle()
    assert findings_of(visit) == set()
    visit.start()
    assert findings_of(visit) == set()
    listen(visit, *"ab")
    page.locator(".trial-answer").first.click()
    page.wait_for_selector(".trial[data-state=answered]")
    assert findings_of(visit) == set()


@pytest.fixture
def made(app, app_folder) -> Iterator[None]:
    """A crowd has voted, and is forgotten afterwards."""
    store, votes = VoteStore(app_folder / "votes" / "votes.sqlite3"), made_votes()
    store.merge(vote.model_dump(mode="json") for vote in votes)
    yield
    for listener in {vote.trial.listener for vote in votes}:
        store.delete(listener, votes[0].answer.answered_at)


def test_the_board(visitors, made):
    visit = visitors("board")
    visit.page.wait_for_selector("#board [data-corpus=jsb_chorales]")
    assert findings_of(visit) == set()
    visit.page.get_by_label(OWN_VOTES).check()
    visit.page.wait_for_selector("#board .board-message")
    assert findings_of(visit) == set()


def test_a_piece_that_is_scored(visitors):
    visit = visitors("score")
    assert findings_of(visit) == set()
    visit.pick("piece", "A MIDI file of mine")
    field = visit.page.locator("#upload input[type=file]")
    field.set_input_files({"name": "a jig.mid", "mimeType": "", "buffer": JIG.read_bytes()})
    visit.page.wait_for_selector("#upload button[aria-label=Clear]")
    visit.page.click("#score")
    visit.page.wait_for_selector("[data-model=nottingham-gru]")
    visit.page.click("#stop")
    visit.page.wait_for_selector(".score:is([data-state=done], [data-state=stopped])")
    visit.page.wait_for_selector('.score-pitches[data-waiting="false"] li')
    assert findings_of(visit) == set()


def test_a_place_for_a_recording_and_a_complaint(visitors):
    visit = visitors("score")
    visit.page.get_by_label("Speech").check()
    visit.pick("clip", "A recording of mine")
    visit.page.wait_for_selector("#recording input[type=file]", state="attached")
    assert findings_of(visit) == set()
    visit.page.click("#score")
    visit.page.get_by_test_id("toast-text").first.wait_for()
    assert findings_of(visit) == IN_A_TOAST


def test_results(visitors):
    assert findings_of(visitors("results")) == set()
