"""What the picture of learning curves is given."""

import json
import shutil

import pytest

from engine.checkpoints.checkpoint import CHECKPOINTS, available, read_card
from engine.checkpoints.curve import read_curve
from pages.results import curves
from pages.results.curves import Curves, corpora_of

GRU = read_card("jsb_chorales-gru")
CARDS = [read_card(name) for name in available() if read_card(name).corpus.name == "jsb_chorales"]


def test_a_corpus_has_its_cells_in_the_papers_order_with_every_epoch():
    (corpus,), problems = corpora_of(reversed(CARDS))
    assert (corpus["name"], corpus["title"], corpus["unit"]) == (
        "jsb_chorales",
        "JSB Chorales",
        "nats per frame",
    )
    assert [curve["cell"] for curve in corpus["curves"]] == ["tanh", "gru", "lstm"] and not problems
    for curve in corpus["curves"]:
        whole = read_curve(f"jsb_chorales-{curve['cell']}")
        assert curve["valid"] == pytest.approx(whole.valid_nats_per_frame, abs=6e-4)
        assert curve["train"] == pytest.approx(whole.train_nats_per_frame, abs=6e-4)
        assert curve["seconds"] == pytest.approx(whole.seconds, abs=0.06)
        assert curve["valid"][curve["best"] - 1] == min(curve["valid"])


def test_corpora_stand_in_the_order_of_the_table_and_others_after():
    def of(corpus: str):
        return GRU.model_copy(
            update={
                "name": f"{corpus}-{GRU.cell}",
                "corpus": GRU.corpus.model_copy(update={"name": corpus}),
            }
        )

    cards = [of("other"), of("second"), of("first")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(curves, "read_curve", lambda name: read_curve(GRU.name))
        corpora, _ = corpora_of(cards, ["first", "second", "missing"])
    assert [corpus["name"] for corpus in corpora] == ["first", "second", "other"]


def test_a_model_of_ones_own_is_not_among_the_papers():
    assert corpora_of([GRU.model_copy(update={"name": "mine"})]) == ([], [])


def test_a_damaged_curve_is_named_and_the_others_are_there(tmp_path, monkeypatch):
    for card in CARDS:
        shutil.copytree(CHECKPOINTS / card.name, tmp_path / card.name)
    (tmp_path / "jsb_chorales-gru" / "curve.json").write_text("{")
    monkeypatch.setattr(curves, "read_curve", lambda name: read_curve(name, tmp_path))
    (corpus,), (problem,) = corpora_of(CARDS)
    assert [curve["cell"] for curve in corpus["curves"]] == ["tanh", "lstm"]
    assert problem.startswith("curve.json of 'jsb_chorales-gru' cannot be used")


def test_the_browser_gets_the_value_as_text_and_only_plain_data():
    """An argument that was not called ``value`` once put a Python object into the page's configuration."""
    corpora, _ = corpora_of(CARDS)
    config = Curves(corpora, render=False).get_config()
    assert json.loads(config["value"]) == corpora
    assert all(isinstance(entry, str | int | bool | list | dict | None) for entry in config.values())
