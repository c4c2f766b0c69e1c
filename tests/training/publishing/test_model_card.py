"""The README of a checkpoint, made from its card."""

import json

import pytest
import yaml

from engine.cells import cell_title
from engine.checkpoints.card import Card
from engine.checkpoints.checkpoint import CHECKPOINTS, available, read_card
from training.corpora import CORPORA, FOLDERS
from training.fitting.recipe import recipe_names
from training.publishing.model_card import FIGURE_WORDS, UNTIL_END, hub_licence, model_card

SHIPPED = [name for name in available(CHECKPOINTS) if name in recipe_names()]


@pytest.mark.parametrize("name", SHIPPED)
def test_it_says_what_a_stranger_asks(name):
    card = read_card(name)
    text = model_card(card)
    _, front, body = text.split("---\n", 2)
    assert yaml.safe_load(front)["tags"] == [
        "earshot",
        card.cell,
        card.representation["name"].replace("_", "-"),
    ]
    for fact in (card.corpus.title, card.corpus.licence, card.corpus.citation, card.corpus.homepage):
        assert fact in body
    assert f"of {card.num_units} {cell_title(card.cell)} units" in body
    assert f"python -m training evaluate {name} --split test --json" in body
    rows = [line for line in body.splitlines() if line.startswith("| ")]
    assert len({line.count("|") for line in rows}) == 1
    for figure in set(FIGURE_WORDS) & set(card.metrics["test"]):
        assert f"{card.metrics['test'][figure]:.4f} |" in body


def test_a_figure_that_one_split_lacks_is_a_dash():
    """That of pieces of one frame without their first frames: nothing is left to divide by."""
    values = json.loads((CHECKPOINTS / SHIPPED[0] / "card.json").read_text(encoding="utf-8"))
    figure = next(iter(set(FIGURE_WORDS) & set(values["metrics"]["train"])))
    del values["metrics"]["train"][figure]
    (row,) = (
        line
        for line in model_card(Card(**values)).splitlines()
        if FIGURE_WORDS[figure] == line[2:].split(" | ")[0]
    )
    assert row.split(" | ")[1] == "–"


@pytest.mark.parametrize("name", CORPORA)
def test_share_alike_is_carried_on(name):
    corpus_licence = CORPORA[name].licence
    assert ("cc-by-sa" in hub_licence(corpus_licence)) == corpus_licence.startswith("CC BY-SA")


def test_weights_of_ones_own_files_are_under_no_licence_of_ours():
    assert {hub_licence(corpus.licence) for corpus in FOLDERS.values()} == {"other"}


def test_what_a_network_is_told_and_what_it_begins_with_is_said():
    card = read_card("jsb_chorales-gru")
    plain = model_card(card)
    assert "the network is told" not in plain and "begun with" not in plain
    assert f"Draws may last {UNTIL_END}" in plain
    recipe = {**card.training.recipe, "begins_with": "other"}
    training = card.training.model_copy(update={"recipe": recipe})
    model = {**card.model, "clock": [8, 6], "told_keys": 6}
    text = model_card(card.model_copy(update={"training": training, "model": model, "ending": None}))
    assert "told the number of the frame modulo 8 and 6 and by how many semitones the piece is" in text
    assert "begun with the weights of a fit of `other`" in text and UNTIL_END not in text
