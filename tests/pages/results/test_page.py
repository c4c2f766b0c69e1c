"""The Results page in a real browser: its table, its curves, and the models that it opens."""

import json
import re
import shutil
import sys

import pytest
from playwright.sync_api import expect

from engine.checkpoints.checkpoint import available
from engine.checkpoints.curve import read_curve
from tests.pages.draw.test_play import GRU
from tests.pages.results.test_results_table import MUSIC, SPEECH, UNFITTED
from tests.pages.visit import PHONE
from tests.server import serving

pytestmark = pytest.mark.browser

TINY = {**SPEECH, "corpus": "tiny", "title": "A corpus", "checkpoint": "tiny-speech"}
ROWS = [
    {**UNFITTED, "cell": "tanh"},
    MUSIC,
    {**MUSIC, "cell": "lstm", "checkpoint": "not-there"},
    SPEECH,
    TINY,
]


@pytest.fixture(scope="module")
def address(app_folder, tmp_path_factory):
    """Where the app is served with a table of its own."""
    folder = tmp_path_factory.mktemp("with")
    shutil.copytree(app_folder, folder / "app", symlinks=True)
    (folder / "app" / "assets" / "results.json").write_text(json.dumps({"rows": ROWS}))
    with serving([sys.executable, str(folder / "app" / "app.py")], folder, {}) as app:
        yield app.address
        assert "Traceback" not in app.news()


@pytest.fixture
def results(visitors, address):
    """A visitor of the page."""
    visit = visitors("results", address=address)
    visit.page.wait_for_selector("#results tr[data-model=jsb_chorales-gru]")
    return visit


@pytest.fixture
def chorales(app_folder):
    """The curves that the app shows, by cell: those of its own checkpoints."""
    folder = app_folder / "checkpoints"
    return {cell: read_curve(f"jsb_chorales-{cell}", folder) for cell in ("tanh", "gru", "lstm")}


def row(visit, model: str) -> list[str]:
    """A row's words, cell by cell."""
    line = visit.page.locator(f"#results tr[data-model={model}]")
    return [" ".join(text.split()) for text in line.locator("th, td").all_inner_texts()]


def readings(visit) -> dict[str, list[str]]:
    """The figures next to the picture, by cell."""
    lines = visit.page.locator(".curves-readings tbody tr").all()
    return {line.get_attribute("data-cell"): line.locator("td").all_inner_texts() for line in lines}


def figure(text: str) -> float:
    """A number of the page."""
    return float(text.replace(",", "").replace("−", "-"))


def caption(visit) -> str:
    return visit.page.locator(".curves-readings caption").inner_text()


def point_at(visit, share: float) -> None:
    """Move the mouse to a share of the picture's width."""
    stage = visit.page.locator(".curves-stage")
    stage.hover(position={"x": share * stage.bounding_box()["width"], "y": 60})
    expect(visit.page.locator(".curves-readings caption")).to_have_text(re.compile("^(At epoch|After) "))


def test_the_table_says_what_the_file_says(results):
    assert row(results, "jsb_chorales-gru") == [
        *("GRU Hear", "8.54", "8.540", "8.540", "8.500 8.400 to 8.600", "6.94", "7.734", "6.900"),
        *("46", "18,630", "0.00312", "126", "0.80"),
    ]
    assert row(results, "jsb_chorales-tanh")[:4] == ["tanh", "8.54", "–", "–"]
    assert row(results, "jsb_chorales-lstm")[0] == "LSTM"
    assert row(results, "spoken_digits-gru")[1:6] == ["−9.520", "9.730", "−10.260", "3.59", "2.31"]
    assert "were never published" in results.page.locator("#results").inner_text()
    figure = results.page.locator("#results td").first
    assert figure.evaluate("cell => getComputedStyle(cell).textAlign") == "right"
    assert "tabular-nums" in figure.evaluate("cell => getComputedStyle(cell).fontVariantNumeric")


def test_a_button_opens_play_with_that_model_which_draws(results):
    results.page.locator("#results tr[data-model=jsb_chorales-gru] a").click()
    results.page.wait_for_url("**/?model=jsb_chorales-gru")
    playing = "(lane => lane?.sound.currentTime > 0.2 && !lane.sound.paused)"
    results.page.wait_for_function(f"{playing}(document.querySelector('#lane-0 .lane'))")
    assert results.text("title") == "GRU" and "Bach chorales" in results.text("subtitle")
    results.more()
    ticked = results.page.locator("#models input:checked")
    assert [box.get_attribute("name") for box in ticked.all()] == [GRU]
    results.wait()
    results.set("length", 8)
    results.set("seed", 7)
    results.draw()
    assert "GRU" in results.text("title") and results.download("MIDI")[0] == f"{GRU}-seed7.mid"


def test_a_button_opens_speech_with_that_model_which_draws(results):
    results.page.locator("#results tr[data-model=tiny-gru] a").click()
    results.page.wait_for_selector("#lane-0 .lane-title:has-text('GRU')")
    results.more()
    ticked = results.page.locator("#models input:checked")
    assert [box.get_attribute("name") for box in ticked.all()] == ["tiny-speech"]
    results.wait()
    results.set("length", 0.3)
    results.set("seed", 7)
    results.draw()
    assert results.download("WAV")[0] == "tiny-speech-seed7.wav"


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("?model=jsb_chorales-gruu", f"did you mean '{GRU}'?"),
        (f"speech?model={GRU}", f"Unknown model of this page '{GRU}'; known: "),
        ("?model=%3Cimg%20src=x%3E", "Unknown model of this page '<img src=x>'; known: "),
    ],
)
def test_an_unknown_model_is_named_and_the_page_is_as_ever(visitors, link, said):
    visit = visitors(link)
    assert said in visit.complaint()
    visit.more()
    assert visit.page.locator("#models input:checked").count() > 1
    visit.page.wait_for_selector("#lane-0 .lane[data-state=done]")


def test_curves_show_every_cell_and_the_kept_epochs(results, chorales):
    results.page.locator("[data-corpus=jsb_chorales]").click()
    lines = results.page.locator(".curves-line").all()
    drawn = [(line.get_attribute("data-cell"), line.get_attribute("data-split")) for line in lines]
    assert drawn == [(cell, split) for cell in ("tanh", "gru", "lstm") for split in ("train", "valid")]
    assert "none" in lines[0].evaluate("line => getComputedStyle(line).strokeDasharray")
    assert "none" not in lines[1].evaluate("line => getComputedStyle(line).strokeDasharray")
    for cell, figures in readings(results).items():
        curve = chorales[cell]
        best = curve.best_epoch - 1
        epoch, seconds, train, valid = map(figure, figures)
        assert (epoch, seconds) == (best + 1, pytest.approx(curve.seconds[best], abs=0.6))
        assert train == pytest.approx(curve.train_nats_per_frame[best], abs=0.006)
        assert valid == pytest.approx(curve.valid_nats_per_frame[best], abs=0.006)


def test_pointing_reads_the_epoch_beneath_and_keys_go_on(results, chorales):
    results.page.locator("[data-corpus=jsb_chorales]").click()
    point_at(results, 0.3)
    epoch = int(caption(results).removeprefix("At epoch "))
    lengths = {cell: len(curve.seconds) for cell, curve in chorales.items()}
    longest, shortest = max(lengths, key=lengths.get), min(lengths, key=lengths.get)
    assert 0.1 * lengths[longest] < epoch < 0.4 * lengths[longest]
    assert readings(results)[longest][0] == str(epoch)
    valid = chorales[longest].valid_nats_per_frame[epoch - 1]
    assert figure(readings(results)[longest][3]) == pytest.approx(valid, abs=0.006)
    going_on = [cell for cell in lengths if lengths[cell] >= epoch]
    assert results.page.locator(".curves-dot").count() == 2 * len(going_on)
    results.page.locator(".curves-stage").focus()
    results.page.keyboard.press("ArrowRight")
    shown = results.page.locator(".curves-readings caption")
    expect(shown).to_have_text(f"At epoch {epoch + 1}")
    said = results.page.locator(".curves-stage").get_attribute("aria-valuetext")
    assert f"At epoch {epoch + 1}" in said and "validation" in said
    results.page.keyboard.press("End")
    assert lengths[longest] == lengths[shortest] or readings(results)[shortest] == ["–"] * 4  # it has ended
    results.page.mouse.move(0, 0)
    expect(shown).to_have_text("At the epochs whose weights were kept")


def test_the_axis_switches_to_seconds(results, chorales):
    results.page.locator("[data-corpus=jsb_chorales]").click()
    before = results.page.locator(".curves-line").first.get_attribute("d")
    results.page.locator("[data-axis=seconds]").click()
    expect(results.page.locator("[data-axis=seconds]")).to_have_attribute("aria-pressed", "true")
    assert results.page.locator(".curves-line").first.get_attribute("d") != before
    assert "seconds of wall-clock time" in results.page.locator(".curves-picture").inner_html()
    point_at(results, 0.5)
    seconds = figure(caption(results).removeprefix("After ").removesuffix(" seconds"))
    slowest = max(chorales, key=lambda cell: chorales[cell].seconds[-1])
    epoch = int(figure(readings(results)[slowest][0]))
    gaps = [abs(value - seconds) for value in chorales[slowest].seconds]
    assert gaps[epoch - 1] <= min(gaps) + 0.6  # of which the caption has rounded off half


def test_another_corpus_has_its_own_unit_and_negative_figures(results):
    results.page.locator("[data-corpus=spoken_digits]").click()
    assert "nats per step" in results.page.locator(".curves-picture").inner_html()
    assert readings(results)["lstm"][3].startswith("−")


def test_a_cell_can_be_hidden_and_the_last_brings_all_back(results):
    toggles = results.page.locator(".curves-readings tbody button")
    results.page.locator("[data-corpus=jsb_chorales]").click()
    toggles.nth(0).click()
    assert results.page.locator(".curves-line").count() == 4
    toggles.nth(1).click()
    toggles.nth(2).click()
    assert results.page.locator(".curves-line").count() == 6


def test_every_published_corpus_can_be_chosen(results, app_folder):
    choices = [button.get_attribute("data-corpus") for button in results.page.locator("[data-corpus]").all()]
    names = available(app_folder / "checkpoints")
    published = {name.rpartition("-")[0] for name in names if name.endswith(("-tanh", "-gru", "-lstm"))}
    assert choices[:2] == ["jsb_chorales", "spoken_digits"] and set(choices) == published


def test_a_phone_scrolls_the_table_and_not_the_page(visitors, address):
    visit = visitors("results", address=address, **PHONE)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert visit.outside("#results .results-scroll, #curves *") == []
    scroll, name = (
        visit.page.locator(".results-scroll").first,
        visit.page.locator("#results tbody .results-cell").first,
    )
    assert scroll.evaluate("box => box.scrollWidth > box.clientWidth")
    before = name.bounding_box()["x"]
    scroll.evaluate("box => box.scrollTo(1000, 0)")
    assert name.bounding_box()["x"] == before  # the row's name stays in sight
    stage = visit.page.locator(".curves-stage")
    stage.tap(position={"x": stage.bounding_box()["width"] / 2, "y": 80})
    visit.page.wait_for_function(
        "document.querySelector('.curves-readings caption').innerText.includes('At epoch ')"
    )
