"""Bad input on the pages: one clear sentence each, and the app goes on."""

import base64
import io
import json
import zlib

import numpy as np
import pytest
import soundfile

from tests.engine.notes.raw_midi import midi_file, note
from tests.pages.caller import Caller
from tests.pages.conftest import OWN_MUSIC
from tests.pages.draw.test_play import GRU, LSTM, TANH

pytestmark = pytest.mark.browser

BOMB = "roll:" + base64.urlsafe_b64encode(zlib.compress(bytes(2_000_000), 9)).decode().rstrip("=")


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("?models=nope&length=8&seed=1", "Unknown model of this page 'nope'; known: "),
        (
            f"?models={GRU}&length=1e9&seed=1",
            "This link is damaged (length 1000000000 must be from 0.1 to 512)",
        ),
        (f"?models={GRU}&length=8&seed=1&prime={BOMB}", "The beginning in this link is damaged"),
        ("?models=%3Cimg%20src=x%20onerror=alert(1)%3E&length=8&seed=1", "'<img src=x onerror=alert(1)>'"),
        (f"speech?models={GRU}&length=8&seed=1", f"Unknown model of this page '{GRU}'"),
    ],
)
def test_a_bad_link_is_named_once_and_the_page_is_there(visitors, link, said):
    visit = visitors(link)
    assert said in visit.complaint()
    visit.page.wait_for_selector("#lane-0 .lane[data-state=done]")


def test_what_is_wrong_with_a_link_stays_until_it_is_closed(app):
    config = json.loads(Caller(app.address, {}, "config").open())
    visitor = Caller(app.address, config, "", "?models=no-such&length=8&seed=1")
    visit = visitor.event("visit")
    visitor.ask(visit, visitor.values(visit))
    ((words, seconds),) = visitor.toasts
    assert "Unknown model of this page 'no-such'" in words
    assert seconds is None


def test_a_visitor_who_gets_everything_wrong_gets_it_right_in_the_end(visitors):
    visit = visitors()
    visit.exactly(8)
    visit.choose()
    visit.press()
    assert visit.complaint() == "Choose one to 4 models; 0 are chosen."
    visit.choose(GRU, LSTM, TANH, *OWN_MUSIC)
    visit.press()
    assert visit.complaint() == "Choose one to 4 models; 5 are chosen."
    visit.choose("spoiled")
    visit.press()
    assert "sha256 differs" in visit.complaint()
    visit.choose(GRU)
    for seed in (-1, 2**31):
        visit.page.locator("#seed input").fill(str(seed))
        visit.press()
        assert str(seed) in visit.complaint()
    visit.page.locator("#seed input").fill("")
    visit.press()
    assert visit.complaint() == "The field seed is empty: write a number."
    visit.set("seed", 4)
    visit.begin("A MIDI file of mine")
    visit.press()
    assert visit.complaint() == "Choose a file to continue, or another beginning."
    visit.begin("From nothing")
    visit.draw()
    assert visit.picture().startswith("Piano roll, 8 frames")


BAD_PIECES = {
    "empty.mid": (b"", "empty.mid is empty"),
    "cut.mid": (midi_file(note(60, 480))[:-9], "cut off"),
    "text.mid": (b"not music", "is not a MIDI file"),
    "<img src=x>.mid": (midi_file(b""), "src=x.mid holds no notes"),
}


def test_bad_pieces_are_named(visitors):
    visit = visitors()
    visit.begin("A MIDI file of mine")
    for name, (content, said) in BAD_PIECES.items():
        visit.upload(name, content)
        visit.press()
        assert said in visit.complaint()
        visit.clear_upload()


def wav(samples: np.ndarray, subtype: str, sample_rate: int = 8_000) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, sample_rate, format="WAV", subtype=subtype)
    return buffer.getvalue()


def test_odd_recordings_are_named_or_read(visitors):
    visit = visitors("speech")
    visit.pick_tiny_models()
    visit.choose("tiny-speech")
    visit.exactly(0.2)
    visit.begin("A recording of mine")
    bad = {"nan.wav": wav(np.full(4_000, np.nan), "FLOAT"), "words.wav": b"these are words"}
    good = {
        "stereo.wav": wav(np.zeros((9_600, 2)), "PCM_24", 192_000),
        "eight.wav": wav(np.sin(np.arange(4_000)), "PCM_U8"),
    }
    for name, content in {**bad, **good}.items():
        visit.upload(name, content)
        if name in bad:
            visit.press()
            assert name in visit.complaint()
        else:
            visit.draw()
        visit.clear_upload()
    visit.wrong = [
        words for words in visit.wrong if not words.startswith("Waveform load error")
    ]  # the browser's
