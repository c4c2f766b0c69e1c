"""The history: ten draws at most, newest first, shared by tabs; whatever the browser holds is only text."""

import json

import pytest

from pages.draw.history import finished, gone_on
from pages.draw.request import DrawRequest
from pages.house.limits import OWN

GRU = "jsb_chorales-gru"
PLACE = "earshot-last-draws-play"


def request(seed: int, **changes) -> DrawRequest:
    return DrawRequest(("a",), 8.0, seed, **changes)


def test_a_draw_that_no_link_can_carry_is_left_out():
    assert finished("play", request(1), "mine") == {"page": "play", "entry": ["mine", request(1).link, ""]}
    assert finished("play", request(1, prime=OWN), "mine") == {"page": "play", "entry": None}
    assert gone_on(finished("play", request(1), "mine"), "?x")["entry"] == ["mine", request(1).link, "?x"]
    assert gone_on(finished("play", request(1, prime=OWN), "mine"), "?x")["entry"] is None


@pytest.mark.browser
def test_two_tabs_have_one_history(visitors):
    """Each tab once kept what it had read when it was opened, and wrote over what the other had added."""
    visit = visitors()
    first = visit.page
    second = visit.page.context.new_page()
    second.goto(visit.address)
    second.wait_for_selector("#lane-0 .lane[data-state=done]")
    for page, seed in ((first, 31), (second, 32), (first, 33)):
        visit.page = page
        visit.choose(GRU)
        visit.exactly(4)
        visit.set("seed", seed)
        visit.draw()
    for page in (first, second):
        page.wait_for_function("document.querySelectorAll('.earshot-history li').length === 3")
        visit.page = page
        assert [line[-2:] for line in visit.history()] == ["33", "32", "31"]
    visit.page = first


@pytest.mark.browser
def test_the_last_ten_stay_and_what_is_drawn_again_comes_first(visitors):
    visit = visitors()
    old = [[f"draw {number}", f"?models={GRU}&length=4&seed={number}"] for number in range(10)]
    visit.page.evaluate("([key, old]) => localStorage.setItem(key, JSON.stringify(old))", [PLACE, old])
    visit.settle()
    visit.go("")
    assert visit.history() == [label for label, _ in old]
    visit.choose(GRU)
    visit.exactly(4)
    visit.set("seed", 9)
    visit.draw()
    assert visit.history() == [
        "GRU on Bach chorales: 4 frames, seed 9",
        *(label for label, _ in old[:9]),
    ]


@pytest.mark.browser
def test_what_went_on_from_a_draw_stands_under_it(visitors):
    visit = visitors()
    kept = [["c", "?c", "?b"], ["d", "?d", "?gone"], ["b", "?b", "?a"], ["e", "?e"], ["a", "?a", ""]]
    kept += [["x", "?x", "?y"], ["y", "?y", "?x"]]  # which no draw can be; all the same none is lost
    visit.page.evaluate("([key, kept]) => localStorage.setItem(key, JSON.stringify(kept))", [PLACE, kept])
    visit.settle()
    visit.go("")
    depths = visit.page.locator(".earshot-history a").evaluate_all(
        "all => all.map(one => one.innerText + (one.closest('ol').closest('li') ? '*' : ''))"
    )
    assert depths == ["d", "e", "a", "b*", "c*", "x", "y*"]


KEPT = [
    "null", "7", '"?x"', "{}", "[1]", '[["a"]]', '[["a", 1]]', '[["a", "javascript:alert(1)"]]',
    '[["a", "https://evil"]]', '[[["a"], "?"]]', "no JSON",
]  # fmt: skip


@pytest.mark.browser
def test_what_is_no_history_is_nothing_and_words_are_text(visitors):
    visit = visitors()
    for kept in KEPT:
        visit.page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [PLACE, kept])
        visit.settle()
        visit.go("")
        assert visit.history() == []
    hostile = json.dumps([["<script>x</script>", '?models="><img src=x>']] * 50)
    visit.page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [PLACE, hostile])
    visit.settle()
    visit.go("")
    assert visit.history() == ["<script>x</script>"] * 10
    assert visit.page.locator(".earshot-history :is(script, img)").count() == 0
