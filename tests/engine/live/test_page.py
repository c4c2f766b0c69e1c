"""The page Live in a real browser: it plays, is changed, is played along with, and is taken home."""

import base64
import io
import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pretty_midi
import pytest
import soundfile
import torch

from engine.checkpoints import load
from engine.sampling import SamplingOptions, sample

pytestmark = pytest.mark.browser

BEST, GRU, LSTM, TANH = (f"jsb_chorales-{name}" for name in ("best", "gru", "lstm", "tanh"))
SPEAKING = "spoken_digits-gru"
LOWEST = 9  # MIDI number of column 0 of the chorales, an octave below the roll's
QUICK = "tempo.value = 240; tempo.dispatchEvent(new Event('input'))"
SHOWN = "document.getElementById('roll').session.shown"
FRAMES = "document.getElementById('roll').session.frames.map(({ pitches }) => pitches)"
CHORD = """kind => [..."adg"].forEach(
    (key) => document.body.dispatchEvent(new KeyboardEvent(kind, { key, bubbles: true }))
)"""  # all in one moment, as fingers do it
NUM_TRIES = 5
NO_WASM = "delete globalThis.WebAssembly"
NO_DEVICE = """
    Object.defineProperty(AudioContext.prototype, "currentTime", { get: () => 0 });
"""


def ready(page):
    page.wait_for_function("document.getElementById('play')?.disabled === false")
    return page


def wait_frames(page, count: int) -> None:
    page.wait_for_function(f"{FRAMES}.length >= {count}")


def wait_chosen(page, model: str) -> None:
    page.wait_for_selector(f"[data-model={model}][aria-pressed=true]", state="attached")


def choose(page, model: str) -> None:
    """Choose a model and wait until it is there: until then another one would begin."""
    page.click(f"[data-model={model}]")
    wait_chosen(page, model)
    page.wait_for_function("!document.getElementById('said').textContent.includes('on its way')")


def play(page, model: str = GRU, tempo: bool = True):
    """Let a model play, quickly."""
    choose(ready(page), model)
    if tempo:
        page.evaluate(QUICK)
    page.click("#play")
    wait_frames(page, 4)
    return page


def seed_of(page) -> int:
    return int(re.search(r"Seed (\d+)", page.inner_text("#piece-is"))[1])


def drawn(model: str, count: int, seed: int, prime=None, temperature=1.0) -> list[list[int]]:
    """Pitches of the frames that the engine draws."""
    options = SamplingOptions(count, seed, temperature)
    frames = sample(load(model).model, options, prime)
    return [[LOWEST + int(column) for column in frame.nonzero().flatten()] for frame in frames]


def heard(page) -> list[list[int]]:
    return page.evaluate(FRAMES)


def said(page, text: str) -> None:
    page.wait_for_function("text => document.getElementById('said').textContent.includes(text)", arg=text)


def test_a_press_plays_what_the_engine_draws(pages):
    page = ready(pages())
    page.evaluate(QUICK)
    first = page.evaluate("document.querySelectorAll('#models button').length")
    assert first == 4
    choose(page, LSTM)
    page.click("#play")
    wait_frames(page, 12)
    assert page.inner_text("#play") == "Pause"
    frames = heard(page)
    assert frames == drawn(LSTM, len(frames), seed_of(page))


def test_another_model_goes_on_from_the_same_past_without_a_gap(pages):
    """Around the change: a busy machine may stop for a moment anywhere, and then another piece is tried."""
    for _ in range(NUM_TRIES):
        page = play(pages(), tempo=False)
        page.click(f"[data-model={TANH}]")
        said(page, "tanh goes on")
        page.wait_for_function(f"{SHOWN}.some(({{ name }}) => name.endsWith('tanh'))")
        wait_frames(page, 20)
        shown = page.evaluate(f"{SHOWN}.map(({{ at, seconds, name }}) => [at, seconds, name])")
        change = [name for _, _, name in shown].index(TANH)
        around = shown[change - 3 : change + 3]
        gaps = [after[0] - before[0] - before[1] for before, after in pairwise(around)]
        if max(gaps) < 1e-6:
            break
    assert max(gaps) < 1e-6, "frame follows frame"
    frames = heard(page)
    past = torch.zeros(change, 88)
    for place, pitches in enumerate(frames[:change]):
        past[place, [pitch - LOWEST for pitch in pitches]] = 1
    assert frames[:change] == drawn(GRU, change, seed_of(page))
    assert frames[change:] == drawn(TANH, len(frames) - change, seed_of(page), past)


def test_the_large_network_takes_over_when_it_is_there(pages):
    page = ready(pages())
    page.evaluate(QUICK)
    page.click("#play")
    said(page, "Large network goes on")
    page.wait_for_function(
        "document.getElementById('roll').session.shown.some(({ name }) => name.endsWith('best'))"
    )
    names = page.evaluate("document.getElementById('roll').session.shown.map(({ name }) => name)")
    assert names[0] in (GRU, LSTM, TANH) and names[-1] == BEST


def test_a_link_plays_the_piece_again_with_all_that_was_changed(pages):
    page = play(pages())
    page.click("#hold")
    wait_frames(page, 24)
    page.click("#hold")
    page.evaluate("temperature.value = 0.5; temperature.dispatchEvent(new Event('input'))")
    wait_frames(page, 30)
    page.click("#forget")
    page.click(f"[data-model={LSTM}]")
    wait_frames(page, 38)
    page.check("[value=together]")
    page.keyboard.press("x")  # an octave up, where "p" is a pitch that no model draws by itself
    page.keyboard.down("p")
    wait_frames(page, 44)
    page.keyboard.up("p")
    wait_frames(page, 48)
    page.click("#play")
    page.click("#link")
    page.wait_for_function("location.hash.startsWith('#piece=')")
    link, frames = page.evaluate("location.hash"), heard(page)
    assert any(87 in pitches for pitches in frames[38:]), "a key that is held is in the frames"
    replay = ready(pages(link))
    assert "sent you a piece" in replay.inner_text("#said")
    replay.click("#play")
    wait_frames(replay, len(frames))
    assert heard(replay)[: len(frames)] == frames


def test_the_network_answers_what_somebody_plays(pages):
    page = ready(pages())
    choose(page, GRU)
    page.evaluate(QUICK)
    page.check("[value=answer]")
    page.evaluate(CHORD, "keydown")
    page.wait_for_function("document.querySelectorAll('.key.is-down').length === 3")
    page.evaluate(CHORD, "keyup")
    said(page, "answers")
    page.wait_for_function(f"{FRAMES}.length > 12")
    frames = heard(page)
    own = next(place for place, pitches in enumerate(frames) if pitches == [60, 64, 67])
    end = own
    while frames[end] == [60, 64, 67]:
        end += 1
    past = torch.zeros(end, 88)
    for place, pitches in enumerate(frames[:end]):
        past[place, [pitch - LOWEST for pitch in pitches]] = 1
    assert frames[end:] == drawn(GRU, len(frames) - end, seed_of(page), past)


def test_what_is_chosen_while_somebody_plays_is_in_the_link(pages):
    """A temperature chosen after frames that nobody heard once came too early in the replay, or never."""
    page = play(pages())
    page.check("[value=answer]")
    page.keyboard.down("a")
    said(page, "Listening")
    page.evaluate("temperature.value = 0.4; temperature.dispatchEvent(new Event('input'))")
    page.click(f"[data-model={TANH}]")
    wait_chosen(page, TANH)
    page.keyboard.up("a")
    said(page, "answers")
    own = len(heard(page))
    wait_frames(page, own + 12)
    page.click("#play")
    page.click("#link")
    page.wait_for_function("location.hash.startsWith('#piece=')")
    link, frames = page.evaluate("location.hash"), heard(page)
    replay = ready(pages(link))
    replay.evaluate(QUICK)
    replay.click("#play")
    wait_frames(replay, len(frames))
    assert heard(replay)[: len(frames)] == frames


def test_other_music_in_a_pause_is_what_plays_then(pages):
    page = play(pages())
    page.click("#play")
    page.select_option("#music", "nottingham")
    page.click("#play")
    page.wait_for_function(f"{SHOWN}.some(({{ name }}) => name.startsWith('nottingham'))")


def test_a_tap_sounds_in_a_frame_and_a_key_is_let_go_with_the_focus(pages):
    page = play(pages())
    page.check("[value=together]")
    page.keyboard.press("x")  # an octave up, where "p" is a pitch that no model draws by itself
    for count in range(1, 5):
        page.keyboard.press("p")
        page.wait_for_function(f"{FRAMES}.filter((pitches) => pitches.includes(87)).length >= {count}")
    key = page.locator("[data-pitch='60']")
    key.focus()
    page.keyboard.down("Enter")
    assert "is-down" in key.get_attribute("class")
    page.keyboard.press("Tab")
    assert "is-down" not in key.get_attribute("class")


def test_hold_is_lit_while_it_holds(pages):
    page = play(pages())
    page.click("#hold")
    page.wait_for_selector("#hold[aria-pressed=true]")
    page.click("#forget")
    page.wait_for_selector("#hold[aria-pressed=false]")


def test_a_piece_is_taken_home_as_midi_and_as_sound(pages):
    page = play(pages())
    wait_frames(page, 20)
    page.click("#play")
    frames = heard(page)
    with page.expect_download() as download:
        page.click("#keep-midi")
    content = Path(download.value.path()).read_bytes()
    music = pretty_midi.PrettyMIDI(io.BytesIO(content))
    notes = {(round(note.start / 0.25), note.pitch) for note in music.instruments[0].notes}
    starts = {
        (place, pitch)
        for place, pitches in enumerate(frames)
        for pitch in pitches
        if place == 0 or pitch not in frames[place - 1]
    }
    assert notes == starts
    with page.expect_download() as download:
        page.click("#keep-wav")
    samples, rate = soundfile.read(download.value.path())
    assert rate == 44_100 and len(samples) / rate == pytest.approx(len(frames) * 0.25 + 2, abs=0.1)
    assert np.abs(samples).max() > 0.01


def test_it_plays_without_a_line_once_it_has_been_here(pages):
    page = play(pages())
    page.wait_for_function("navigator.serviceWorker.controller")
    page.reload()
    play(page)
    page.context.set_offline(True)
    page.reload()
    play(page)
    page.click(f"[data-model={TANH}]")
    said(page, "You are offline")


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("#piece=abc", "This link is not whole"),
        ("#piece=", "not whole"),
        ("#piece=MQ", "not whole"),
        ({"f": 1, "m": GRU, "s": 1, "t": 1, "c": [None]}, "not whole"),
        ({"f": 9, "m": GRU, "s": 1, "t": 1, "c": []}, "newer page"),
        ({"f": 1, "m": "somebody-else", "s": 1, "t": 1, "c": []}, "is not here"),
        ({"f": 1, "m": GRU, "s": -1, "t": 1, "c": []}, "not whole"),
        ({"f": 1, "m": GRU, "s": 1, "t": 1, "c": [{"at": 0, "given": [[500]]}]}, "not whole"),
    ],
)
def test_a_link_that_cannot_be_played_is_a_sentence_and_the_page_plays(pages, link, sentence):
    if isinstance(link, dict):
        link = "#piece=" + base64.urlsafe_b64encode(json.dumps(link).encode()).decode().rstrip("=")
    page = ready(pages(link))
    assert sentence in page.inner_text("#said")
    page.click("#play")
    wait_frames(page, 2)


def test_without_webassembly_it_says_so(pages):
    page = pages(service_workers="block")  # they ask for files in the page's place
    page.route("**/worker.js", lambda route: route.fulfill(
        body=f"{NO_WASM};\n" + route.fetch().text(), content_type="text/javascript"
    ))  # fmt: skip
    page.reload()
    said(page, "no WebAssembly")


def test_weights_that_were_cut_off_on_their_way_are_said_and_fetched_again(pages):
    page = ready(pages())
    cut = page.context.new_page()

    def half(route):
        body = route.fetch().body()
        route.fulfill(body=body[: len(body) // 2], content_type="application/octet-stream")

    cut.context.route(f"**/{TANH}.safetensors*", half)
    cut.goto(page.url)
    ready(cut)
    cut.click(f"[data-model={TANH}]")
    said(cut, "did not arrive whole")
    cut.context.unroute(f"**/{TANH}.safetensors*")
    cut.click(f"[data-model={TANH}]")
    cut.click("#play")
    wait_frames(cut, 4)


def test_where_no_sound_comes_out_it_says_so(pages):
    page = ready(pages(script=NO_DEVICE))
    page.click("#play")
    said(page, "no device")


def test_the_folder_says_what_to_do_from_a_disk(browser, site_folder):
    page = browser.new_page()
    page.goto((site_folder / "index.html").as_uri())
    assert "python -m http.server" in page.inner_text("#said")
    page.close()


def test_speech_is_drawn_and_heard_as_the_engine_draws_it(pages):
    page = ready(pages())
    page.select_option("#music", "spoken_digits")
    choose(page, SPEAKING)
    page.click("#play")
    page.wait_for_function("document.getElementById('roll').session.frames.length > 12")
    page.wait_for_function("document.getElementById('speed').textContent.includes('times as fast')")
    assert page.locator("#keys").is_hidden(), "nobody plays along with a voice"
    page.click("#play")
    with page.expect_download() as download:
        page.click("#keep-wav")
    samples, rate = soundfile.read(download.value.path())
    names = set(page.evaluate(f"{SHOWN}.map(({{ name }}) => name)"))
    assert rate == 8_000 and len(samples) > 8_000 and names == {SPEAKING}
    checkpoint = load(SPEAKING)
    size = checkpoint.representation.samples_per_frame
    frames = torch.stack(list(sample(checkpoint.model, SamplingOptions(len(samples) // size, seed_of(page)))))
    drawn_samples = checkpoint.representation.decode(frames).samples
    assert np.abs(samples - drawn_samples).max() < 2 / 32_768


def test_gates_flow_by_under_the_roll_if_wanted(pages):
    """A network without gates is said to have none; the choice stays when the model changes."""
    page = play(pages())
    assert not page.locator("#gates").is_visible()
    page.click("#watch")
    page.wait_for_function("document.getElementById('gates').ariaLabel.endsWith('Reset, Update')")
    is_inked = """() => {
        const { width, height } = gates, pen = gates.getContext("2d");
        const before_now = pen.getImageData(width * 0.6, 0, width * 0.1, height); // right of all words
        const alike = before_now.data.filter((_, at) => at % 4 === 0);
        return new Set(alike).size > 30;
    }"""
    page.wait_for_function(is_inked)
    page.click(f"[data-model={TANH}]")
    page.wait_for_function("document.getElementById('gates-are').textContent.includes('no gates')")
    page.click(f"[data-model={LSTM}]")
    page.wait_for_function("document.getElementById('gates').ariaLabel.endsWith('Input, Forget, Output')")
