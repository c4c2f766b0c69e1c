"""The Speech page in a real browser: a clip or a recording is continued, heard, stopped, downloaded."""

import io
import math

import numpy as np
import pytest
import soundfile
from playwright.sync_api import expect

from engine.checkpoints.checkpoint import load
from engine.pieces.excerpt import excerpts_of
from engine.pieces.piece import read_piece
from engine.rendering.performance import perform
from engine.sampling.options import SamplingOptions
from engine.sampling.sample import sample
from engine.sound.audio import Audio
from engine.sound.audio_file import wav_bytes
from pages.draw.speech import FIRST_KEPT

pytestmark = pytest.mark.browser

CLIP = excerpts_of("spoken_digits", "waveform")[0]
TINY = ("tiny-speech", "tiny-speech-two")
SLOW = ("tardy-speech", "tiny-speech")  # the first is still at work when a busy browser presses Stop


def tone(seconds: float, sample_rate: int = 16_000) -> bytes:
    """A WAV file of a voice-like tone."""
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    return wav_bytes(Audio((0.3 * np.sin(2 * np.pi * 150 * time) ** 3).astype(np.float32), sample_rate))


def read(wav: bytes) -> tuple[np.ndarray, int]:
    """Samples and rate of a 16-bit file."""
    with soundfile.SoundFile(io.BytesIO(wav)) as file:
        assert (file.subtype, file.channels) == ("PCM_16", 1)
        return file.read(dtype="int16"), file.samplerate


@pytest.fixture
def tiny(visitors):
    """A visitor who has chosen the corpus of the tiny models."""
    visit = visitors("speech")
    visit.pick_tiny_models()
    return visit


def test_a_shipped_clip_is_continued(visitors, speech_model):
    checkpoint = load(speech_model) if speech_model != TINY[0] else None
    visit = visitors("speech")
    visit.more()
    visit.pick("corpus", checkpoint.card.corpus.title if checkpoint else "A corpus")
    visit.page.wait_for_selector(f"#models input[name={speech_model}]")
    visit.choose(speech_model)
    visit.exactly(0.5)
    visit.set("seed", 3)
    visit.draw()
    assert visit.picture().startswith("Waveform, ") and "its beginning ends at frame" in visit.picture()
    assert visit.num_pixels() > 100
    facts = visit.text("facts")
    assert "bits per sample" in facts and "at the beginning" in facts
    name, wav = visit.download("WAV")
    samples, sample_rate = read(wav)
    assert (name, sample_rate) == (f"{speech_model}-seed3.wav", 48_000)
    assert visit.hear() == pytest.approx(len(samples) / sample_rate, abs=0.05)
    if checkpoint:
        prime = read_piece(CLIP.path, checkpoint.representation).frames
        prime = prime[: math.ceil(len(prime) * FIRST_KEPT)]
        waveform = checkpoint.representation
        num_frames = round(0.5 * waveform.frames_per_second)
        drawn = list(sample(checkpoint.model, SamplingOptions(num_frames, 3), prime))
        sound = perform(prime.new_tensor(np.stack([*prime, *drawn])), checkpoint.representation).audio
        assert abs(samples - np.round(sound.samples * 32_768)).max() <= 1
        num_samples = (len(prime) + num_frames) * waveform.frame_size
        assert len(samples) == pytest.approx(num_samples * 48_000 / waveform.sample_rate, abs=6)


def test_sound_is_heard_while_it_is_sampled(tiny):
    tiny.choose(SLOW[0])
    tiny.set("length", 10)
    tiny.press()
    tiny.page.wait_for_function("document.querySelector('#lane-0 .lane').sound.currentTime > 0.2")
    assert tiny.lane().get_attribute("data-state") == "sampling"
    tiny.page.click("#stop")
    tiny.wait(state="stopped")


def test_a_recording_of_ones_own_is_continued_and_has_no_link(tiny):
    tiny.choose(TINY[1])
    tiny.set("length", 1)
    assert not tiny.page.get_by_text("deleted within two hours").is_visible()
    tiny.begin("A recording of mine")
    tiny.page.get_by_text("deleted within two hours").wait_for()
    tiny.upload("voice.wav", tone(12))
    tiny.draw()
    samples, sample_rate = read(tiny.download("WAV")[1])
    assert len(samples) / sample_rate == pytest.approx(11, abs=0.01)  # the last 10, and 1 more
    note = "Only the last 10 seconds of the beginning are continued."
    expect(tiny.page.locator("#note")).to_have_text(note)
    expect(tiny.lane().locator(".lane-link")).to_be_hidden()
    assert tiny.history() == []


def test_stop_keeps_what_is_there(tiny):
    tiny.choose(*SLOW)
    tiny.set("length", 10)
    tiny.press()
    tiny.page.wait_for_function("document.querySelector('#lane-0 .lane').dataset.state === 'sampling'")
    tiny.page.click("#stop")
    tiny.wait(num_lanes=2, state="stopped")
    assert tiny.text("status").startswith("Stopped at ")
    samples, sample_rate = read(tiny.download("WAV")[1])
    assert 0.5 < len(samples) / sample_rate < 10
    assert tiny.hear() == pytest.approx(len(samples) / sample_rate, abs=0.05)
    tiny.set("length", 0.5)
    tiny.draw(num_lanes=2)


def test_stop_before_the_first_frame_is_no_error(tiny):
    """Once an error: a model that began from nothing and was stopped before its turn had no frames."""
    tiny.choose(*SLOW)
    tiny.begin("From nothing")
    tiny.set("length", 10)
    tiny.press()
    tiny.page.wait_for_function("document.querySelector('#lane-0 .lane').dataset.state === 'sampling'")
    tiny.page.click("#stop")
    tiny.wait(num_lanes=2, state="stopped")
    assert tiny.text("message", lane=1) == "Stopped before the first frame."
    assert tiny.lane(1).locator(".lane-play").is_disabled()
