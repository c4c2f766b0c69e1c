"""The laws of a draw, with a fake model that shows which numbers it was given, and with small real ones."""

from itertools import islice

import pytest
import torch

from engine.cells import CELLS
from engine.errors import InvalidValueError
from engine.heads import HEADS, Distribution
from engine.models.model import Model
from engine.models.stack import ModelState
from engine.sampling.by_torch import FRAMES_AHEAD
from engine.sampling.options import MAX_DRAW_FRAMES, MAX_SEED, MAX_TEMPERATURE, SamplingOptions
from engine.sampling.sample import sample
from engine.sampling.uniforms import frame_uniforms
from tests.engine.small_models import SMALL, binary_frames, small_model

SIZE = SMALL["frame_size"]


class FakeDistribution(Distribution):
    """A draw is the numbers it was given, plus a tenth of all that was read, times the temperature."""

    num_uniforms = 3

    def __init__(self, total: torch.Tensor, temperature: float = 1.0):
        self.total, self.temperature = total, temperature

    def log_prob(self, frame):
        return -frame.sum(-1)

    def sample(self, uniforms):
        return (uniforms + self.total.unsqueeze(-1) / 10) * self.temperature

    def repeated(self, count):
        return FakeDistribution(self.total.unsqueeze(-1).expand(*self.total.shape, count), self.temperature)

    def temper(self, temperature):
        return FakeDistribution(self.total, self.temperature * temperature)


class FakeModel(Model):
    """Its state is the sum of all it has read; it counts its steps."""

    frame_size, context_frames = 3, 1

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
        self.steps = 0

    @property
    def network(self):
        return self

    def initial_state(self, batch_size):
        return ModelState(torch.zeros(batch_size, dtype=torch.float64), ())

    def step(self, frame, state):
        self.steps += 1
        total = state.context + frame.sum(-1)
        return FakeDistribution(total), ModelState(total, ())

    def forward(self, frames):
        total = frames.sum((1, 2))
        return FakeDistribution(total), ModelState(total - frames[:, -1].sum(-1), ())


def draw(model, num_frames: int, seed: int = 0, temperature: float = 1.0, prime=None) -> torch.Tensor:
    return torch.stack(list(sample(model, SamplingOptions(num_frames, seed, temperature), prime)))


def test_frame_t_is_drawn_with_the_numbers_of_seed_and_t():
    frames = draw(FakeModel(), 3 * FRAMES_AHEAD + 5, seed=9)
    read = torch.cat((torch.zeros(1, dtype=torch.float64), frames.sum(-1).cumsum(0)[:-1]))
    expected = frame_uniforms(9, 0, len(frames), 3) + read.unsqueeze(-1) / 10
    torch.testing.assert_close(frames, expected)


@pytest.mark.parametrize("num_frames", [1, FRAMES_AHEAD, FRAMES_AHEAD + 1])
def test_as_many_frames_as_asked_for(num_frames):
    model = FakeModel()
    assert draw(model, num_frames).shape == (num_frames, 3) and model.steps == num_frames


def test_the_same_seed_gives_the_same_draw_and_another_another():
    frames, again, other = (draw(FakeModel(), 100, seed) for seed in (1, 1, 2))
    assert torch.equal(frames, again)
    assert (frames[:, 0] != other[:, 0]).all()


def test_a_longer_draw_begins_with_the_shorter():
    assert torch.equal(draw(FakeModel(), 200)[:70], draw(FakeModel(), 70))


@pytest.mark.parametrize("length", [1, FRAMES_AHEAD - 1, FRAMES_AHEAD, FRAMES_AHEAD + 1, 150])
def test_a_draw_given_back_as_a_prime_goes_on_as_the_longer_one(length):
    """The prime itself is not repeated."""
    whole = draw(FakeModel(), 200, seed=3)
    torch.testing.assert_close(draw(FakeModel(), 200 - length, 3, prime=whole[:length]), whole[length:])


@pytest.mark.parametrize("prime", [None, torch.zeros(0, 3, dtype=torch.float64)])
def test_no_prime_and_an_empty_one_start_from_silence(prime):
    assert torch.equal(draw(FakeModel(), 1, prime=prime)[0], frame_uniforms(0, 0, 1, 3)[0])


def test_the_prime_is_left_as_it_was():
    prime = draw(FakeModel(), 5)
    copy = prime.clone()
    draw(FakeModel(), 5, prime=prime)
    assert torch.equal(prime, copy)


def test_temperature_is_applied_to_every_frame():
    frames = draw(FakeModel(), 3, temperature=2.0)
    torch.testing.assert_close(frames[0], 2 * frame_uniforms(0, 0, 1, 3)[0])


def test_nothing_is_drawn_before_it_is_asked_for_nor_far_ahead_nor_after():
    """After Stop nothing more is computed: of a hundred thousand frames at most one block is drawn."""
    model = FakeModel()
    frames = sample(model, SamplingOptions(MAX_DRAW_FRAMES))
    assert model.steps == 0
    assert len(list(islice(frames, 7))) == 7 and 7 <= model.steps < 7 + FRAMES_AHEAD
    drawn = model.steps
    frames.close()
    assert next(frames, None) is None and model.steps == drawn


def test_draws_side_by_side_do_not_disturb_each_other_nor_the_shared_generator():
    alone = [draw(FakeModel(), 130, seed) for seed in (1, 2)]
    before = torch.get_rng_state()
    model = FakeModel()
    pairs = list(zip(*(sample(model, SamplingOptions(130, seed)) for seed in (1, 2)), strict=True))
    assert torch.equal(before, torch.get_rng_state())
    for frames, expected in zip(zip(*pairs, strict=True), alone, strict=True):
        assert torch.equal(torch.stack(frames), expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_frames": 0}, "num_frames=0 must be between 1 and"),
        ({"num_frames": MAX_DRAW_FRAMES + 1}, "num_frames=100001 must be"),
        ({"seed": -1}, "seed=-1 must be between 0 and 2147483647"),
        ({"seed": MAX_SEED + 1}, "seed=2147483648"),
        ({"temperature": 0.0}, "temperature=0.0 must be above 0"),
        ({"temperature": -1.0}, "temperature=-1.0"),
        ({"temperature": MAX_TEMPERATURE + 0.1}, "at most 4"),
        ({"temperature": float("nan")}, "temperature=nan"),
        ({"temperature": float("inf")}, "temperature=inf"),
    ],
)
def test_options_out_of_range_are_refused(options, message):
    with pytest.raises(InvalidValueError, match=message):
        SamplingOptions(**{"num_frames": 1, **options})


def test_options_may_stand_at_their_limits():
    for seed, temperature in ((0, 1e-3), (MAX_SEED, MAX_TEMPERATURE)):
        assert draw(FakeModel(), 2, seed, temperature).isfinite().all()


def test_a_prime_of_another_width_is_refused():
    with pytest.raises(InvalidValueError, match="the prime has 4 numbers a frame; the model reads 3"):
        draw(FakeModel(), 1, prime=torch.zeros(2, 4))


every_model = pytest.mark.parametrize(
    "model",
    [
        pytest.param(small_model([cell], head, context), id=f"{cell[0]}-{head[0]}-{context}")
        for cell in CELLS.items()
        for head in HEADS.items()
        for context in (1, 2)
    ],
)


@every_model
def test_a_real_models_draw_goes_on_from_its_own_beginning(model):
    whole = draw(model, 90, seed=5)
    assert not whole.requires_grad and whole.isfinite().all()
    for length in (1, 40):
        rest = draw(model, 90 - length, 5, prime=whole[:length])
        torch.testing.assert_close(rest, whole[length:], rtol=0, atol=1e-8)


@every_model
def test_a_real_models_draw_is_each_steps_own(model):
    """Frame by frame what ``step``, ``temper`` and ``sample`` say, after a prime."""
    prime = binary_frames(3, SIZE)
    _, state = model(prime.unsqueeze(0))
    frame = prime[-1:]
    for position, drawn in enumerate(draw(model, 10, 8, 0.7, prime)):
        distribution, state = model.step(frame, state)
        numbers = frame_uniforms(8, 3 + position, 1, distribution.num_uniforms)
        frame = distribution.temper(0.7).sample(numbers)
        torch.testing.assert_close(drawn, frame[0].detach())


def test_models_that_agree_draw_the_same():
    """Lanes differ only where models differ: one changed logit changes only its own pitch, in frame 1."""
    head = next(iter(HEADS.items()))
    model, twin = (small_model([next(iter(CELLS.items()))], head) for _ in range(2))
    with torch.no_grad():
        twin.head.bias[2] += 50.0
    first, second = draw(model, 1, seed=4)[0], draw(twin, 1, seed=4)[0]
    assert (first != second).nonzero().flatten().tolist() in ([2], [])
    assert second[2] == 1
