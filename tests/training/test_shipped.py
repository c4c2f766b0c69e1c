"""The shipped checkpoints of the paper: whole, of its sizes, and as good as their cards say."""

import hashlib
import json

import pytest

from engine.checkpoints.checkpoint import CHECKPOINTS, available, load, read_card
from tests import golden_likelihoods
from tests.oracles.oracle import Oracle
from training import __main__ as program
from training.corpora import open_corpus
from training.fitting.recipe import make_recipe, read_recipe, recipe_names
from training.fitting.run_state import RunCurve
from training.paper import TABLE_2, models_of
from training.publishing.model_card import model_card
from training.publishing.publish import corpus_facts

TOLERANCE = 1e-4  # nats a frame: float32 against float64, and one machine against another
AT_OR_UNDER = ("jsb_chorales", "piano_midi")  # corpora where all three cells reach the printed figure
# the -best models have tests of their own
RECIPES = [name for name in recipe_names() if not name.endswith("-best")]
SHIPPED = [name for name in available(CHECKPOINTS) if name in RECIPES]
EVERY_CHECKPOINT = pytest.mark.parametrize("name", SHIPPED)
EXACT = {"rel": 0, "abs": TOLERANCE}


def test_every_recipe_has_its_checkpoint():
    assert RECIPES == SHIPPED


@pytest.mark.parametrize("corpus", sorted({read_card(name).corpus.name for name in available(CHECKPOINTS)}))
def test_cards_say_of_their_corpus_what_it_says_of_itself(corpus, corpora_folder):
    """All facts, such as how high it is written and played: noted at publishing; older cards were amended."""
    source = open_corpus(corpus, corpora_folder)
    facts = corpus_facts(source, source.load())
    for name in available(CHECKPOINTS):
        if read_card(name).corpus.name == corpus:
            assert read_card(name).corpus == facts
    assert facts.played_semitones == (-12 if corpus == "jsb_chorales" else 0)


@EVERY_CHECKPOINT
def test_each_is_whole(name):
    folder = CHECKPOINTS / name
    assert {path.name for path in folder.iterdir()} == {
        *("model.safetensors", "card.json", "README.md", "curve.json")
    }
    weights = (folder / "model.safetensors").read_bytes()
    assert hashlib.sha256(weights).hexdigest() == read_card(name).weights_sha256
    assert (folder / "README.md").read_text(encoding="utf-8") == model_card(read_card(name))
    curve = json.loads((folder / "curve.json").read_text(encoding="utf-8"))
    assert set(curve) == set(RunCurve.__dataclass_fields__)
    assert {len(values) for values in curve.values()} == {read_card(name).training.epochs}
    assert curve["update"][-1] == read_card(name).training.updates
    assert curve["seconds"] == sorted(curve["seconds"])


@EVERY_CHECKPOINT
def test_each_is_what_its_recipe_gives(name):
    card = read_card(name)
    assert name == f"{card.corpus.name}-{card.cell}"
    assert make_recipe(card.training.recipe) == read_recipe(name)
    curve = json.loads((CHECKPOINTS / name / "curve.json").read_text(encoding="utf-8"))
    best = min(curve["valid_nats_per_frame"])
    kept = card.metrics["valid"].get("nats_per_frame", card.metrics["valid"].get("nats_per_step"))
    assert kept == pytest.approx(best, **EXACT)
    waited = card.training.epochs - 1 - curve["valid_nats_per_frame"].index(best)
    recipe = card.training.recipe
    assert waited == recipe["patience"] or card.training.epochs == recipe["max_epochs"]


@EVERY_CHECKPOINT
def test_each_has_the_sizes_of_the_paper(name):
    checkpoint = load(name)
    card = checkpoint.card
    assert [cell["hidden_size"] for cell in card.model["cells"]] == [
        models_of(checkpoint.representation.name).units[card.cell]
    ]
    assert card.num_parameters == sum(value.numel() for value in checkpoint.model.parameters())
    assert card.num_recurrent_parameters == sum(
        value.numel() for value in checkpoint.model.cells.parameters()
    )
    if checkpoint.representation.name == "waveform":
        head = card.model["head"]
        assert (head["num_components"], head["frame_size"], card.model["context_frames"]) == (20, 10, 2)
        assert head["min_log_scale"] == pytest.approx(checkpoint.representation.min_log_scale, abs=1e-12)


@pytest.mark.parametrize("name", [name for name in SHIPPED if name.startswith(tuple(AT_OR_UNDER))])
def test_what_is_at_or_under_the_papers_figure_stays_there(name):
    """With either average."""
    card = read_card(name)
    limit = {corpus.ours: corpus.test for corpus in TABLE_2}[card.corpus.name][card.cell]
    assert card.metrics["test"]["nats_per_frame"] <= limit
    assert card.metrics["test"]["nats_per_frame_sequence_mean"] <= limit


@pytest.mark.parametrize("name", [name for name in SHIPPED if name not in golden_likelihoods.SLOW])
def test_evaluate_prints_the_card_and_what_the_equations_give(name, corpora_folder, capsys):
    """The command on the real test split, the card, and a float64 numpy loop over the saved weights."""
    given = ["evaluate", name, "--split", "test", "--json", "--corpora", str(corpora_folder)]
    assert program.main(given) == 0
    figures = json.loads(capsys.readouterr().out)
    card = read_card(name)
    assert {key: figures[key] for key in card.metrics["test"]} == pytest.approx(card.metrics["test"], **EXACT)
    sequences = open_corpus(card.corpus.name, corpora_folder).load().splits["test"]
    expected = Oracle(CHECKPOINTS / name).metrics([sequence.numpy() for sequence in sequences])
    assert {key: figures[key] for key in expected} == pytest.approx(expected, **EXACT)


@pytest.mark.parametrize("name", [name for name in SHIPPED if name not in golden_likelihoods.SLOW])
def test_validation_is_as_on_the_card(name, corpora_folder, capsys):
    given = ["evaluate", name, "--split", "valid", "--json", "--corpora", str(corpora_folder)]
    assert program.main(given) == 0
    figures = json.loads(capsys.readouterr().out)
    expected = read_card(name).metrics["valid"]
    assert {key: figures[key] for key in expected} == pytest.approx(expected, **EXACT)
