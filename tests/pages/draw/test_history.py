"""The history: ten draws at most, newest first, and whatever a browser sends is only text."""

import pytest

from pages.draw.history import MAX_ENTRIES, checked, history_html, with_draw
from pages.draw.request import DrawRequest
from pages.house.limits import OWN


def request(seed: int, **changes) -> DrawRequest:
    return DrawRequest(("a",), 8.0, seed, **changes)


def test_the_last_ten_draws_stay_newest_first():
    entries = []
    for seed in range(13):
        entries = with_draw(entries, request(seed), f"draw {seed}")
    assert [label for label, _ in entries] == [f"draw {seed}" for seed in range(12, 2, -1)]
    assert len(entries) == MAX_ENTRIES
    assert entries[0][1] == request(12).link


def test_a_draw_that_is_drawn_again_moves_to_the_top():
    entries = with_draw(with_draw(with_draw([], request(1), "one"), request(2), "two"), request(1), "again")
    assert [label for label, _ in entries] == ["again", "two"]


def test_a_draw_without_a_link_is_left_out():
    assert with_draw([["old", "?models=a"]], request(1, prime=OWN), "mine") == [["old", "?models=a"]]


@pytest.mark.parametrize(
    "sent",
    [
        None,
        7,
        "?x",
        {},
        [1],
        [["a"]],
        [["a", 1]],
        [["a", "javascript:alert(1)"]],
        [["a", "https://evil"]],
        [[["a"], "?"]],
    ],
)
def test_what_is_no_history_is_nothing(sent):
    assert checked(sent) == []
    assert history_html(sent) == ""


def test_words_are_text_whatever_they_hold():
    html = history_html([["<script>x</script>", '?models="><img src=x>']])
    assert "<script>" not in html and "<img" not in html
    assert "&lt;script&gt;x&lt;/script&gt;" in html


def test_a_long_list_from_a_browser_is_cut():
    assert len(checked([["x" * 1000, "?a"]] * 50)) == MAX_ENTRIES
    assert len(checked([["x" * 1000, "?a"]])[0][0]) == 200
