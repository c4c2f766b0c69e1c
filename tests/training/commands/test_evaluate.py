"""``python -m training evaluate``, against a float64 numpy loop of the paper's equations."""

import json

import pytest

from engine.cells import CELLS
from engine.representations.piano_roll import PianoRoll
from tests.oracles.oracle import Oracle
from tests.training import tiny
from training import __main__ as program
from training.commands import evaluate
from training.corpora import CorpusData

DATA = {"music": tiny.music, "speech": tiny.speech}
KEYS = {
    "music": "checkpoint corpus split num_sequences num_frames nats_per_frame "
    "nats_per_frame_sequence_mean nats_per_frame_without_first",
    "speech": "checkpoint corpus split num_sequences num_steps num_samples nats_per_step "
    "nats_per_sample bits_per_sample",
}


@pytest.mark.parametrize("num_layers", [1, 2])
@pytest.mark.parametrize("kind", DATA)
@pytest.mark.parametrize("cell", CELLS)
def test_the_command_prints_what_the_equations_give(cell, kind, num_layers, tmp_path, monkeypatch, capsys):
    data = DATA[kind]()
    scale = 0.1 if cell == "attention" else 0.5  # what attention adds up is not bounded
    tiny.save_random(tmp_path, tiny.recipe_of(data, cell, num_layers), data, scale)
    monkeypatch.setattr(evaluate, "open_corpus", lambda *_: tiny.TinyCorpus(data))
    assert (
        program.main(["evaluate", "tiny", "--split", "test", "--json", "--checkpoints", str(tmp_path)]) == 0
    )
    figures = json.loads(capsys.readouterr().out)
    assert list(figures) == KEYS[kind].split()
    expected = Oracle(tmp_path / "tiny").metrics([sequence.numpy() for sequence in data.splits["test"]])
    assert {key: figures[key] for key in expected} == pytest.approx(expected, abs=1e-4, rel=0)
    assert all(isinstance(value, int) for key, value in figures.items() if key.startswith("num_"))
    assert (figures["checkpoint"], figures["corpus"], figures["split"]) == ("tiny", "tiny", "test")


@pytest.mark.parametrize("kind", DATA)
def test_every_split_has_its_own_figures(kind, tmp_path, monkeypatch, capsys):
    data = DATA[kind]()
    tiny.save_random(tmp_path, tiny.recipe(data), data)
    monkeypatch.setattr(evaluate, "open_corpus", lambda *_: tiny.TinyCorpus(data))
    seen = []
    for split in data.splits:
        program.main(["evaluate", "tiny", "--split", split, "--json", "--checkpoints", str(tmp_path)])
        seen.append(json.loads(capsys.readouterr().out))
        assert seen[-1]["num_sequences"] == len(data.splits[split])
    assert len({list(figures.values())[-1] for figures in seen}) == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--parts", "--corpus", "other"], "keeps figures of the model's own corpus: leave out --corpus"),
        ([], "keeps figures of draws or parts: add --draws or --parts"),
    ],
)
def test_a_card_keeps_no_figures_of_another_corpus_and_no_whole_splits(
    words, said, tmp_path, monkeypatch, capsys
):
    """The first was once kept as the model's own; the second was passed over in silence."""
    data = tiny.music()
    tiny.save_random(tmp_path, tiny.recipe(), data)
    monkeypatch.setattr(evaluate, "open_corpus", lambda *_: tiny.TinyCorpus(data))
    before = (tmp_path / "tiny" / "card.json").read_bytes()
    assert program.main(["evaluate", "tiny", "--update-card", *words, "--checkpoints", str(tmp_path)]) == 1
    assert said in capsys.readouterr().err
    assert (tmp_path / "tiny" / "card.json").read_bytes() == before


def test_without_json_each_figure_has_a_line(tmp_path, monkeypatch, capsys):
    data = tiny.music()
    tiny.save_random(tmp_path, tiny.recipe(), data)
    monkeypatch.setattr(evaluate, "open_corpus", lambda *_: tiny.TinyCorpus(data))
    assert program.main(["evaluate", "tiny", "--checkpoints", str(tmp_path)]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == KEYS["music"].split()


def test_frames_of_another_meaning_are_refused(tmp_path, monkeypatch, capsys):
    tiny.save_random(tmp_path, tiny.recipe(), tiny.music())
    quarters = CorpusData(PianoRoll(21, 88, 1), tiny.music().splits)
    monkeypatch.setattr(evaluate, "open_corpus", lambda *_: tiny.TinyCorpus(quarters))
    assert program.main(["evaluate", "tiny", "--corpus", "other", "--checkpoints", str(tmp_path)]) == 1
    assert "mean something else" in capsys.readouterr().err


def test_an_unknown_checkpoint_gets_one_sentence(command):
    assert "unknown checkpoint 'mine'; known: none" in command.refusal("evaluate", "mine")
