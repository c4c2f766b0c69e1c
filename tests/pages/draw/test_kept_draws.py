"""Draws that are kept: shown again while their files are there, and bounded."""

from pathlib import Path

import pytest

from pages.draw import kept_draws
from pages.draw.kept_draws import KeptDraws

GRU = "jsb_chorales-gru"


@pytest.fixture
def lane(tmp_path):
    """The value of a finished lane, with its files."""

    def make(name: str = "a", state: str = "done") -> dict:
        wav, midi = tmp_path / f"{name}.wav", tmp_path / f"{name}.mid"
        for path in (wav, midi):
            path.write_bytes(b"x")
        return {
            "state": state,
            "pieces": [{"path": str(wav)}],
            "downloads": [{"label": "MIDI", "path": str(midi)}],
        }

    return make


def test_a_draw_is_kept_until_one_of_its_files_is_gone(lane):
    kept = KeptDraws()
    kept.keep("?a", [lane()], "a note")
    assert kept.of("?a").note == "a note" and kept.of("?b") is kept.of(None) is None
    Path(kept.of("?a").lanes[0]["downloads"][0]["path"]).unlink()
    assert kept.of("?a") is None
    lane()
    assert kept.of("?a") is None, "it is forgotten, not looked for again"


@pytest.mark.parametrize("state", ["stopped", "error", "sampling"])
def test_what_is_not_whole_or_has_no_link_is_not_kept(lane, state):
    kept = KeptDraws()
    kept.keep("?a", [lane(), lane("b", state)], "")
    kept.keep(None, [lane()], "")
    assert kept.of("?a") is kept.of(None) is None


def test_the_oldest_are_dropped(lane, monkeypatch):
    monkeypatch.setattr(kept_draws, "MAX_KEPT_DRAWS", 2)
    kept = KeptDraws()
    for name in ("a", "b", "a", "c"):
        kept.keep(f"?{name}", [lane(name)], "")
    assert kept.of("?b") is None and kept.of("?a") and kept.of("?c")


@pytest.mark.browser
def test_after_a_reload_the_files_are_there_and_nothing_is_drawn_again(visitors):
    """Three lanes of the largest model were once sampled anew, for half a minute, after a reload."""
    visit = visitors()
    visit.choose(GRU, "jsb_chorales-tanh")
    visit.exactly(64)
    visit.set("seed", 77)
    visit.draw(num_lanes=2)
    midi = [visit.download("MIDI", lane)[1] for lane in range(2)]
    states = """() => new MutationObserver(() => {
        const state = document.querySelector("#lane-0 .lane")?.dataset.state;
        if (state && state !== window.states?.at(-1)) (window.states ??= []).push(state);
    }).observe(document, { subtree: true, attributes: true, childList: true })"""
    visit.page.add_init_script(f"({states})()")
    visit.reload()
    visit.wait(num_lanes=2)
    assert [visit.download("MIDI", lane)[1] for lane in range(2)] == midi
    assert "sampling" not in visit.page.evaluate("window.states")
    assert visit.history()[0].endswith("seed 77")
