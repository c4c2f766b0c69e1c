"""The Score page in a real browser: bring a piece, see who is surprised where, click there and hear it."""

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import expect as expect_page

from engine.checkpoints.checkpoint import load
from engine.pieces.excerpt import excerpt, excerpts_of
from engine.pieces.piece import read_piece
from engine.scoring.expectation import expect
from engine.scoring.surprise import surprise_of
from tests.engine.notes.raw_midi import midi_file, note
from tests.pages.visit import KEEP_COPIED, Visit

pytestmark = pytest.mark.browser

JIG = excerpt("nottingham-test-26").path  # 48 eighth notes
GRU = "nottingham-gru"
SHORT = midi_file(b"".join(note(pitch, 480) for pitch in (60, 62, 64, 65, 67, 61)), note(48, 2880))
EVIL = "<img src=x onerror=alert(1)>.mid"


def bring(visit: Visit, name: str, content: bytes, field: str = "upload") -> None:
    """Upload a file of one's own, in the place of the one before."""
    if not visit.page.locator(f"#{field}").is_visible():
        control, own = (
            ("piece", "A MIDI file of mine") if field == "upload" else ("clip", "A recording of mine")
        )
        visit.pick(control, own)
        visit.page.wait_for_selector(f"#{field}")
    if visit.page.locator(f"#{field}").get_by_label("Clear").count():
        visit.page.locator(f"#{field}").get_by_label("Clear").click()
    visit.page.wait_for_selector(f"#{field} input[type=file]", state="attached")
    given = {"name": name, "mimeType": "", "buffer": content}
    visit.page.locator(f"#{field} input[type=file]").set_input_files(given)
    visit.page.wait_for_selector(f"#{field} button[aria-label=Clear]")


CHOSEN_IS_THERE = """() => {
    const lane = document.querySelector("#lane-0 .lane");
    const row = document.querySelector('.score-model[aria-pressed="true"]')?.closest("tr");
    const said = (part) => lane.querySelector(`.lane-${part}`).textContent;
    const shown = (part) => row.querySelector(`.score-${part}`).textContent;
    const isThere = row && lane.dataset.state === "done";
    return isThere && said("title") === shown("model") && said("subtitle").includes(shown("cell-1"));
}"""


def score(visit: Visit, title: str, until: str = "") -> None:
    """Press the button; wait until all models have listened, or ``until``, and the best one's lane is there.

    Args:
        title: what the piece is called; the page opens on another, whose figures may still be shown.
    """
    visit.page.click("#score")
    its = "([title, row]) => document.querySelector('.score-title').textContent.includes(title) && "
    visit.page.wait_for_function(
        f"{its} document.querySelector(row)", arg=[title, f"[data-model={until}]" if until else ".score"]
    )
    if until:  # by now they may all have listened
        visit.page.evaluate("document.querySelector('#stop:not([disabled])')?.click()")
    visit.page.wait_for_selector(".score:is([data-state=done], [data-state=stopped])")
    visit.page.wait_for_function(CHOSEN_IS_THERE)


def rows(visit: Visit) -> dict[str, tuple[str, str]]:
    """Model -> its figure and its shift, in the order of the page."""
    lines = visit.page.locator(".score-table tbody tr").all()
    return {
        row.get_attribute("data-row"): (
            row.locator(".score-figure").inner_text(),
            row.locator(".score-cell-3").inner_text() if row.locator(".score-cell-3").count() else "",
        )
        for row in lines
    }


def choose(visit: Visit, name: str) -> None:
    visit.page.locator(f"[data-model={name}]").click()
    visit.page.wait_for_selector(f"[data-model={name}][aria-pressed=true]")


def place(visit: Visit) -> str:
    return visit.page.locator(".score-place").inner_text()


def time(visit: Visit) -> float:
    return visit.lane().evaluate("lane => lane.sound.currentTime")


def playing(visit: Visit, is_playing: bool = True) -> None:
    visit.page.wait_for_function(
        "wanted => !document.querySelector('#lane-0 .lane').sound.paused === wanted", arg=is_playing
    )


@pytest.fixture
def scored(visitors):
    """A visit to a shipped piece, a jig, that all models have scored: for the first visitor, once for all."""
    visit = visitors(f"score?piece={JIG.stem}")
    visit.page.wait_for_selector(".score[data-state=done]")
    visit.page.wait_for_function(CHOSEN_IS_THERE)
    return visit


def test_a_piece_is_scored_under_every_model_the_best_first(visitors):
    visit = visitors("score")
    bring(visit, "a jig.mid", JIG.read_bytes())
    score(visit, "a jig.mid")
    checkpoint = load(GRU)
    frames = read_piece(JIG, checkpoint.representation).frames
    surprise = surprise_of(
        checkpoint.model, checkpoint.representation, frames, checkpoint.card.corpus.mean_pitch
    )
    semitones = surprise.transposed_semitones
    scores = rows(visit)
    assert scores[GRU][0] == f"{surprise.likelihood.nats_per_frame:.2f}"
    assert scores[GRU][1] == ("as written" if semitones == 0 else f"{semitones:+d} semitones")
    tables = visit.page.locator(".score-table").all()
    for table in tables:
        figures = [float(text) for text in table.locator(".score-figure").all_inner_texts()]
        assert figures == sorted(figures)
    captions = [table.locator("caption").inner_text() for table in tables]
    assert captions[0].startswith("48 frames, each an eighth note.")
    assert captions[1].startswith("24 frames, each a quarter note. 38 notes read; left out: 10 too short")
    assert "spoiled" in visit.page.locator(".score-problem").first.inner_text()
    assert visit.page.locator(".score-status").inner_text() == f"{len(scores)} models listened"
    assert len(scores) >= 12 and visit.page.locator(".score-title").inner_text() == "a jig.mid"
    assert visit.picture().startswith("Piano roll, 48 frames")
    show_what_is_estimated(visit)


def show_what_is_estimated(visit: Visit) -> None:
    """The best model of all draws the notes of a moment together: its chances are shares of draws."""
    assert next(iter(rows(visit))) == "nottingham-best"
    choose(visit, "nottingham-best")
    visit.page.wait_for_selector('.score-pitches[data-waiting="false"] li')
    assert visit.page.locator(".score-how").inner_text().startswith("Estimated from 512 draws")


def test_the_gates_of_a_network_are_seen_while_it_listens(scored):
    choose(scored, GRU)
    choice = scored.page.locator(".score-gate-choice")
    names = ["no gate", "Reset gate, layer 1", "Update gate, layer 1"]
    expect_page(choice.locator("option")).to_have_text(names)
    canvas = scored.page.locator(".lane-gates")
    assert canvas.is_hidden()
    choice.select_option(label=names[2])
    scored.page.wait_for_selector(".lane[data-gates=true]")
    expect_page(canvas).to_have_attribute("aria-label", "Update gate, layer 1 of 46 units at each frame")
    assert "state is replaced by its proposal" in scored.page.locator(".score-gate-how").inner_text()
    scored.draw_anew()
    inks = canvas.evaluate(
        """canvas => new Set(new Uint32Array(canvas.getContext("2d")
            .getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
    )
    assert inks > 8, "some are open and some are not"
    choice.select_option(label=names[0])
    scored.page.wait_for_selector(".lane[data-gates=false]")
    choose(scored, "nottingham-tanh")
    expect_page(scored.page.locator(".score-gates")).to_be_hidden()  # it has none


def test_the_strip_plays_from_where_it_is_clicked(scored):
    choose(scored, GRU)
    scored.page.wait_for_function("document.querySelector('#lane-0 .lane')?.sound.pieces.length")
    scored.lane().locator(".lane-seek").click(position=on_strip(scored, 0.5))
    playing(scored)
    assert 0 <= time(scored) - 24 * 0.3 + 0.02 < 7, "its second half"
    scored.page.wait_for_function("document.querySelector('#lane-0 .lane').sound.currentTime > 7.4")
    scored.draw_anew()
    assert strip_pixels(scored, "--lane-2") > 100, "the least expected moments stand out"


def on_strip(visit: Visit, share: float) -> dict[str, float]:
    """A place on the strip, measured from the corner of what takes the clicks."""
    box = visit.lane().locator(".lane-seek").bounding_box()
    return {"x": box["width"] * share, "y": box["height"] - 30}


def strip_pixels(visit: Visit, variable: str) -> int:
    """How many pixels of the strip have the colour of a CSS variable."""
    return (
        visit.lane()
        .locator(".lane-strip")
        .evaluate(
            """(canvas, name) => {
            const dot = document.createElement("canvas").getContext("2d");
            dot.fillStyle = getComputedStyle(canvas).getPropertyValue(name);
            dot.fillRect(0, 0, 1, 1);
            const wanted = new Uint32Array(dot.getImageData(0, 0, 1, 1).data.buffer)[0];
            const {width, height} = canvas;
            const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
            return new Uint32Array(pixels.buffer).filter(pixel => pixel === wanted).length;
        }""",
            variable,
        )
    )


def test_a_moment_jumps_to_its_frame_and_what_was_expected_there_is_told(scored):
    choose(scored, GRU)
    checkpoint = load(GRU)
    frames = read_piece(JIG, checkpoint.representation).frames
    surprise = surprise_of(
        checkpoint.model, checkpoint.representation, frames, checkpoint.card.corpus.mean_pitch
    )
    worst = int(surprise.nats.argmax())
    button = scored.page.locator(".score-least button").first
    assert button.get_attribute("data-frame") == str(worst)
    assert button.locator(".score-nats").inner_text() == f"{float(surprise.nats.max()):.1f}"
    scored.page.wait_for_function("document.querySelector('#lane-0 .lane')?.sound.pieces.length")
    began = button.evaluate("one => (one.click(), document.querySelector('#lane-0 .lane').sound.currentTime)")
    assert began == pytest.approx(worst * 0.3 - 1.5, abs=0.1), "it is heard from a little before"
    playing(scored)
    scored.page.evaluate("document.querySelector('#lane-0 .lane').sound.pause()")
    scored.page.evaluate(f"document.querySelector('#lane-0 .lane').sound.currentTime = {worst * 0.3 + 0.01}")
    beat = worst % 8 / 2 + 1
    half, nats = "½" if beat % 1 else "", float(surprise.nats.max())
    wanted = f"Bar {worst // 8 + 1}, beat {int(beat)}{half}: {nats:.1f} nats"
    scored.page.wait_for_function(
        "words => document.querySelector('.score-place').innerText.startsWith(words)", arg=wanted
    )
    scored.page.wait_for_selector('.score-pitches[data-waiting="false"] li')
    told = scored.page.locator(".score-pitches li").all_inner_texts()
    model, roll = checkpoint.model, checkpoint.representation
    exact = next(expect(model, roll, frames, worst, surprise.transposed_semitones)).probabilities
    assert f"{round(100 * float(exact.max()))} %" in told[0]
    sounding = int(frames[worst].sum())
    assert sum("sounds" in row for row in told) == sounding
    assert scored.page.locator(".score-how").inner_text().startswith("Exact")


def test_everything_can_be_done_with_keys(scored):
    page = scored.page
    page.locator(f"[data-model={GRU}]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-model={GRU}][aria-pressed=true]")
    assert page.evaluate("document.activeElement.dataset.model") == GRU, "the focus stays"
    page.wait_for_function("document.querySelector('#lane-0 .lane')?.sound.pieces.length")
    scored.lane().locator(".lane-seek").focus()
    page.keyboard.press("Home")
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    expect_page(page.locator(".score-place")).to_have_text(re.compile("^Bar 2, beat 1½: "))
    page.keyboard.press("ArrowLeft")
    expect_page(page.locator(".score-place")).to_have_text(re.compile("^Bar 2, beat 1: "))
    page.keyboard.press("Space")
    playing(scored)
    page.keyboard.press("Space")
    playing(scored, False)
    page.locator(".score-most button").first.focus()
    page.keyboard.press("Enter")
    playing(scored)


def test_while_it_plays_what_is_expected_goes_along(scored):
    """One question at a time is asked, and few, since a model goes on to later frames by itself."""
    choose(scored, GRU)
    asked = []
    scored.page.on("request", lambda request: asked.append(request) if "queue/join" in request.url else None)
    scored.lane().locator(".lane-play").click()
    scored.page.wait_for_function(
        """() => !document.querySelector("#lane-0 .lane").sound.paused
            && document.querySelector(".score-pitches").dataset.frame > 4"""
    )
    scored.page.wait_for_function("document.querySelector('#lane-0 .lane').sound.currentTime > 4")
    scored.page.evaluate("document.querySelector('#lane-0 .lane').sound.pause()")
    scored.page.wait_for_selector('.score-pitches[data-waiting="false"] li')
    assert len(asked) <= 5


def test_on_a_phone_nothing_is_wider_than_the_screen(visitors):
    visit = visitors("score", viewport={"width": 390, "height": 844}, has_touch=True)
    bring(visit, "short.mid", SHORT)
    score(visit, "short.mid", until=GRU)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    figure = visit.page.locator(".score-figure").first
    assert figure.is_visible() and figure.bounding_box()["x"] < 390
    assert "Nats per frame." in visit.page.locator(".score-table caption").first.inner_text()
    visit.page.wait_for_function("document.querySelector('#lane-0 .lane')?.sound.pieces.length")
    visit.lane().locator(".lane-seek").tap(position=on_strip(visit, 0.6))
    playing(visit)


def test_speech_is_scored_in_bits(visitors):
    visit = visitors("score")
    visit.page.get_by_label("Speech").check()
    visit.pick("clip", "Seven, said by Lucas")
    score(visit, "Seven, said by Lucas")
    assert visit.page.locator(".score-cell-2").first.inner_text() == "Bits per sample"
    figures = [float(figure) for figure, _ in rows(visit).values()]
    assert len(figures) >= 6 and min(figures) < 14
    assert visit.picture().startswith("Waveform")
    visit.page.wait_for_function("document.querySelector('#lane-0 .lane')?.sound.pieces.length")
    visit.page.locator(".score-most button").first.click()
    visit.page.wait_for_function("document.querySelector('#lane-0 .lane').sound.currentTime > 0.05")
    assert " bits, where the mean is " in place(visit)
    assert visit.page.locator(".score-pitches li").count() == 0


def wav(samples: np.ndarray, sample_rate: int = 8_000, subtype: str = "PCM_16") -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, sample_rate, format="WAV", subtype=subtype)
    return buffer.getvalue()


def test_what_cannot_be_scored_is_one_sentence_and_then_it_works(visitors):
    visit = visitors("score")
    visit.page.wait_for_selector(".score-title:not(:empty)")
    shipped = visit.page.locator(".score-title").inner_text()
    visit.pick("piece", "A MIDI file of mine")
    visit.page.wait_for_selector("#upload")
    visit.page.click("#score")
    assert visit.complaint() == "Choose a MIDI file to score, or a shipped piece."
    for name, content, said in (
        ("none.mid", midi_file(b""), "none.mid holds no notes; choose a MIDI file with pitched notes."),
        ("text.mid", b"words", "text.mid is not a MIDI file"),
        (EVIL, midi_file(b""), ".mid holds no notes"),
        ("long.mid", midi_file(note(60, 480, rest=2**27)), "279,621 quarter notes"),
    ):
        bring(visit, name, content)
        visit.page.click("#score")
        assert said in visit.complaint()
    assert visit.page.locator(".score-title").inner_text() == shipped, "what was there stays"
    bring(visit, EVIL, SHORT)
    score(visit, "onerror", until=GRU)
    assert "<img" not in visit.page.locator(".score-head").inner_html() and GRU in rows(visit)


def test_recordings_that_cannot_be_scored_are_one_sentence(visitors):
    visit = visitors("score")
    visit.page.get_by_label("Speech").check()
    visit.pick("clip", "A recording of mine")
    visit.page.wait_for_selector("#recording input[type=file]", state="attached")
    visit.page.click("#score")
    assert visit.complaint() == "Record or choose some speech to score, or a shipped clip."
    three_minutes = np.zeros(3 * 60 * 8_000, dtype=np.float32)
    for name, content, said in (
        ("silent.wav", wav(np.zeros(16_000)), "silent.wav is silent: check the microphone and record again."),
        ("words.wav", b"these are words", "words.wav"),
        ("long.wav", wav(three_minutes, subtype="PCM_U8"), "long.wav is silent in its first 120 seconds"),
    ):
        bring(visit, name, content, "recording")
        visit.page.click("#score")
        assert said in visit.complaint()
    visit.wrong = [
        words for words in visit.wrong if not words.startswith("Waveform load error")
    ]  # the browser's


def test_it_opens_on_a_shipped_piece_that_is_scored_already(visitors):
    for _ in range(2):  # a later visitor shares what was found, and chooses anew
        visit = visitors("score")
        visit.page.wait_for_selector(".score[data-state=done]")
        visit.page.wait_for_selector("#lane-0 .lane[data-state=done]")
        assert len(rows(visit)) >= 12 and visit.picture().startswith("Piano roll, ")
        assert not visit.page.locator("#upload").is_visible()
        choose(visit, GRU)
    assert visit.hear() > 5


def test_a_shipped_piece_has_a_link_and_its_table_can_be_taken_home(visitors):
    visit = visitors("score?piece=nottingham-test-26")
    visit.page.wait_for_selector(".score[data-state=done]")
    assert visit.page.locator(".score-title").inner_text() == excerpt("nottingham-test-26").title
    assert visit.page.locator("#piece input").input_value() == excerpt("nottingham-test-26").title
    with visit.page.expect_download() as download:
        visit.page.click(".score-csv")
    lines = Path(download.value.path()).read_text().splitlines()
    told = {row[0]: row for row in csv.reader(lines)}
    assert download.value.suggested_filename == "earshot-score.csv"
    assert told["checkpoint"][3:] == ["surprise", "unit", "transposed by"]
    assert {name: row[3] for name, row in told.items() if name != "checkpoint"} == {
        name: figure for name, (figure, _) in rows(visit).items()
    }
    visit.page.evaluate(KEEP_COPIED)
    visit.page.click(".score-link")
    assert visit.page.evaluate("window.copied") == f"{visit.address}score?piece=nottingham-test-26"
    bring(visit, "short.mid", SHORT)
    score(visit, "short.mid", until=GRU)
    assert not visit.page.locator(".score-link").is_visible(), "what a visitor brings has no link"


def test_a_link_to_a_clip_opens_the_page_for_speech(visitors):
    visit = visitors("score?piece=spoken_digits-zero-jackson")
    assert "Unknown piece of this page" in visit.complaint()
    clip = excerpts_of("spoken_digits", "waveform")[0]
    visit = visitors(f"score?piece={clip.name}")
    visit.page.wait_for_selector(".score[data-state=done]")
    assert visit.page.get_by_role("radio", name="Speech").is_checked()
    assert visit.page.locator("#clip input").input_value() == clip.title
    assert not visit.page.locator("#tempo").is_visible()
