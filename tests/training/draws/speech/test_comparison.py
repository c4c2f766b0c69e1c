"""Draws of sound compared with held-out recordings: what the command prints and keeps."""

import json

import numpy as np
import pytest

from engine.checkpoints.checkpoint import load
from engine.sound.audio import Audio
from tests.training import tiny
from training import __main__ as program
from training.commands import evaluate
from training.corpora import SPLITS, CorpusData
from training.draws.comparison import comparison_text
from training.draws.speech.comparison import SPEECH_FIGURE_TITLES

RATE = 8_000


class Recordings(tiny.TinyCorpus):
    """Two voices of noise that swells and fades, six seconds each of every split; one word is said."""

    def __init__(self, data: CorpusData, seconds: float):
        super().__init__(data)
        rng = np.random.default_rng(1)
        swell = np.sin(np.linspace(0, np.pi, int(0.4 * RATE)))

        def recording() -> Audio:
            return Audio((0.05 * swell * rng.normal(size=len(swell))).clip(-1, 1).astype(np.float32), RATE)

        self.recorded = {
            split: {voice: [recording() for _ in range(int(seconds / 0.4))] for voice in "ab"}
            for split in SPLITS
        }

    def voices(self):
        return self.recorded

    def words(self):
        return {
            split: [("one", recording) for recordings in voices.values() for recording in recordings]
            for split, voices in self.recorded.items()
        }


@pytest.fixture
def command(tmp_path, monkeypatch):
    def of(seconds: float) -> list[str]:
        corpus = Recordings(tiny.speech(), seconds)
        monkeypatch.setattr(evaluate, "open_corpus", lambda *_: corpus)
        return ["evaluate", "tiny", "--draws", "--pieces", "4", "--checkpoints", str(tmp_path)]

    data = tiny.speech()
    tiny.save_random(tmp_path, tiny.recipe_of(data, "gru"), data, 0.1)
    return of


def test_draws_are_put_beside_real_recordings_in_plain_words_and_on_the_card(command, tmp_path, capsys):
    assert program.main([*command(6), "--json", "--update-card", "--frames", "2000"]) == 0
    comparison = json.loads(capsys.readouterr().out)
    assert comparison["num_draws"] == 4
    assert comparison["num_frames_drawn"] == 8_000 > comparison["num_frames"] == 6_400
    real = comparison["real"]
    assert set(comparison["drawn"]) == set(real) == set(SPEECH_FIGURE_TITLES)
    assert real["runaways"] == real["silences"] == 0 and real["named"] is not None
    auc = comparison["auc"]
    assert auc["0.25 s"]["mean"] > 0.9 > 0.8 > auc["0.25 s, real from real"]["mean"] > 0.2

    published = load("tiny", tmp_path)
    assert published.card.draws == comparison
    said = comparison_text(published.card.draws, published.representation)
    assert said.startswith("4 draws from nothing at temperature 1, beside held-out recordings")
    assert all(words in said for words in SPEECH_FIGURE_TITLES.values())


def test_too_few_recordings_are_refused(command, capsys):
    assert program.main(command(0.8)) == 1
    assert "too few held-out recordings to compare draws with" in capsys.readouterr().err
