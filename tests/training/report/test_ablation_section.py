"""The ablation's table and its sentence, from made-up results."""

import pytest

from training.report.ablation_section import ablation_section
from training.searching.ablation import ablation_recipes
from training.searching.series import FitResult

WORTH = {"note_list": -3.0, "attention": -0.5, "gru": -0.25, "lstm": -0.125}


def results(names: list[str] | None = None) -> dict[str, FitResult]:
    """Ten nats, less what each part is worth."""
    fits = {}
    for recipe in ablation_recipes(("nottingham",)):
        nats = 10.0 + sum(worth for part, worth in WORTH.items() if part in recipe.name.split("-"))
        fits[recipe.name] = FitResult(
            recipe=recipe.model_dump(), epochs=20, best_epoch=19, seconds=50.0,
            metrics={"test": {"nats_per_frame": nats}},
        )  # fmt: skip
    return {name: fits[name] for name in names or fits}


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return ablation_section(results())


def test_every_model_has_its_place(lines):
    rows = [line for line in lines if line.startswith("| ")][2:]
    assert rows == [
        "| independent notes | no memory | 10.000 (2.5 s) | 9.750 (2.5 s) | 9.875 (2.5 s) |",
        "| independent notes | attention to the past | 9.500 (2.5 s) | 9.250 (2.5 s) | 9.375 (2.5 s) |",
        "| note list | no memory | 7.000 (2.5 s) | 6.750 (2.5 s) | 6.875 (2.5 s) |",
        "| note list | attention to the past | 6.500 (2.5 s) | 6.250 (2.5 s) | 6.375 (2.5 s) |",
    ]


def test_it_says_what_each_part_is_worth(lines):
    (sentence,) = (line for line in lines if line.startswith("Mean change"))
    assert "independent notes -3.000 (from -3.000 to -3.000)" in sentence
    assert "attention to the past -0.500" in sentence
    assert "GRU in the place of tanh -0.250" in sentence and "LSTM in the place of tanh -0.125" in sentence


def test_it_says_how_many_were_still_falling(lines):
    assert not any("last epoch" in line for line in lines)
    fits = results()
    for name in list(fits)[:5]:
        fits[name] = fits[name].model_copy(update={"best_epoch": 20})
    (sentence,) = (line for line in ablation_section(fits) if "last epoch" in line)
    assert sentence.startswith("5 of the 12 were at their best")


def test_with_few_models_the_others_are_dashes():
    few = ablation_section(results(["nottingham-bernoulli-gru-none"]))
    assert "| independent notes | no memory | – | 9.750 (2.5 s) | – |" in few
    assert not any(line.startswith("Mean change") for line in few)
    assert ablation_section({}) == []
