"""Keys and clicks: what Gradio makes of them, mended, on all pages that have lists and buttons."""

import re

import gradio as gr
import pytest

from pages.shared import open_shared
from pages.site import build
from tests.pages.visit import WAITING

pytestmark = pytest.mark.browser

OPEN = """() => [...document.querySelectorAll("[role=listbox]")]
    .filter(list => list.getClientRects().length).map(list => list.innerText.split("\\n").length)"""
NEXT = "Number(document.activeElement.matches('input[role=combobox]'))"  # a list opens when it gets the focus
GRU = "jsb_chorales-gru"


@pytest.mark.parametrize("path", ["", "speech", "compare", "score"])
def test_lists_close_behind_who_tabs_on(visitors, path):
    """Three of them were once open at the same time, each with its current choice alone."""
    visit = visitors(path)
    visit.more()
    boxes = visit.page.locator("input[role=combobox]:visible")
    boxes.first.wait_for()
    for box in boxes.all():
        box.focus()
        for key in ("Shift", "x"):
            visit.page.keyboard.press(key)
        visit.page.wait_for_function(f"Math.max(...({OPEN})()) > 2")  # all of its choices
        visit.page.keyboard.press("Tab")
        visit.page.wait_for_function(f"({OPEN})().length <= {NEXT}")
        assert box.get_attribute("readonly") is not None, "a phone raises no keyboard"
    visit.settle()


def test_a_list_is_chosen_from_with_keys(visitors):
    visit = visitors()
    visit.more()
    visit.settle()
    visit.page.locator("#instrument input").focus()
    for key in ("Home", "ArrowDown", "ArrowDown", "Enter"):
        visit.draw_anew()  # the list follows a key when it is drawn
        visit.page.keyboard.press(key)
    visit.page.wait_for_function("document.querySelector('#instrument input').value === 'Harpsichord'")


def test_no_list_of_the_app_can_be_typed_into():
    kinds = [block for block in build(open_shared()).blocks.values() if isinstance(block, gr.Dropdown)]
    assert kinds and not any(block.filterable for block in kinds)


def test_a_double_click_draws_once(visitors):
    """The second click once waited for the first draw to end, and drew the same again."""
    visit = visitors()
    visit.choose(GRU)
    visit.exactly(8)
    sent = []
    visit.page.on("request", lambda request: sent.append(request.post_data or ""))
    visit.page.evaluate(WAITING)
    visit.page.dblclick("#sample")
    visit.wait()
    visit.settle()
    assert len([data for data in sent if data.startswith('{"data":["jsb_chorales","",null,["')]) == 1


def test_nothing_is_read_out_as_a_key_of_gradios(visitors):
    """A screen reader once said "common.complete" after every draw."""
    visit = visitors()
    visit.choose(GRU)
    visit.exactly(4)
    visit.page.evaluate(
        """() => {
            const say = () => document.querySelector(".sr-only[role=status]")?.textContent;
            const everything = { subtree: true, childList: true, characterData: true };
            window.said = [];
            new MutationObserver(() => window.said.push(say())).observe(document.body, everything);
        }"""
    )
    visit.draw()
    visit.settle()
    assert not [text for text in visit.page.evaluate("window.said") if text and "." in text]


def test_lanes_and_groups_have_names_of_their_own(visitors):
    """Four sliders were once called "Position", and the group of whose votes are shown was called "Radio"."""
    visit = visitors()
    visit.choose(GRU, "jsb_chorales-tanh")
    visit.exactly(4)
    visit.draw(num_lanes=2)
    names = [bar.get_attribute("aria-label") for bar in visit.page.locator("[role=slider]:visible").all()]
    assert len(set(names)) == 2 and all(name.startswith("Position in ") for name in names)
    labels = [block.label for block in build(open_shared()).blocks.values() if isinstance(block, gr.Radio)]
    assert labels and "Radio" not in labels and None not in labels


def test_what_is_ticked_is_seen_in_high_contrast(visitors):
    """There a page's own colours are gone, and with them went the tick, which was white on blue."""
    visit = visitors("", forced_colors="active")
    looks = "input => ['appearance', 'backgroundImage'].map(name => getComputedStyle(input)[name])"
    visit.more()
    for box in visit.page.locator("#models input").all():
        assert box.evaluate(looks) == ["auto", "none"]
    assert visit.page.locator("#temperature input[type=range]").evaluate(looks)[0] == "auto"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_slider_shows_its_value(visitors, scheme):
    """In the dark both sides of the thumb were once white."""
    visit = visitors("", color_scheme=scheme)
    visit.more()
    before, beyond = visit.page.locator("#temperature input[type=range]").evaluate(
        """range => ["--slider-color", "--neutral-200"].map(name => {
            const probe = document.createElement("i");
            probe.style.color = getComputedStyle(range).getPropertyValue(name);
            return getComputedStyle(range.parentNode.appendChild(probe)).color;
        })"""
    )
    lightness = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in (before, beyond)]
    assert abs(lightness[0] - lightness[1]) > 250
