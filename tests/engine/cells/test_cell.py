"""What holds for every registered cell, and the paper's parameter counts."""

import pytest
import torch

from engine.cells import CELLS, Cell
from engine.cells.recurrences.recurrence import run_steps
from engine.errors import InvalidValueError
from engine.registry import build
from tests.engine.small_models import SMALL, seeded, small_cell, spec_of

every_cell = pytest.mark.parametrize("constructor", CELLS.values(), ids=CELLS.keys())


def inputs(batch: int, time: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(batch, time, SMALL["input_size"], generator=seeded(seed), dtype=torch.float64)


def fresh_cell(constructor: type[Cell], **sizes: int) -> Cell:
    return build("cell", {"": constructor}, spec_of("", constructor, **sizes))


@every_cell
def test_the_first_state_is_zeros_of_the_weights_type_batch_first(constructor):
    state = small_cell(constructor).initial_state(4)
    assert isinstance(state, tuple) and state[0].shape == (4, SMALL["hidden_size"])
    assert all(len(part) == 4 and part.dtype == torch.float64 and not part.any() for part in state)


@every_cell
def test_an_unroll_equals_stepping(constructor):
    cell, xs = small_cell(constructor), inputs(3, 20)
    state = stepped = cell.initial_state(3)
    outputs, state = cell.unroll(xs, state)
    for time in range(20):
        stepped = cell(xs[:, time], stepped)
        torch.testing.assert_close(outputs[:, time], stepped[0], rtol=0, atol=1e-14)
    torch.testing.assert_close(state, stepped, rtol=0, atol=1e-14)


@every_cell
def test_an_unroll_in_two_parts_is_the_whole_one(constructor):
    cell, xs = small_cell(constructor), inputs(2, 9)
    whole, end = cell.unroll(xs, cell.initial_state(2))
    first, state = cell.unroll(xs[:, :4], cell.initial_state(2))
    second, state = cell.unroll(xs[:, 4:], state)
    torch.testing.assert_close(torch.cat((first, second), 1), whole, rtol=0, atol=1e-14)
    torch.testing.assert_close(state, end, rtol=0, atol=1e-14)


@pytest.mark.parametrize("name", ["tanh", "gru", "lstm"])
def test_populations_of_populations_are_as_each_by_itself(name):
    """Weights that only the inner population has were once paired with the wrong ones of the outer."""
    cells = [small_cell(CELLS[name], seed) for seed in (1, 2)]
    state, names = cells[0].initial_state(3), cells[0].recurrent_names
    weights = tuple(torch.stack([getattr(cell, name) for cell in cells]) for name in names)
    drives = torch.stack([cells[0].drive(inputs(3, 5, seed)) for seed in (3, 4, 5)])

    def outputs(drive, *weights):
        return run_steps(cells[0].recurrence, drive, state, weights)[0]

    together = torch.vmap(lambda drive: torch.vmap(lambda *own: outputs(drive, *own))(*weights))(drives)
    alone = [[outputs(drive, *own) for own in zip(*weights, strict=True)] for drive in drives]
    torch.testing.assert_close(together, torch.stack([torch.stack(row) for row in alone]))


@every_cell
def test_no_steps_leave_the_state_as_it_was(constructor):
    cell = small_cell(constructor)
    given = cell(inputs(2, 1)[:, 0], cell.initial_state(2))
    outputs, state = cell.unroll(inputs(2, 0), given)
    assert outputs.shape == (2, 0, cell.hidden_size) and outputs.dtype == torch.float64
    assert all(torch.equal(*parts) for parts in zip(state, given, strict=True))


@every_cell
def test_rows_of_a_batch_do_not_mix(constructor):
    """What one row reads, even NaN, moves no other row by one bit."""
    cell, xs = small_cell(constructor), inputs(4, 10)
    before, _ = cell.unroll(xs, cell.initial_state(4))
    changed = xs.clone()
    changed[2] = torch.nan
    after, _ = cell.unroll(changed, cell.initial_state(4))
    others = [0, 1, 3]
    assert torch.equal(before[others], after[others]) and after[2].isnan().all()


@every_cell
def test_a_step_is_pure(constructor):
    """It changes neither its arguments nor its weights, and twice the same gives twice the same."""
    cell, x = small_cell(constructor), inputs(2, 1)[:, 0]
    state = cell(x, cell.initial_state(2))
    copies = [part.detach().clone() for part in (x, *state, *cell.parameters())]
    first, second = cell(x, state), cell(x, state)
    assert all(map(torch.equal, first, second))
    assert all(map(torch.equal, copies, (x, *state, *cell.parameters())))


@every_cell
def test_gradients_of_an_unroll_are_those_of_finite_differences(constructor):
    cell = small_cell(constructor, input_size=2, hidden_size=3)
    names = [name for name, _ in cell.named_parameters()]
    rng = seeded(3)
    xs = torch.randn(2, 4, 2, generator=rng, dtype=torch.float64, requires_grad=True)
    start = [
        torch.randn(part.shape, generator=rng, dtype=torch.float64, requires_grad=True)
        for part in cell.initial_state(2)
    ]

    class Unroll(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = cell

        def forward(self, xs, start):
            outputs, end = self.cell.unroll(xs, start)
            return (outputs, *end)

    module = Unroll()

    def unroll(xs, *given):
        weights = {f"cell.{name}": value for name, value in zip(names, given[len(start) :], strict=True)}
        return torch.func.functional_call(module, weights, (xs, tuple(given[: len(start)])))

    weights = [parameter.detach().clone().requires_grad_() for parameter in cell.parameters()]
    assert torch.autograd.gradcheck(unroll, (xs, *start, *weights))
    moved = (xs, *(start if cell.recurrence else ()), *weights)  # attention's first h is never read
    gradients = torch.autograd.grad(unroll(xs, *start, *weights)[0].sum(), moved)
    assert all(gradient.any() for gradient in gradients)


@every_cell
def test_weights_are_zero_until_initialised_from_the_given_generator_alone(constructor):
    cell, twin, other = (fresh_cell(constructor) for _ in range(3))
    assert not any(parameter.any() for parameter in cell.parameters())
    before = torch.get_rng_state()
    for made, seed in ((cell, 1), (twin, 1), (other, 2)):
        made.initialise(seeded(seed))
    assert torch.equal(before, torch.get_rng_state())
    assert all(map(torch.equal, cell.parameters(), twin.parameters()))
    assert not torch.equal(cell.input_weight, other.input_weight)


@pytest.mark.parametrize("constructor", [cell for cell in CELLS.values() if cell.recurrence])
def test_fresh_recurrent_matrices_are_orthogonal_block_by_block(constructor):
    cell = constructor(6, 5)
    cell.initialise(seeded(4))
    square = [value for name, value in cell.named_parameters() if value.ndim == 2 and value.shape[1] == 5]
    assert square
    for block in (block for value in square for block in value.detach().split(5) if len(block) == 5):
        torch.testing.assert_close(block @ block.t(), torch.eye(5), rtol=0, atol=1e-5)


@every_cell
@pytest.mark.parametrize("sizes", [(0, 5), (6, 0), (-6, 5)])
def test_sizes_are_positive(constructor, sizes):
    with pytest.raises(InvalidValueError, match=r"_size=.* must be a positive integer"):
        fresh_cell(constructor, input_size=sizes[0], hidden_size=sizes[1])


def num_recurrent(name: str, input_size: int, hidden_size: int, *, biases: bool) -> int:
    cell = CELLS[name](input_size, hidden_size)
    return sum(value.numel() for key, value in cell.named_parameters() if biases or key != "bias")


@pytest.mark.parametrize(
    ("name", "hidden_size", "count"), [("tanh", 400, 168_400), ("gru", 227, 168_888), ("lstm", 195, 169_065)]
)
def test_the_papers_speech_models_have_its_number_of_recurrent_parameters(name, hidden_size, count):
    """Table 1: an input of 20 samples, with biases."""
    assert num_recurrent(name, 20, hidden_size, biases=True) == count


@pytest.mark.parametrize(
    ("name", "hidden_size", "count"), [("tanh", 100, 20_050), ("gru", 46, 20_217), ("lstm", 36, 19_764)]
)
def test_the_papers_music_models_have_its_number_of_recurrent_weights(name, hidden_size, count):
    """Table 1: the mean over its four corpora's widths, without biases."""
    counts = [num_recurrent(name, width, hidden_size, biases=False) for width in (93, 96, 105, 108)]
    assert sum(counts) / 4 == count
