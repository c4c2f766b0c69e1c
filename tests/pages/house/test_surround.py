"""What is below every page: the app with everything it likes to have, and with nothing but Python."""

import shutil
import sys

import pytest

from engine.checkpoints import read_card
from pages.house import surround
from tests.pages.draw.test_play import GRU
from tests.patience import until
from tests.server import serving
from tests.visitor import free_port

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def bare_app(app_folder, tmp_path_factory):
    """The app of a checkout where there are no programs to call, no FluidSynth, no wasmtime and no table.

    Its proxies lead nowhere: it asks itself whether it is up, which once ended its start in a traceback.
    """
    folder = tmp_path_factory.mktemp("bare")
    shutil.copytree(app_folder, folder / "app", symlinks=True)
    (folder / "app" / "training").mkdir()
    (folder / "app" / "assets" / "results.json").unlink()
    (folder / "hidden").mkdir()
    for name in ("fluidsynth", "wasmtime"):
        (folder / "hidden" / f"{name}.py").write_text(f"raise ImportError({name!r})\n")
    (folder / "no-programs").mkdir()
    dead = f"127.0.0.1:{free_port()}"
    proxies = {
        "ALL_PROXY": f"socks5://{dead}",
        "http_proxy": f"http://{dead}",
        "https_proxy": f"http://{dead}",
    }
    environment = {"PYTHONPATH": str(folder / "hidden"), "PATH": str(folder / "no-programs"), **proxies}
    with serving([sys.executable, str(folder / "app" / "app.py")], folder, environment) as server:
        yield server


def footer(visit) -> str:
    return visit.page.locator(".earshot-footer").inner_text()


def test_problems_and_terms_are_named(visitors):
    words = footer(visitors())
    assert "models are drawn by the kernel, on the CPU" in words
    assert "the card of 'newer' cannot be used" in words
    assert all(
        term in words for term in ("Code: MIT", "CC BY-SA 4.0", "CC BY-SA 3.0", "Draws of music are yours")
    )


COUNT_FRAMES = """(() => {
    const ask = requestAnimationFrame;
    globalThis.numFrames = 0;
    globalThis.requestAnimationFrame = (paint) => (numFrames++, ask(paint));
})()"""
ASK_FOR_A_FRAME = "(numFrames = 0, new Promise((done) => requestAnimationFrame(() => done(numFrames))))"
NUM_FRAMES = "(numFrames = 0, new Promise((done) => setTimeout(() => done(numFrames), 500)))"


@pytest.mark.parametrize("path", ["", "results"])
def test_a_page_that_is_left_alone_does_nothing(visitors, path):
    """The clock of Gradio's loading sign once went on for ever, and took a twentieth of a core."""
    visit = visitors(path)
    visit.page.add_init_script(COUNT_FRAMES)
    visit.reload()
    assert visit.page.evaluate(ASK_FOR_A_FRAME) > 0, "they are counted"
    until(lambda: visit.page.evaluate(NUM_FRAMES) == 0)


def test_without_fluidsynth_and_programs_the_app_samples_and_plays(bare_app, visitors):
    visit = visitors(address=bare_app.address)
    assert "played by midirenderer" in footer(visit)
    assert "drawn by torch, slowly: all models (wasmtime is not installed" in footer(visit)
    visit.choose(GRU)
    visit.exactly(8)
    visit.draw()
    assert visit.hear() > 4
    visit = visitors("speech", address=bare_app.address)
    visit.pick_tiny_models()
    visit.choose("tiny-speech")
    visit.exactly(0.3)
    visit.draw()
    assert visit.hear() > 0.3
    assert "Traceback" not in bare_app.news()


def test_without_a_table_of_results_one_sentence_says_so_and_the_curves_are_there(bare_app, visitors):
    visit = visitors("results", address=bare_app.address)
    assert visit.page.locator("#results").inner_text().strip() == (
        "There is no table yet, assets/results.json is missing: write it with `python -m training report`."
    )
    assert visit.page.locator(".curves-line").count() == 6


def test_models_that_the_kernel_lacks_are_named(monkeypatch):
    cards = {name: read_card(name) for name in ("jsb_chorales-gru", "jsb_chorales-tanh")}
    monkeypatch.setattr(
        surround, "why_kernel_cannot", lambda spec: "no kernel" if spec["cells"][0]["name"] == "tanh" else ""
    )
    assert surround.drawing(cards) == "drawn by torch, slowly: jsb_chorales-tanh (no kernel)"
