"""The page Live as the app serves it: found, linked both ways, and fit for everybody."""

import urllib.error
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

READY = "document.getElementById('play')?.disabled === false"


def test_it_is_linked_from_the_pages_and_links_back(visitors):
    visit = visitors()
    with visit.leaving():
        visit.page.get_by_role("link", name="Live").click()
        visit.page.wait_for_function(READY)
    visit.page.click("#play")
    visit.page.wait_for_function("document.getElementById('roll').session.frames.length > 2")
    visit.page.get_by_role("link", name="Score").click()
    visit.page.wait_for_selector("#score")


@pytest.mark.parametrize("path", ["live/nothing.js", "live/../app.py", "live/models/%2e%2e/card.json"])
def test_nothing_else_is_served_there(app, path):
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(f"{app.address}{path}", timeout=20)
    assert error.value.code == 404
    error.value.close()


def test_what_names_a_version_may_be_kept_for_ever(app):
    with urllib.request.urlopen(f"{app.address}live/banks/0.bank?abc", timeout=20) as answer:
        assert "immutable" in answer.headers["cache-control"]
    for name in ("live.js", "?utm_source=a"):  # a query that others have added names no version
        with urllib.request.urlopen(f"{app.address}live/{name}", timeout=20) as answer:
            assert answer.headers["cache-control"] == "no-cache"
    with urllib.request.urlopen(f"{app.address}live/live.js", timeout=20) as answer:
        assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visitors, size, scheme):
    visit = visitors(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page = visit.page
    with visit.leaving():
        page.goto(f"{visit.address}live/")
        page.wait_for_function(READY)
    page.click("#play")
    page.wait_for_function("document.getElementById('roll').session.frames.length > 2")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0], "wider than the screen"
    violations = Axe().run(page).response["violations"]
    assert [(violation["id"], violation["nodes"][0]["target"]) for violation in violations] == []


def test_keys_alone_reach_everything(visitors):
    """The piano is one stop, and arrows go from key to key."""
    visit = visitors()
    page = visit.page
    with visit.leaving():
        page.goto(f"{visit.address}live/")
        page.wait_for_function(READY)
    stops = []
    for _ in range(45):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
    for wanted in ("music", "play", "new", "temperature", "instrument", "midi"):
        assert wanted in stops
    assert sum(stop.startswith("key") for stop in stops) <= 2, "once a round"
