"""The Compare page in a real browser: the volume is set, votes are one's own, and can be taken home."""

import csv
import io
import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from engine.listening.votes.vote_file import read_votes
from pages.parts.vote_files import NOT_VOTED
from tests.pages.listen.trial_visit import ABX, answer, listen, listen_long, start, text

pytestmark = pytest.mark.browser


def saved(visit, kind: str) -> tuple[str, Path]:
    """The file that a press hands over."""
    with visit.page.expect_download() as download:
        visit.page.locator(f".votes-save[data-kind={kind}]").click()
    return download.value.suggested_filename, Path(download.value.path())


def test_the_volume_can_be_set_before_the_start(visitors):
    visit = visitors("compare", viewport={"width": 390, "height": 844})
    button = visit.page.locator(".volume-play")
    assert visit.page.locator("audio").count() == 0, "nothing empty is shown"
    visit.more()
    assert button.bounding_box()["height"] >= 44
    for corpus in ("Bach chorales", "Spoken digits"):
        visit.pick("corpus", corpus)
        with visit.page.expect_response(lambda answer: answer.url.endswith(".mp3")) as sound:
            button.click()
        assert sound.value.status == 200 and len(sound.value.body()) > 30_000
        visit.page.wait_for_function("document.querySelector('.volume-play').textContent === 'Stop'")
        assert "so that this is comfortable" in visit.page.locator(".volume-note").inner_text()
        button.click()
        expect(button).to_have_text("Check the volume")


def test_a_question_offers_what_it_can_use(visitors):
    visit = visitors("compare")
    chosen = "() => [...document.querySelectorAll('#models input')].filter(box => box.checked).length"
    visit.more()
    visit.page.get_by_role("radio", name=ABX).check()
    visit.page.wait_for_function(f"({chosen})() === 2")
    expect(visit.page.locator("#real")).to_be_visible()
    visit.page.get_by_role("radio", name="Real or model?").check()
    visit.page.wait_for_selector("#real", state="hidden")
    expect(visit.page.locator("#anchor")).to_be_hidden()


def test_two_visitors_at_once_keep_their_own_votes(visitors, tmp_path):
    ann, bob = visitors("compare"), visitors("compare")
    for visit in (ann, bob):
        visit.page.locator(".votes-save").first.click()
        visit.page.get_by_text(NOT_VOTED).wait_for()
    trials = {ann: start(ann, ABX, trials=1), bob: start(bob, trials=2)}
    assert trials[ann] != trials[bob]
    assert all(trial.isalnum() for trial in trials.values()), "a table quotes what begins with a sign"
    for visit, key in ((ann, "a"), (ann, "b"), (bob, "a"), (ann, "x"), (bob, "b")):
        listen_long(visit, key)
    for visit, keys in ((bob, "ab"), (ann, "abx")):
        listen(visit, *keys)
        answer(visit, 0)
    assert text(ann, "verdict").startswith("You could not tell them apart")
    assert bob.page.locator(".trial-verdict").count() == 0, "one trial is still to come"
    for visit, task in ((ann, "abx"), (bob, "preference")):
        visit.go("compare")
        name, path = saved(visit, "jsonl")
        assert name == "earshot-my-votes.jsonl"
        (record,) = read_votes(path).records
        assert (record.trial.trial_id, record.trial.task) == (trials[visit], task)
        assert min(record.answer.heard_seconds) >= 3
        name, path = saved(visit, "csv")
        (row,) = csv.DictReader(io.StringIO(path.read_text()))
        assert name == "earshot-my-votes.csv" and row["trial_id"] == trials[visit]
    bob.page.click("#forget")
    bob.page.click("#forget-not")
    bob.page.wait_for_selector("#forget-question", state="hidden")
    assert len(read_votes(saved(bob, "jsonl")[1]).records) == 1, "it asks first"
    bob.page.click("#forget")
    bob.page.click("#forget-now")
    bob.page.get_by_text("1 of your answers was deleted.").wait_for()
    ann.go("board")
    name, path = saved(ann, "jsonl")
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert name == "earshot-votes.jsonl"
    assert trials[ann] in [row["trial"]["trial_id"] for row in rows if "trial" in row]
    assert trials[bob] in [row.get("deleted") for row in rows], "whoever has a copy learns of it"


def test_one_press_starts_a_duel(visitors):
    visit = visitors("compare")
    assert not visit.page.locator("#task").is_visible()
    with visit.leaving():
        visit.page.click("#duel")
        visit.page.wait_for_selector(".trial[data-state=asking]")
    assert visit.page.locator(".trial-place").inner_text() == "Trial 1 of 5"
    assert visit.page.locator(".trial-lane").count() == 2


def test_who_left_a_test_finds_the_way_back_until_it_is_deleted(visitors):
    visit = visitors("compare")
    page, way_back = visit.page, visit.page.locator("#left a")
    assert not page.locator("#left").is_visible()
    with visit.leaving():
        page.click("#duel")
        page.wait_for_selector(".trial[data-state=asking]")
    left = page.url
    visit.leave("compare")
    way_back.wait_for()
    assert page.locator("#left").inner_text() == "You left a test at trial 1 of 5: go on with it."
    visit.settle()
    with visit.leaving():
        way_back.click()
        page.wait_for_selector(".trial[data-state=asking]")
    assert page.url == left
    visit.leave("compare")
    way_back.wait_for()
    page.click("#forget")
    page.click("#forget-now")
    page.locator("#left").wait_for(state="hidden")
