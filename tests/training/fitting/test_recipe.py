"""Recipes: the paper's settings, and clear words for those that cannot be meant."""

import json
from dataclasses import replace

import pytest

from engine.cells import CELLS
from engine.errors import InvalidValueError, UnknownNameError
from engine.heads import HEADS
from engine.models.model_spec import build_model, with_sizes
from engine.representations.piano_roll import PianoRoll
from engine.representations.waveform import Waveform
from training.corpora import CORPORA, representation_name_of
from training.fitting.recipe import make_recipe, read_recipe, recipe_names
from training.fitting.reshaped_model import of_corpus, with_cell, with_layers, with_units
from training.fitting.settings import Optimiser
from training.paper import paper_model

MODEL = paper_model("gru", "piano_roll")
VALUES = {"name": "mine", "corpus": "jsb_chorales", "model": MODEL}
MUSIC, SPEECH = PianoRoll(21, 88, 1), Waveform(16_000, 0.0, 0.1)


@pytest.mark.parametrize("name", recipe_names())
def test_each_shipped_recipe_names_what_exists(name):
    recipe = read_recipe(name)
    assert recipe.corpus in CORPORA
    best = name.endswith("-best")
    cell = recipe.model["cells"][0]["name"]
    assert recipe.name == name == f"{recipe.corpus}-{'best' if best else cell}"
    representation = SPEECH if recipe.corpus in ("spoken_digits", "voice_prompts") else MUSIC
    assert representation_name_of(recipe.corpus) == representation.name
    assert build_model(recipe.model_spec(representation, 9)).frame_size == representation.frame_size
    assert best or recipe.model == paper_model(cell, representation.name)


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
    spec = with_sizes(paper_model(cell, representation.name), representation)
    assert spec["cells"] == [
        {
            "name": cell,
            "input_size": representation.frame_size * representation.context_frames,
            "hidden_size": units,
        }
    ]


@pytest.mark.parametrize("representation", [MUSIC, SPEECH])
@pytest.mark.parametrize("cell", CELLS)
def test_layers_fit_on_each_other(cell, representation):
    model = paper_model(cell, representation.name, units=8, num_layers=3)
    recipe = make_recipe({**VALUES, "model": model})
    assert [c.hidden_size for c in build_model(recipe.model_spec(representation)).cells] == [8, 8, 8]


def test_a_recipe_may_say_how_many_frames_are_read():
    spec = with_sizes({**paper_model("gru", SPEECH.name), "context_frames": 5}, SPEECH)
    assert spec["context_frames"] == 5 and spec["cells"][0]["input_size"] == 5 * SPEECH.frame_size
    assert build_model(spec).context_frames == 5


@pytest.mark.parametrize("head", HEADS)
def test_every_head_can_be_named_and_is_given_its_sizes(head):
    representation = MUSIC if HEADS[head].events == MUSIC.events else SPEECH
    representation = replace(SPEECH, mean=0.0) if head == "logistic_mixture" else representation
    own = {
        "note_list": {"num_units": 5},
        "gaussian_mixture": {"num_components": 3},
        "logistic_mixture": {"num_units": 5, "num_components": 3},
    }.get(head, {})
    recipe = make_recipe({**VALUES, "model": {**MODEL, "head": {"name": head, **own}}})
    model = build_model(recipe.model_spec(representation))
    assert type(model.head) is HEADS[head] and model.frame_size == representation.frame_size
    with pytest.raises(InvalidValueError, match=f"the head '{head}' is for {representation.events}"):
        recipe.model_spec(SPEECH if representation is MUSIC else MUSIC)


BEST = read_recipe("jsb_chorales-best").model


def test_a_cell_is_exchanged_for_one_as_wide_as_the_paper_has_it_or_as_the_old_one():
    assert with_cell(MODEL, "lstm", "piano_roll") == paper_model("lstm", "piano_roll")
    assert with_cell(with_units(MODEL, 5), "lstm", "piano_roll") == paper_model("lstm", "piano_roll", 5)
    cells = with_cell(BEST, "tanh", "piano_roll")["cells"]
    assert [(cell["name"], cell["hidden_size"]) for cell in cells] == 2 * [("tanh", 256), ("attention", 256)]
    assert cells[1::2] == BEST["cells"][1::2]


def test_layers_are_added_with_what_stands_on_them():
    assert with_layers(MODEL, 3)["cells"] == 3 * MODEL["cells"]
    assert with_layers(BEST, 1)["cells"] == BEST["cells"][:2] and with_layers(BEST, 2) == BEST
    assert [cell["hidden_size"] for cell in with_units(BEST, 8)["cells"]] == [8] * 4


def test_another_kind_of_corpus_gets_the_papers_model_for_it():
    for count in (1, 2):
        music, speech = (paper_model("gru", kind, None, count) for kind in ("piano_roll", "waveform"))
        assert of_corpus(music, "piano_roll", "waveform") == speech
    narrow = with_units(MODEL, 5)
    assert of_corpus(narrow, "piano_roll", "waveform") == paper_model("gru", "waveform", 5)
    assert of_corpus(BEST, "piano_roll", "waveform") == BEST


def model_changes(**changes: object) -> dict[str, object]:
    return {"model": {**MODEL, **changes}}


def cell_changes(**changes: object) -> dict[str, object]:
    return model_changes(cells=[{**MODEL["cells"][0], **changes}])


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (cell_changes(nmae=1), "has an unknown key 'nmae'; it takes: input_size, hidden_size"),
        (cell_changes(name="attention", hidden_size=8, window=-1), "window=-1 must be a positive integer"),
        (model_changes(head={"name": "note_list", "num_units": 0}), "num_units=0 must be a positive integer"),
        (model_changes(head={"name": "note_list"}), "lacks 'num_units'"),
        (model_changes(transpositions=12), "transpositions=12 must be from 0 to 11 semitones"),
    ],
)
def test_a_part_that_cannot_be_built_is_named_before_anything_is_fitted(part, message):
    with pytest.raises(InvalidValueError, match=message):
        build_model(make_recipe({**VALUES, **part}).model_spec(MUSIC))


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        (cell_changes(name="grru"), UnknownNameError, "unknown cell 'grru'; known: .*did you mean 'gru'"),
        ({"modl": 1}, UnknownNameError, "unknown recipe key 'modl'; known: begins_.*did you mean 'model'"),
        (
            model_changes(head={"name": "note_lst"}),
            UnknownNameError,
            "unknown head 'note_lst'.*mean 'note_list'",
        ),
        (model_changes(head={}), InvalidValueError, "a head needs a 'name', one of: bernoulli, "),
        (model_changes(members=2), InvalidValueError, "a model spec holds 'cells' .* and nothing else"),
        ({"model": 3}, InvalidValueError, "recipe: model: .*dictionary"),
        ({"cell": "gru"}, InvalidValueError, "'cell' is a key of recipes of an earlier Earshot"),
        ({"optimiser": {"nesterov": 1.0}}, UnknownNameError, "'nesterov'; known: batch_size, chunk_frames"),
        (
            {"regularisation": {"drop": 0.1}},
            UnknownNameError,
            "'drop'; known: any_start, averaging, dropout",
        ),
        ({"regularisation": {"dropout": 1.0}}, InvalidValueError, "dropout: .*less than 1"),
        ({"name": "Mine!"}, InvalidValueError, "'Mine!' must be lower-case"),
        ({"name": "../mine"}, InvalidValueError, "'../mine' must be lower-case"),
        ({"name": "m" * 81}, InvalidValueError, "name: .*at most 80"),
        (
            cell_changes(hidden_size=0),
            InvalidValueError,
            r"hidden_size: .*greater than or equal to 1 \(given: 0\)",
        ),
        (cell_changes(hidden_size=10**9), InvalidValueError, "hidden_size: .*less than or equal to"),
        (cell_changes(hidden_size=None), InvalidValueError, "hidden_size: .*valid integer"),
        (
            model_changes(cells=33 * MODEL["cells"]),
            InvalidValueError,
            "number of cells: .*less than or equal to 32",
        ),
        (model_changes(context_frames=0), InvalidValueError, "context_frames: .*greater than or equal to 1"),
        (model_changes(context_frames="2"), InvalidValueError, "context_frames: .*valid integer"),
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
        (b"[1]", "recipe: the file: "),
        (b"null", "recipe: the file: "),
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
