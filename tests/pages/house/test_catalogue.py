"""What models and corpora are called on the pages."""

import json

import pytest

from engine.checkpoints import corpus_title, corpus_words, full_title, makeup, title
from engine.checkpoints.card import Card
from engine.checkpoints.checkpoint import CHECKPOINTS
from pages.house.catalogue import Catalogue
from pages.house.model_notes import model_notes

VALUES = json.loads((CHECKPOINTS / "jsb_chorales-gru" / "card.json").read_text(encoding="utf-8"))


def card(name: str, corpus: str, title: str) -> Card:
    facts = {**VALUES["corpus"], "name": corpus, "title": title}
    return Card.model_validate({**VALUES, "name": name, "corpus": facts})


PUBLISHED = card("jsb_chorales-gru", "jsb_chorales", "JSB Chorales")
MINE = card("mine", "midi:/home/me/songs", "MIDI files")


def test_a_published_model_is_called_by_its_cell_and_for_researchers_by_its_size():
    assert (title(PUBLISHED), full_title(PUBLISHED)) == ("GRU", "GRU · 46 units")
    assert (corpus_words(PUBLISHED), corpus_title(PUBLISHED)) == ("Bach chorales", "JSB Chorales")


def test_a_model_of_ones_own_is_called_by_its_name_and_folder_everywhere():
    """Lanes of two own GRUs once had the same title, and the corpus was just "MIDI files"."""
    assert (title(MINE), full_title(MINE)) == ("mine: GRU", "mine: GRU · 46 units")
    assert corpus_words(MINE) == corpus_title(MINE) == "MIDI files: songs"
    assert "/home" not in title(MINE) + corpus_title(MINE) + model_notes([MINE])


@pytest.mark.parametrize("corpus", ["jsb_chorales", "midi:/home/me/songs"])
def test_each_corpus_has_its_own_models(corpus):
    catalogue = Catalogue({card.name: card for card in (PUBLISHED, MINE)})
    assert dict(catalogue.corpora) == {
        "Bach chorales": "jsb_chorales",
        "MIDI files: songs": "midi:/home/me/songs",
    }
    (model,) = catalogue.models(corpus)
    assert model[1] == {card.corpus.name: card.name for card in (PUBLISHED, MINE)}[corpus]


def test_the_best_model_comes_first_and_says_what_it_is():
    layers = [
        {"name": "gru", "input_size": 88, "hidden_size": 320},
        {"name": "attention", "input_size": 320, "hidden_size": 320, "num_heads": 4, "window": 1024},
    ]
    model = {"cells": 2 * layers, "head": {"name": "note_list"}, "context_frames": 1, "residual": True}
    best = card("jsb_chorales-best", "jsb_chorales", "JSB Chorales").model_copy(update={"model": model})
    assert title(best) == "Large network"
    assert makeup(best) == "GRU · 320 units · 2 layers · memory · joint notes"
    knowing = best.model_copy(update={"model": {**model, "melody_memory": {}}})
    assert full_title(knowing) == f"Large network: {makeup(best)} · knows the tunes of its corpus"
    catalogue = Catalogue({card.name: card for card in (PUBLISHED, MINE, best)})
    assert [name for _, name in catalogue.models("jsb_chorales")] == ["jsb_chorales-best", "jsb_chorales-gru"]


def test_notes_say_of_every_model_what_it_is_and_how_well_it_predicts():
    notes = model_notes([PUBLISHED, MINE])
    assert notes.count("<tr><th scope") == 2 and f"{PUBLISHED.figure_on_test[0]:.2f}" in notes
    assert "nats per frame" in notes and "Two gates" in notes
    assert model_notes([PUBLISHED.model_copy(update={"metrics": {}})]) == ""


def test_notes_are_text_whatever_a_model_is_called():
    evil = {"cells": [{"name": "<img onerror=alert(1)>", "hidden_size": 4}]}
    assert (
        "&lt;img" in (notes := model_notes([MINE.model_copy(update={"model": evil})])) and "<img" not in notes
    )
