"""What both pages do behind the visitor's back: old files are removed, and no others."""

import sys

import pytest
from gradio_client import Client, handle_file

from engine.pieces.excerpt import excerpts
from tests.pages.draw.test_play import GRU, LSTM, OWN
from tests.patience import until
from tests.server import serving

pytestmark = pytest.mark.browser

HASTY = "import app; app.FILES_STAY = (1, 20); app.main()"


@pytest.fixture
def hasty_app(app_folder, tmp_path):
    """The app where files stay for twenty seconds: long enough to show what a busy machine has made."""
    environment = {"PYTHONPATH": str(app_folder)}
    with serving([sys.executable, "-c", HASTY], tmp_path, environment) as server:
        yield server


def test_files_of_visitors_are_removed_when_they_are_old(hasty_app, visitors):
    """Those of lanes and streams once stayed for ever: Gradio forgets whatever its copies of lanes have."""
    client = Client(hasty_app.address, verbose=False)
    client.predict(frames=4, prime=handle_file(excerpts()[0].path), api_name="/sample_roll")
    visit = visitors(address=hasty_app.address)
    visit.choose(GRU, LSTM)
    visit.exactly(8)
    visit.begin("A MIDI file of mine")
    visit.upload("mine.mid", OWN)
    visit.draw(num_lanes=2)
    assert len(hasty_app.served_files()) >= 5
    visit = visitors("speech", address=hasty_app.address)
    visit.pick_tiny_models()
    visit.choose("tiny-speech")
    visit.exactly(0.5)
    visit.draw()
    assert hasty_app.served_files("tiny-speech-seed7.wav")
    until(lambda: not hasty_app.served_files())
    assert not list((hasty_app.folder / "tmp").glob("earshot-*"))
