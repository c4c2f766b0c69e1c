"""What the report says of our procedure in words, held against the code that does it."""

import math
from itertools import product

import pytest
import torch

from engine.models.model_spec import build_model, with_sizes
from engine.representations.piano_roll import PianoRoll
from engine.representations.waveform import Waveform
from tests.training.report.report_folders import card_of, curve_of, music_metrics, write_checkpoint
from tests.training.tiny import fit, recipe
from training.fitting.population import add_noise
from training.fitting.recipe import read_recipe
from training.fitting.settings import Optimiser
from training.paper import PAPER_CELLS, TABLE_2, paper_model
from training.report.differences import FORMER_SETTINGS, differences
from training.report.evidence import read_evidence
from training.searching import search

# besides the rate, its decay and FORMER_SETTINGS
OTHERS = {"batch_size": 8, "weight_noise": 0.075, "max_gradient_norm": 1.0}


@pytest.fixture
def paragraphs(tmp_path):
    """Name -> text, of two fits that differ in batch size and in the epochs they were given."""
    for name, changes in {
        "nottingham-gru": {"batch_size": 8},
        "jsb_chorales-gru": {"batch_size": 16},
    }.items():
        card = card_of(name, music_metrics(3.0, 3.1))
        card.training.recipe["optimiser"] |= changes
        write_checkpoint(tmp_path / "checkpoints", card, curve_of(3.0))
    lines = differences(read_evidence(tmp_path / "checkpoints", tmp_path / "results"))
    return {line[2:].split(".** ")[0]: line.split(".** ")[1] for line in lines if line}


def test_settings_are_those_of_the_cards(paragraphs):
    assert "8 (`nottingham-gru`); 16 (`jsb_chorales-gru`)." in paragraphs["Batch size"]
    assert "validation figure: 10; and after at most 500." in paragraphs["Early stopping"]
    assert "Patience ended them all." in paragraphs["Early stopping"]
    assert "standard deviation 0.075" in paragraphs["Weight noise"]


def test_rmsprop_is_as_it_is_said_to_be(tmp_path):
    """On a card, in the fit, and in words; 1e-8 and no momentum on cards that say nothing of them."""
    settings = {"decay": 0.95, "epsilon": 0.01, "momentum": 0.9}
    given = fit(recipe(optimiser=settings), tmp_path / "run").optimiser.defaults
    assert [given[key] for key in ("alpha", "eps", "momentum", "centered")] == [*settings.values(), False]
    for name, changes in {"nottingham-gru": settings, "jsb_chorales-gru": {}}.items():
        card = card_of(name, music_metrics(3.0, 3.1))
        card.training.recipe["optimiser"] = {"learning_rate": 0.003, "decay": 0.9, **OTHERS, **changes}
        write_checkpoint(tmp_path / "checkpoints", card, curve_of(3.0))
    text = " ".join(differences(read_evidence(tmp_path / "checkpoints", tmp_path / "results")))
    assert "decay 0.95 (`nottingham-gru`); 0.9 (`jsb_chorales-gru`); " in text
    assert "added to the root 0.01 (`nottingham-gru`); 1e-8 (`jsb_chorales-gru`); " in text
    assert "momentum 0.9 (`nottingham-gru`); 0 (`jsb_chorales-gru`); its norm" in text


def test_the_range_of_rates_is_as_it_is_said_to_be(paragraphs):
    assert (search.RATE_EXPONENTS, search.NUM_RATES) == ((-12.0, -6.0), 10)
    for base in (2, math.e, 10):
        low, high = (
            f"{base**exponent:.1e}".replace("e-0", "e-").replace("1.0e", "1e") for exponent in (-12, -6)
        )
        assert f"{low} to {high}" in paragraphs["Learning rates"]
    assert f"{math.exp(-9):.1e}".replace("e-0", "e-") in paragraphs["Learning rates"]


def initial(cell, representation):
    """A fresh model's parameters."""
    model = build_model(with_sizes(paper_model(cell, representation.name), representation))
    model.initialise(torch.Generator().manual_seed(1))
    return dict(model.named_parameters())


def test_initial_weights_are_as_they_are_said_to_be():
    weights = initial("lstm", PianoRoll(21, 88, 2))
    assert set(weights["cells.0.peephole"].flatten().tolist()) == {0.0}
    assert weights["cells.0.bias"].sum() == 36 and set(weights["cells.0.bias"].tolist()) == {0.0, 1.0}
    assert set(weights["head.bias"].tolist()) == {-3.0}
    means = initial("gru", Waveform(8_000, 0.0, 1.0))["head.bias"][20:220]
    assert -1 <= means.min() < -0.9 and 0.9 < means.max() <= 1


def test_noise_is_on_the_recurrent_layer_alone():
    weights = {name: value.detach()[None] for name, value in initial("lstm", PianoRoll(21, 88, 2)).items()}
    noisy = add_noise(weights, 0.075, torch.Generator().manual_seed(1))
    moved = {name for name in weights if not torch.equal(noisy[name], weights[name])}
    assert moved == {name for name in weights if name.startswith("cells.0.")} and len(moved) == 4


@pytest.mark.parametrize(
    ("title", "where_all_agree", "setting", "shown"),
    [
        ("Fall of the learning rate", "Ours stays as it is.", {"final_share": 0.01}, ("0.01", "1")),
        ("Reach of the gradient", "So does ours.", {"chunk_frames": 200}, ("200 frames", "whole sequences")),
    ],
)
def test_a_setting_is_that_of_the_recipes(paragraphs, tmp_path, title, where_all_agree, setting, shown):
    assert paragraphs[title].endswith(where_all_agree)
    card = card_of("nottingham-tanh", music_metrics(3.0, 3.1))
    card.training.recipe["optimiser"] |= setting
    write_checkpoint(tmp_path / "checkpoints", card, curve_of(3.0))
    text = " ".join(differences(read_evidence(tmp_path / "checkpoints", tmp_path / "results")))
    assert f"{shown[0]} (`nottingham-tanh`); {shown[1]} (`nottingham-gru` and `jsb_chorales-gru`)." in text


def test_no_setting_of_the_optimiser_is_passed_over():
    """Somebody who adds a setting to the recipe adds what the report says of it, and its name here.

    What is not theirs needs no sentence: fits that are compared with the paper's keep these values.
    """
    not_theirs = {"method": "rmsprop", "warm_up": 0, "weight_decay": 0.0, "products": "float32"}
    assert set(Optimiser.model_fields) == {"learning_rate", "decay", *OTHERS, *FORMER_SETTINGS, *not_theirs}
    for corpus, cell in product(TABLE_2, PAPER_CELLS):
        settings = read_recipe(f"{corpus.ours}-{cell}").optimiser
        assert {key: getattr(settings, key) for key in not_theirs} == not_theirs


def test_every_paragraph_says_something(paragraphs):
    assert len(paragraphs) == 17
    assert all(len(text) > 60 and text.endswith((".", "`.")) for text in paragraphs.values())


def test_one_setting_of_a_whole_corpus_bears_its_name(tmp_path):
    for name in ("nottingham-gru", "nottingham-tanh", "jsb_chorales-gru"):
        card = card_of(name, music_metrics(3.0, 3.1))
        card.training.recipe["max_epochs"] = 40 if name.startswith("n") else 60
        write_checkpoint(tmp_path / "checkpoints", card, curve_of(3.0))
    text = " ".join(differences(read_evidence(tmp_path / "checkpoints", tmp_path / "results")))
    assert "40 (Nottingham); 60 (`jsb_chorales-gru`)" in text


def test_fits_that_the_last_epoch_ended_are_named(tmp_path):
    """Best at epoch 35 of 40 with a patience of 10: it might have gone on."""
    card = card_of("nottingham-gru", music_metrics(3.0, 3.1))
    write_checkpoint(tmp_path / "checkpoints", card, curve_of(3.0, best_epoch=35))
    text = " ".join(differences(read_evidence(tmp_path / "checkpoints", tmp_path / "results")))
    assert "Ended by the last epoch, so they might have gone lower: `nottingham-gru`." in text
    assert "fell on validation" not in text, "it rose at last"


def test_how_fast_a_curve_still_falls_is_said(tmp_path):
    card = card_of("nottingham-gru", music_metrics(3.0, 3.1))
    write_checkpoint(tmp_path / "checkpoints", card, curve_of(3.0, best_epoch=40))
    text = " ".join(differences(read_evidence(tmp_path / "checkpoints", tmp_path / "results")))
    # of 40 epochs the last 4, in which curve_of falls by 3 exp(-n / 5)
    slope = (math.exp(-36 / 5) - math.exp(-40 / 5)) * 3 / 4
    assert f"over the last tenth, an epoch: `nottingham-gru` {slope:.4f}." in text


def test_what_no_card_tells_is_not_made_up(tmp_path):
    text = " ".join(differences(read_evidence(tmp_path, tmp_path)))
    assert "None" not in text and "nan" not in text.split()
    assert "No music model is fitted yet." in text
