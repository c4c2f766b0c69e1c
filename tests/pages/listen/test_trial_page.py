"""A blind trial in a real browser: heard, answered, revealed, and nothing told before."""

import json
import re
import time

import pytest
from playwright.sync_api import expect

from engine.checkpoints.checkpoint import available, read_card
from engine.listening.votes.store import NOT_YOURS
from pages.listen.trial_page import KEPT
from tests.pages.listen.trial_visit import (
    ABX,
    ORDER,
    TO_THE_MARK,
    answer,
    hasten,
    listen,
    overhear,
    overheard,
    start,
    text,
    wait_for_reveal,
)

pytestmark = pytest.mark.browser


def test_a_listener_hears_answers_and_is_told(visitors):
    visit = visitors("compare")
    start(visit, trials=7)  # too few for a catch, whose two clips are one model's
    assert text(visit, "place") == "Trial 1 of 7"
    answers = visit.page.locator(".trial-answer")
    assert answers.all_inner_texts() == ["A is better", "B is better", "No difference", "Both are bad"]
    assert all(button.is_disabled() for button in answers.all())
    assert text(visit, "gate") == "Before you answer, listen to A and B for at least 3 seconds after the mark"
    listen(visit, "a", "b")
    assert text(visit, "gate") == "" and "Playing: B" in text(visit, "now")
    answers.nth(1).click()
    wait_for_reveal(visit)
    told = visit.page.locator(".trial-reveal").text_content()
    assert "GRU · 46 units" in told and "LSTM · 36 units" in told
    assert len(re.findall(r"\d+\.\d\d nats per frame under", told)) == 4
    visit.page.click(".trial-next")
    visit.page.wait_for_selector(".trial[data-state=asking]")
    assert text(visit, "place") == "Trial 2 of 7"
    assert visit.page.url.split("?")[0].endswith("/trial"), "the address is this trial's"


def test_by_keyboard_alone_and_again_after_a_reload(visitors):
    visit = visitors("compare")
    start(visit, ABX)
    page = visit.page
    assert page.locator(".trial-lane-name").all_inner_texts() == ["A", "B", "X"]
    page.keyboard.press("a")
    page.wait_for_function("document.querySelector('.trial-now').textContent.startsWith('Playing: A')")
    page.wait_for_function("document.querySelector('.trial-seek').value > 1")
    begun, before = time.monotonic(), float(page.locator(".trial-seek").input_value())
    page.keyboard.press("x")
    page.wait_for_function("document.querySelector('.trial-now').textContent.startsWith('Playing: X')")
    after = float(page.locator(".trial-seek").input_value())
    assert before <= after < before + time.monotonic() - begun + 1, "the position is kept"
    page.keyboard.press("[")
    begins = float(page.locator(".trial-seek").input_value())
    page.wait_for_function("at => document.querySelector('.trial-seek').value > at + 1", arg=begins)
    page.keyboard.press("]")
    expect(page.locator(".trial-now")).to_contain_text("looping")
    page.keyboard.press("\\")
    expect(page.locator(".trial-now")).not_to_contain_text("looping")
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    page.wait_for_function("document.querySelector('.trial-now').textContent.startsWith('Paused')")
    visit.reload()
    page.wait_for_selector(".trial[data-state=asking]")
    listen(visit, "1", "2", "3")
    page.locator(".trial-answer").first.focus()
    page.keyboard.press("Enter")
    wait_for_reveal(visit)
    page.keyboard.press("n")
    page.wait_for_selector(".trial[data-state=asking]")
    assert text(visit, "place") == "Trial 2 of 16"


def test_nothing_that_reaches_the_browser_tells_whose_a_clip_is(visitors):
    """Every address, header and body on the trial's route until the vote."""
    visit = visitors("compare")
    start(visit, trials=7)  # too few for a catch, whose two sounds are one
    trial_id = visit.page.url.split("id=")[1]
    seen: list[str] = []
    sounds: list[bytes] = []

    def collect(response) -> None:
        seen.append(response.url)
        seen.append(json.dumps(response.headers))
        try:
            body = response.body()
        except Exception as error:  # a stream that is still open has none
            assert "body" in str(error).lower() or "No resource" in str(error), error
            return
        (sounds if response.url.endswith(".mp3") else seen).append(
            body if response.url.endswith(".mp3") else body.decode(errors="replace")
        )

    overhear(visit)
    visit.page.on("response", collect)
    visit.leave(f"trial?id={trial_id}")
    visit.page.wait_for_selector(".trial[data-state=asking]")
    listen(visit, "a", "b")
    everything = "\n".join([*seen, overheard(visit)])
    assert "needed" in everything, "the trial itself is among what was seen"
    cards = [read_card(name) for name in available()]
    told = [card.name for card in cards if card.name in everything]
    told += [card.name for card in cards if card.weights_sha256[:16] in everything]
    assert told == []
    assert len(sounds) == 2 and len({len(sound) for sound in sounds}) == 1
    assert sounds[0][:44] == sounds[1][:44] and sounds[0] != sounds[1]


def test_another_visitor_is_not_let_in_and_an_unknown_trial_is_named(visitors):
    visit = visitors("compare")
    start(visit)
    trial_id = visit.page.url.split("id=")[1]
    other = visitors(f"trial?id={trial_id}")
    other.page.wait_for_selector(".trial[data-state=error]")
    assert NOT_YOURS in text(other, "message")
    nobody = visitors("trial")
    nobody.page.wait_for_function("document.querySelector('.trial-message').textContent.includes('Compare')")


def test_the_beginning_that_all_clips_share_does_not_count(visitors):
    """Three seconds anywhere were enough once, and all clips of music begin with some that are the same."""
    visit = visitors("compare")
    start(visit)
    assert text(visit, "differ") == "from here on they differ"
    mark = visit.page.evaluate(TO_THE_MARK)
    assert 4.5 < mark < 5.5
    visit.page.keyboard.press("Home")
    visit.page.keyboard.press("a")
    visit.page.wait_for_function("document.querySelector('.trial-seek').value > 3.5")
    assert visit.page.locator(".trial-lane-heard").all_inner_texts() == ["0 s", "0 s"]
    assert visit.page.locator(".trial-answer").first.is_disabled()
    visit.reload()
    visit.page.wait_for_selector(".trial[data-state=asking]")
    visit.page.wait_for_function("document.querySelector('.trial-seek').value > 0")
    begins = float(visit.page.locator(".trial-seek").input_value())
    assert mark - 2 < begins < mark - 1, "it begins to play shortly before"


def test_an_answer_given_while_the_connection_is_gone_arrives(visitors):
    """It once vanished without a word, and after a longer time all answers stayed grey."""
    visit = visitors("compare")
    hasten(visit)
    start(visit, trials=2)
    listen(visit, "a", "b")
    visit.page.context.set_offline(True)
    visit.page.locator(".trial-answer").first.click()
    visit.page.wait_for_function(
        "document.querySelector('.trial-message').textContent.includes('kept in this browser')"
    )
    visit.page.context.set_offline(False)
    wait_for_reveal(visit)
    expect(visit.page.locator(".trial-message")).to_have_text(KEPT)
    visit.page.click(".trial-next")
    visit.page.wait_for_selector(".trial[data-state=asking]")
    listen(visit, "a", "b")
    visit.page.context.set_offline(True)
    visit.page.locator(".trial-answer").nth(1).click()
    visit.page.context.set_offline(False)
    visit.page.reload()
    wait_for_reveal(visit)
    assert visit.page.locator(".trial-answer[aria-pressed=true]").all_inner_texts() == ["B is better"]
    visit.wrong.clear()  # what a browser says of a connection that is gone


@pytest.mark.parametrize("width", [390, 1280])
def test_the_trial_fits_the_screen(visitors, width):
    visit = visitors("compare", viewport={"width": width, "height": 844})
    start(visit, ORDER)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    for button in visit.page.locator(".trial-lane, .trial-play, .trial-answer").all():
        assert button.bounding_box()["height"] >= 44


def test_after_the_last_answer_there_is_one_plain_sentence(visitors):
    visit = visitors("compare")
    start(visit, ABX, trials=2)
    right = 0
    for number in (1, 2):
        listen(visit, "a", "b", "x")
        answer(visit, 0)
        sources = visit.page.locator(".trial-source").all_inner_texts()
        right += sources[0] == sources[2]
        chosen = visit.page.locator(".trial-answer[aria-pressed=true]").all_inner_texts()
        assert chosen == ["X is A"]
        if number == 1:
            assert visit.page.locator(".trial-verdict").count() == 0
            visit.page.click(".trial-next")
            visit.page.wait_for_selector(".trial[data-state=asking]")
    p = {0: "1.00", 1: "0.75", 2: "0.25"}[right]
    assert text(visit, "verdict") == f"You could not tell them apart: {right} of 2, p = {p}."
    assert not visit.page.locator(".trial-next").is_visible()
    visit.reload()
    wait_for_reveal(visit)
    assert f"{right} of 2" in text(visit, "verdict"), "it is there whenever one comes back"
    assert visit.page.locator(".trial-link").all_inner_texts() == ["Another test", "See the Board"]
    visit.page.locator(".trial-link").first.click()
    visit.page.wait_for_selector("#duel")


@pytest.mark.parametrize("corpus", ["Spoken digits", "Voice prompts"])
def test_speech_is_compared_too(visitors, corpus):
    visit = visitors("compare", viewport={"width": 390, "height": 844})
    name = corpus.lower().replace(" ", "_")
    start(visit, models=(f"{name}-gru", f"{name}-lstm"), corpus=corpus, trials=1)
    assert text(visit, "gate") == "Before you answer, listen to A and B to the end"
    listen(visit, "a", "b")
    answer(visit, 2)
    told = visit.page.locator(".trial-reveal").text_content()
    assert len(re.findall(r"(\d+\.\d\d|over 1,000) bits per sample under (GRU|LSTM)", told)) == 4
    assert "no difference in 1." in text(visit, "verdict")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_answer_that_does_not_count_leaves_what_was_heard(visitors):
    """The page says why and stays: nobody listens twice because a vote was refused."""
    visit = visitors("compare")
    start(visit, trials=1)
    listen(visit, "a", "b")
    visit.page.evaluate("performance.now = () => 1e9")  # a browser that says it took eleven days
    visit.page.locator(".trial-answer").first.click()
    visit.page.wait_for_function(
        "document.querySelector('.trial-message').textContent.includes('cannot be true')"
    )
    assert visit.page.locator(".trial-lane-heard").all_inner_texts() == ["heard", "heard"]
    visit.page.locator(".trial-answer").first.click()
    visit.page.wait_for_function("document.querySelector('.trial-answer').disabled === false")
    visit.page.evaluate("delete performance.now")
    answer(visit, 0)
    expect(visit.page.locator(".trial-message")).to_have_text(KEPT)
