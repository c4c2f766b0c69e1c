"""The paper's printed figures, typed in a second time."""

import pytest

from engine.errors import InvalidValueError
from training.corpora import CORPORA, representation_name_of
from training.fitting.recipe import read_recipe
from training.paper import PAPER_CELLS, PAPER_MUSIC, PAPER_SPEECH, TABLE_2, paper_model

TEST = {  # the targets
    "nottingham": (3.13, 3.23, 3.20),
    "jsb_chorales": (9.10, 8.54, 8.67),
    "muse_data": (6.23, 5.99, 6.23),
    "piano_midi": (9.03, 8.82, 9.03),
}


def test_the_targets():
    assert {corpus.ours: tuple(corpus.test[cell] for cell in PAPER_CELLS) for corpus in PAPER_MUSIC} == TEST


def test_sums_of_the_columns_of_table_2():
    """A slip in one of the 36 figures would show."""
    sums = {
        (split, cell): round(sum(getattr(corpus, split)[cell] for corpus in TABLE_2), 2)
        for split in ("train", "test")
        for cell in PAPER_CELLS
    }
    assert sums == {
        ("train", "tanh"): 37.22, ("train", "gru"): 22.41, ("train", "lstm"): 25.14,
        ("test", "tanh"): 41.55, ("test", "gru"): 31.05, ("test", "lstm"): 31.09,
    }  # fmt: skip


def test_every_corpus_has_one_of_ours():
    assert {corpus.ours for corpus in TABLE_2} == set(CORPORA)
    assert [corpus.title for corpus in PAPER_SPEECH] == ["Ubisoft A", "Ubisoft B"]


@pytest.mark.parametrize("corpus", TABLE_2, ids=lambda corpus: corpus.ours)
@pytest.mark.parametrize("cell", PAPER_CELLS)
def test_its_models_are_those_of_the_recipes(corpus, cell):
    assert read_recipe(f"{corpus.ours}-{cell}").model == paper_model(
        cell, representation_name_of(corpus.ours)
    )


def test_a_cell_that_it_does_not_have_is_64_wide_and_frames_that_it_does_not_have_are_refused():
    assert paper_model("attention", "piano_roll")["cells"] == [{"name": "attention", "hidden_size": 64}]
    with pytest.raises(InvalidValueError, match="the paper has no model for frames of 'spectrum'"):
        paper_model("gru", "spectrum")
