"""The best models: small enough, exact, without a look at what is to come, and as good as their cards say."""

from functools import cache
from pathlib import Path

import pytest
import torch

from engine.checkpoints.card import Card
from engine.checkpoints.checkpoint import CHECKPOINTS, available, load, read_card
from engine.sampling.options import SamplingOptions
from engine.sampling.sample import sample
from tests import golden_likelihoods
from tests.oracles.joint_oracle import joint_log_probs
from tests.oracles.sample_oracle import sample_log_probs
from training.corpora import CorpusData, load_data, open_corpus
from training.fitting.recipe import make_recipe, read_recipe

BEST = [name for name in available(CHECKPOINTS) if name.endswith("-best")]
EVERY_BEST = pytest.mark.parametrize("name", BEST)
MAX_BYTES = 4_500_000
EXACT = {"rel": 0, "abs": 1e-4}
NUM_PIECES = 3  # whose likelihoods are computed a second time, in numpy
NUM_FRAMES = {True: 60, False: 40}  # of each of these pieces, from its start: of notes, of sound
NUM_READ = {True: 300, False: 100}  # of the longest piece, of which the second half is changed


@cache
def loaded_data(corpus: str, folder: Path, samples_per_frame: int | None) -> CorpusData:
    """A corpus, read once; no test changes it."""
    return load_data(open_corpus(corpus, folder), samples_per_frame)


def data_of(card: Card, folder: Path) -> CorpusData:
    """The model's corpus, as the model was fitted to it."""
    return loaded_data(card.corpus.name, folder, card.training.recipe.get("samples_per_frame"))


@EVERY_BEST
def test_each_is_what_its_recipe_gives_and_no_larger_than_may_be(name):
    card = read_card(name)
    assert make_recipe(card.training.recipe) == read_recipe(name)
    assert card.name == f"{card.corpus.name}-best" and card.has_joint_notes == card.facts.holds_notes
    assert (CHECKPOINTS / name / "model.safetensors").stat().st_size <= MAX_BYTES
    assert set(card.metrics) == {"train", "valid", "test"}


@pytest.mark.parametrize("name", golden_likelihoods.SLOW)
def test_what_the_card_claims_follows_from_its_pieces(name):
    scores, weights = golden_likelihoods.kept(name)
    card = read_card(name)
    assert weights == card.weights_sha256, "python -m tests.golden_likelihoods"
    figures = golden_likelihoods.figures(scores, card.representation.get("samples_per_frame", 1))
    assert len(figures) > 2
    assert {key: card.metrics["test"][key] for key in figures} == pytest.approx(figures, **EXACT)


@pytest.mark.slow
@pytest.mark.parametrize("name", golden_likelihoods.SLOW)
def test_some_pieces_are_as_likely_as_they_were(name, corpora_folder):
    """All pieces take minutes; any change of how likelihoods are computed is seen on any of them."""
    checkpoint = load(name)
    data = golden_likelihoods.ordered(data_of(checkpoint.card, corpora_folder))
    expected, _ = golden_likelihoods.kept(name)
    num = len(data.splits["test"])
    assert num == expected["whole"].num_sequences
    chosen = range(0, num, num // NUM_PIECES)[:NUM_PIECES]
    for key, score in golden_likelihoods.score(checkpoint, data, chosen).items():
        frames = score.num_frames
        assert torch.equal(frames, expected[key].num_frames[chosen])
        torch.testing.assert_close(
            score.totals / frames, expected[key].totals[chosen] / frames, rtol=0, atol=EXACT["abs"]
        )


@EVERY_BEST
def test_the_likelihood_of_some_pieces_is_that_of_a_plain_loop(name, corpora_folder):
    checkpoint = load(name)
    by_hand = joint_log_probs if checkpoint.card.facts.holds_notes else sample_log_probs
    pieces = sorted(data_of(checkpoint.card, corpora_folder).splits["test"], key=len)
    for piece in pieces[:: len(pieces) // NUM_PIECES][:NUM_PIECES]:
        frames = piece[None, : NUM_FRAMES[checkpoint.card.facts.holds_notes]]
        log_probs = checkpoint.model(frames)[0].log_prob(frames)[0].numpy()
        expected = by_hand(CHECKPOINTS / name, frames[0].double().numpy())
        assert log_probs == pytest.approx(expected, abs=2e-3)
        assert log_probs.mean() == pytest.approx(expected.mean(), **EXACT)


@EVERY_BEST
def test_later_frames_move_no_earlier_figure(name, corpora_folder):
    checkpoint = load(name)
    pieces = data_of(checkpoint.card, corpora_folder).splits["valid"]
    piece = max(pieces, key=len)[: NUM_READ[checkpoint.card.facts.holds_notes]]
    changed = piece.clone()
    middle = len(piece) // 2
    changed[middle:] = 1 - changed[middle:]
    before, after = (
        checkpoint.model(frames[None])[0].log_prob(frames[None])[0] for frames in (piece, changed)
    )
    torch.testing.assert_close(before[:middle], after[:middle], rtol=0, atol=1e-5)  # products of other sizes
    assert not torch.isclose(before[middle:], after[middle:]).any()


@pytest.mark.parametrize(
    ("name", "length", "num_keys"), [("jsb_chorales-best", 1_600, 13), ("nottingham-best", 20_000, 1)]
)
def test_a_piece_ten_times_longer_than_any_of_training_is_scored_and_sampled(name, length, num_keys):
    model = load(name).model if num_keys > 1 else load(name).model.network
    assert model.num_keys == num_keys
    frames = torch.zeros(1, length, 88)
    frames[:, ::4, [39, 43, 46]] = 1
    with torch.no_grad():
        assert model(frames)[0].log_prob(frames).isfinite().all()
    drawn = torch.stack(list(sample(model, SamplingOptions(40, seed=3), prime=frames[0])))
    assert drawn.shape == (40, 88) and set(drawn.unique().tolist()) <= {0.0, 1.0}
