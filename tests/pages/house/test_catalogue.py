"""What models and corpora are called on the pages."""

import json

import pytest

from engine.checkpoints.card import Card
from engine.checkpoints.checkpoint import CHECKPOINTS
from pages.house.catalogue import Catalogue, corpus_title, label, title

VALUES = json.loads((CHECKPOINTS / "jsb_chorales-gru" / "card.json").read_text(encoding="utf-8"))


def card(name: str, corpus: str, title: str) -> Card:
    facts = {**VALUES["corpus"], "name": corpus, "title": title}
    return Card.model_validate({**VALUES, "name": name, "corpus": facts})


PUBLISHED = card("jsb_chorales-gru", "jsb_chorales", "JSB Chorales")
MINE = card("mine", "midi:/home/me/songs", "MIDI files")


def test_a_published_model_is_called_by_cell_and_size():
    assert (title(PUBLISHED), corpus_title(PUBLISHED)) == ("GRU · 46 units", "JSB Chorales")


def test_a_model_of_ones_own_is_called_by_its_name_and_folder_everywhere():
    """Lanes of two own GRUs once had the same title, and the corpus was just "MIDI files"."""
    assert (title(MINE), corpus_title(MINE)) == ("mine: GRU · 46 units", "MIDI files: songs")
    assert label(MINE).startswith(title(MINE))
    assert "/home" not in title(MINE) + corpus_title(MINE) + label(MINE)


@pytest.mark.parametrize("corpus", ["jsb_chorales", "midi:/home/me/songs"])
def test_each_corpus_has_its_own_models(corpus):
    catalogue = Catalogue({one.name: one for one in (PUBLISHED, MINE)})
    assert dict(catalogue.corpora) == {
        "JSB Chorales": "jsb_chorales",
        "MIDI files: songs": "midi:/home/me/songs",
    }
    (model,) = catalogue.models(corpus)
    assert model[1] == {one.corpus.name: one.name for one in (PUBLISHED, MINE)}[corpus]


def test_the_best_model_comes_first_and_says_what_it_is():
    layers = [
        {"name": "gru", "input_size": 88, "hidden_size": 320},
        {"name": "attention", "input_size": 320, "hidden_size": 320, "num_heads": 4, "window": 1024},
    ]
    model = {"cells": 2 * layers, "head": {"name": "note_list"}, "context_frames": 1, "residual": True}
    best = card("jsb_chorales-best", "jsb_chorales", "JSB Chorales").model_copy(update={"model": model})
    assert title(best) == "Best: GRU · 320 units · 2 layers · memory · joint notes"
    knowing = best.model_copy(update={"model": {**model, "melody_memory": {}}})
    assert title(knowing) == f"{title(best)} · knows the tunes of its corpus"
    catalogue = Catalogue({one.name: one for one in (PUBLISHED, MINE, best)})
    assert [name for _, name in catalogue.models("jsb_chorales")] == ["jsb_chorales-best", "jsb_chorales-gru"]
