"""A busy app says so: how many wait before a visitor, or that its queue is full; yet it takes a vote."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from pages.listen.trial_page import KEPT
from tests.pages.caller import Caller
from tests.pages.listen.trial_visit import hasten, listen, start
from tests.pages.visit import Visit

pytestmark = pytest.mark.browser
FOUR = [f"jsb_chorales-{name}" for name in ("best", "gru", "lstm", "tanh")]
FULL = {"detail": "Queue is full. Max size is 60 and size is 60."}


@contextmanager
def others_at_work(app) -> Iterator[threading.Event]:
    """Two others draw, as many as can at once, over and over until they are told to stop."""
    enough, begun = threading.Event(), threading.Barrier(3)
    config = json.loads(Caller(app.address, {}, "config").open())

    def draw() -> None:
        caller = Caller(app.address, config)
        event, stop = caller.event("press", "sample"), caller.event("press_stop", "stop")
        values = caller.values(event, models=FOUR, length=128, until_end=False)
        is_first = True

        def hear(count: int) -> None:
            nonlocal is_first
            if is_first:
                begun.wait()
                is_first = False
            if enough.is_set():
                caller.ask(stop, [None])

        while not enough.is_set():
            caller.ask(event, values, hear=hear)

    threads = [threading.Thread(target=draw) for _ in range(2)]
    for thread in threads:
        thread.start()
    begun.wait()
    try:
        yield enough
    finally:
        enough.set()
        for thread in threads:
            thread.join()


def queue_is_full(visit: Visit) -> None:
    """From here on the visitor's queue answers as Gradio's does when it is full."""
    visit.page.route("**/queue/join*", lambda route: route.fulfill(status=503, json=FULL))


def forgive_refusals(visit: Visit) -> None:
    """Forget what the browser told its console of each refusal."""
    visit.wrong = [words for words in visit.wrong if "503" not in words]


def test_who_waits_is_told_how_many_are_before(app, visitors):
    visit = visitors("")
    place = visit.page.locator(".block.earshot-queue")
    assert place.is_hidden(), "there is nothing to wait for yet"
    visit.choose("jsb_chorales-gru")
    visit.exactly(8)
    with others_at_work(app) as enough:
        visit.press()
        visit.page.wait_for_selector(".earshot-queue .progress-text:has-text('queue: ')")
        box = place.locator(".wrap").bounding_box()
        assert box["height"] >= 20 and box["width"] > 100, "it can be read"
        enough.set()
        visit.wait(1)
    expect(place).to_be_hidden()


def test_a_full_queue_is_one_sentence(visitors):
    visit = visitors("")
    queue_is_full(visit)
    visit.page.click("#sample")
    toast = visit.page.get_by_test_id("toast-text")
    toast.first.wait_for()
    told = {" ".join(words.split()) for words in toast.all_inner_texts()}  # one for each event, perhaps
    assert told == {"This application is currently busy. Please try again."}
    assert visit.page.locator(".block.earshot-queue").is_hidden()
    forgive_refusals(visit)


def test_a_full_queue_refuses_no_vote(visitors):
    """Votes once waited in the queue; one that it refused could not be given again."""
    visit = visitors("compare")
    page = visit.page
    hasten(visit)
    start(visit)
    queue_is_full(visit)
    listen(visit, *"ab")
    page.locator(".trial-answer").first.click()
    page.wait_for_selector(".trial[data-state=answered]")
    assert page.locator(".trial-message").inner_text() == KEPT
    page.unroute("**/queue/join*")
    page.wait_for_selector(".trial-revealed")  # which waits for its turn, and is asked for again
    assert page.locator(".trial-revealed").count() == 2
    forgive_refusals(visit)
