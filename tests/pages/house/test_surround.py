"""What stands below every page: the app with everything it likes to have, and with nothing but Python."""

import sys

import pytest

from tests.pages.draw.test_play import GRU
from tests.server import serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def bare_app(app_folder, tmp_path_factory):
    """The app where there are no programs to call, and no FluidSynth library to bind."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "hidden").mkdir()
    (folder / "hidden" / "fluidsynth.py").write_text('raise ImportError("there is no FluidSynth")\n')
    (folder / "no-programs").mkdir()
    environment = {"PYTHONPATH": str(folder / "hidden"), "PATH": str(folder / "no-programs")}
    with serving([sys.executable, str(app_folder / "app.py")], folder, environment) as server:
        yield server


def footer(visit) -> str:
    return visit.page.locator(".earshot-footer").inner_text()


def test_problems_and_terms_are_named(visitors):
    words = footer(visitors())
    assert "the card of 'newer' cannot be used" in words
    assert all(
        term in words for term in ("Code: MIT", "CC BY-SA 4.0", "CC BY-SA 3.0", "Draws of music are yours")
    )


def test_without_fluidsynth_and_ffmpeg_the_app_samples_and_plays(bare_app, visitors):
    visit = visitors(address=bare_app.address)
    assert "played by midirenderer" in footer(visit) and "there is no ffmpeg" in footer(visit)
    visit.choose(GRU)
    visit.set("length", 8)
    visit.draw()
    assert visit.hear() > 4
    visit = visitors("speech", address=bare_app.address)
    assert visit.page.locator("#live").count() == 0
    visit.pick_tiny_models()
    visit.choose("tiny-speech")
    visit.set("length", 0.3)
    visit.draw()
    assert visit.hear() > 0.3
    assert "Traceback" not in bare_app.news()
