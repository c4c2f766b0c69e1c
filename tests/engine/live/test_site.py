"""The files of the page Live: which models they offer, and what is said of the others."""

import pytest

from engine.checkpoints import WEIGHTS_FILE
from engine.checkpoints.checkpoint import CARD_FILE
from engine.errors import EngineError
from engine.live import Site, site
from tests.engine.small_models import published


@pytest.fixture
def checkpoints(tmp_path):
    """A model of music and two of speech."""
    published(tmp_path)
    published(tmp_path, "waveform", "tiny-speech")
    published(tmp_path, "waveform", "tiny-speech-two")
    return tmp_path


def test_models_without_card_or_weights_are_left_out_and_named(checkpoints):
    """A checkpoint without weights once ended ``engine live`` with a traceback."""
    (checkpoints / "tiny-speech" / WEIGHTS_FILE).unlink()
    (checkpoints / "tiny-speech-two" / CARD_FILE).write_text("{}")
    files = Site(checkpoints)
    assert [model["name"] for model in files.choices()["models"]] == ["tiny-gru"]
    assert files.content("models/tiny-speech.json") is None
    assert "models/tiny-gru.safetensors" in files.paths()
    weights, card = sorted(files.problems)
    assert "the card of 'tiny-speech-two' cannot be used" in card
    assert weights == "model.safetensors of 'tiny-speech' is missing: restore it or fit the model again"


def test_a_model_that_the_kernel_cannot_run_is_named(checkpoints, monkeypatch):
    monkeypatch.setattr(site, "kinds", lambda: ["tanh"])
    with pytest.raises(EngineError, match="Live cannot draw from 'tiny-gru': the kernel has no cell"):
        Site(checkpoints).content("models/tiny-gru.json")
