"""A cell is added by its own file and one entry: here a made-up cell goes from fitting to the report."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.cells import CELLS, Cell, State, cell_title
from engine.cells.cell import fill_matrix
from engine.models.model_spec import build_model
from tests.additions.whole_way import WholeWay
from tests.engine.small_models import binary_frames, randomise
from training.fitting.population import log_probs, stack_weights
from training.report.leaderboard import architecture, our_entries

NAME = "min_gru"


class MinGRUCell(Cell):
    """The minimal GRU of Feng et al. 2024, arXiv 2410.01201: its gate depends on the input alone.

    z_t  = sigmoid(W_z x_t + b_z)              update
    h~_t = W_h x_t + b_h                       candidate
    h_t  = (1 - z_t) * h_{t-1} + z_t * h~_t
    """

    title = "MinGRU"

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__(input_size, hidden_size)
        self.input_weight = nn.Parameter(torch.zeros(2 * hidden_size, input_size))
        self.bias = nn.Parameter(torch.zeros(2 * hidden_size))

    def initial_state(self, batch_size: int) -> State:
        return (self.zeros(batch_size),)

    def drive(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.input_weight, self.bias)

    def advance(self, drive: Tensor, state: State) -> State:
        update, candidate = drive.chunk(2, -1)
        return (torch.lerp(state[0], candidate, update.sigmoid()),)

    def initialise(self, rng: torch.Generator) -> None:
        for weight in self.input_weight.data.split(self.hidden_size):
            fill_matrix(weight, rng)
        nn.init.zeros_(self.bias)


class UntitledCell(MinGRUCell):
    """The same, by somebody who gave it no title."""

    title = ""


@pytest.fixture(scope="module")
def way(tmp_path_factory) -> Iterator[WholeWay]:
    """The cell is registered while this file's tests run, and fitted once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(CELLS, NAME, MinGRUCell)
        way = WholeWay(tmp_path_factory.mktemp("cell"), "mine")
        way.fit("--corpus", way.corpus, "--cell", NAME, "--name", "mine", "--units", "5")
        yield way


def test_it_is_fitted_by_the_command_line_and_read_by_the_engine(way):
    way.check_files()
    assert way.checkpoint.card.cell == NAME
    assert [type(cell) for cell in way.checkpoint.model.cells] == [MinGRUCell]


def test_it_is_drawn_from(way):
    way.check_draws()


def test_it_is_scored(way, capsys):
    way.check_figures(capsys)


def test_the_app_shows_and_draws_it_by_its_title(way, monkeypatch):
    assert way.label() == "mine: MinGRU"
    way.check_lane(monkeypatch, "mine: MinGRU")


def test_without_a_title_it_is_called_as_it_is_registered(way, monkeypatch):
    monkeypatch.setitem(CELLS, NAME, UntitledCell)
    assert way.label() == "mine: min_gru"


def test_the_report_has_a_name_for_it(way):
    """A checkpoint of a cell that the paper does not have once ended the report with a KeyError."""
    card = way.checkpoint.card
    assert architecture(card.model) == "MinGRU of 5 units, Bernoulli head"
    assert [standing.method for standing in our_entries([card])] == ["Earshot, MinGRU of the paper's size"]


def test_several_are_fitted_side_by_side_as_a_search_does(way):
    """A search fits all learning rates as one vectorised model, which must work for any cell."""
    spec = way.checkpoint.card.model
    models = [randomise(build_model(spec).double(), seed) for seed in (1, 2)]
    frames = binary_frames(3, 4, models[0].frame_size)
    together = log_probs(models[0], stack_weights(models), frames)
    alone = [model(frames)[0].log_prob(frames) for model in models]
    torch.testing.assert_close(together, torch.stack(alone))


def test_titles_of_cells_shipped_or_not():
    names = ("tanh", "gru", "lstm", "attention", "somebody_elses")
    assert [cell_title(name) for name in names] == ["tanh", "GRU", "LSTM", "attention", "somebody_elses"]
