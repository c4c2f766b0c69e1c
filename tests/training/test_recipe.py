"""Recipes: the paper's settings, and clear words for those that cannot be meant."""

import json

import pytest

from engine.errors import InvalidValueError, UnknownNameError
from engine.model_spec import build_model
from engine.representations.piano_roll import PianoRoll
from engine.representations.waveform import Waveform
from training.corpora import CORPORA
from training.recipe import RECURRENT, make_recipe, read_recipe, recipe_names
from training.settings import Optimiser

VALUES = {"name": "mine", "corpus": "jsb_chorales", "cell": "gru"}
MUSIC, SPEECH = PianoRoll(21, 88, 1), Waveform(16_000, 0.0, 0.1)


@pytest.mark.parametrize("name", recipe_names())
def test_each_shipped_recipe_names_what_exists(name):
    recipe = read_recipe(name)
    assert recipe.corpus in CORPORA
    best = name.endswith("-best")
    assert recipe.name == name == f"{recipe.corpus}-{'best' if best else recipe.cell}"
    representation = SPEECH if recipe.corpus in ("spoken_digits", "voice_prompts") else MUSIC
    model = build_model(recipe.model_spec(representation))
    by_default = make_recipe({**VALUES, "cell": recipe.cell}).model_spec(representation)
    assert best or model.cells[0].hidden_size == by_default["cells"][0]["hidden_size"]


def test_the_defaults_are_the_procedure_of_the_paper():
    assert (Optimiser().weight_noise, Optimiser().max_gradient_norm) == (0.075, 1.0)


@pytest.mark.parametrize(
    ("representation", "cell", "units"),
    [
        *((MUSIC, cell, units) for cell, units in (("tanh", 100), ("gru", 46), ("lstm", 36))),
        *((SPEECH, cell, units) for cell, units in (("tanh", 400), ("gru", 227), ("lstm", 195))),
    ],
)
def test_units_are_those_of_the_paper(representation, cell, units):
    spec = make_recipe({**VALUES, "cell": cell}).model_spec(representation)
    assert spec["cells"] == [
        {
            "name": cell,
            "input_size": representation.frame_size * representation.context_frames,
            "hidden_size": units,
        }
    ]


@pytest.mark.parametrize("representation", [MUSIC, SPEECH])
@pytest.mark.parametrize("cell", RECURRENT)
def test_layers_fit_on_each_other(cell, representation):
    spec = make_recipe({**VALUES, "cell": cell, "num_layers": 3, "hidden_size": 5}).model_spec(representation)
    assert [c.hidden_size for c in build_model(spec).cells] == [5, 5, 5]


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"cell": "grru"}, UnknownNameError, "unknown cell 'grru'; known: .*did you mean 'gru'"),
        ({"cels": 1}, UnknownNameError, "unknown recipe key 'cels'; known: cell, .*did you mean 'cell'"),
        ({"optimiser": {"nesterov": 1.0}}, UnknownNameError, "'nesterov'; known: batch_size, chunk_frames"),
        (
            {"regularisation": {"drop": 0.1}},
            UnknownNameError,
            "'drop'; known: averaging, dropout, list_dropout",
        ),
        ({"regularisation": {"dropout": 1.0}}, InvalidValueError, "dropout: .*less than 1"),
        ({"memory": {"window": -1}}, InvalidValueError, r"memory.window: .*equal to 1 \(given: -1\)"),
        ({"joint_head": {"num_units": 0}}, InvalidValueError, "joint_head.num_units: .*equal to 1"),
        ({"cell": "attention"}, UnknownNameError, "unknown cell 'attention'; known: gru, lstm, tanh"),
        ({"name": "Mine!"}, InvalidValueError, "'Mine!' must be lower-case"),
        ({"name": "../mine"}, InvalidValueError, "'../mine' must be lower-case"),
        ({"name": "m" * 81}, InvalidValueError, "name: .*at most 80"),
        ({"hidden_size": 0}, InvalidValueError, r"hidden_size: .*greater than or equal to 1 \(given: 0\)"),
        ({"hidden_size": 10**9}, InvalidValueError, "hidden_size: .*less than or equal to"),
        ({"num_layers": 17}, InvalidValueError, "num_layers: .*less than or equal to 16"),
        ({"max_epochs": 0}, InvalidValueError, "max_epochs"),
        ({"patience": 0}, InvalidValueError, "patience"),
        ({"seed": -1}, InvalidValueError, "seed"),
        ({"seed": 2**31}, InvalidValueError, "seed"),
        ({"seed": 1.5}, InvalidValueError, "seed"),
        (
            {"optimiser": {"learning_rate": 0.0}},
            InvalidValueError,
            "optimiser.learning_rate: .*greater than 0",
        ),
        ({"optimiser": {"learning_rate": float("nan")}}, InvalidValueError, "finite"),
        ({"optimiser": {"decay": 1.0}}, InvalidValueError, "less than 1"),
        ({"optimiser": {"batch_size": 0}}, InvalidValueError, "optimiser.batch_size"),
        ({"optimiser": {"weight_noise": -0.1}}, InvalidValueError, "optimiser.weight_noise"),
        ({"optimiser": 3}, InvalidValueError, "optimiser"),
    ],
)
def test_what_cannot_be_meant_is_refused(changes, error, message):
    with pytest.raises(error, match=message):
        make_recipe({**VALUES, **changes})


@pytest.mark.parametrize("key", VALUES)
def test_what_is_missing_is_named(key):
    with pytest.raises(InvalidValueError, match=f"recipe: {key}: field required"):
        make_recipe({k: v for k, v in VALUES.items() if k != key})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"{", "is not valid JSON"),
        (b"", "is not valid JSON"),
        (b"\xff\xfe", "is not valid JSON"),
        (b"[1]", "recipe: the whole: "),
        (b"null", "recipe: the whole: "),
    ],
)
def test_a_broken_file_is_refused(tmp_path, text, message):
    (tmp_path / "mine.json").write_bytes(text)
    for name, folder in (("mine", tmp_path), (str(tmp_path / "mine.json"), tmp_path / "other")):
        with pytest.raises(InvalidValueError, match=message):
            read_recipe(name, folder)


def test_a_recipe_survives_json(tmp_path):
    recipe = make_recipe({**VALUES, "optimiser": {"learning_rate": 0.1 + 0.2}})
    (tmp_path / "mine.json").write_text(json.dumps(recipe.model_dump()))
    assert read_recipe("mine", tmp_path) == recipe


def test_a_name_that_no_file_can_have_is_refused():
    with pytest.raises(InvalidValueError, match="cannot be read"):
        read_recipe("x" * 500)


@pytest.mark.parametrize("name", ["jsb_chorales-gr", "", "no/such.json", "\0"])
def test_an_unknown_recipe_is_named_with_the_known(name):
    with pytest.raises(UnknownNameError, match="known: jsb_chorales-best, jsb_chorales-gru, "):
        read_recipe(name)
