"""What holds for every registered head and the distributions that it gives."""

from itertools import product

import pytest
import torch

from engine.errors import InvalidValueError
from engine.heads import HEADS
from engine.registry import build
from tests.engine.small_models import SMALL, binary_frames, randomise, seeded, spec_of

every_head = pytest.mark.parametrize("name", HEADS)


def small_head(name: str, scale: float = 0.5, **sizes):
    head = build("head", HEADS, spec_of(name, HEADS[name], **sizes)).double()
    return randomise(head, 2, scale).requires_grad_(False)


def inputs(*axes: int) -> tuple[torch.Tensor, torch.Tensor]:
    h = torch.randn(*axes, SMALL["hidden_size"], generator=seeded(4), dtype=torch.float64)
    return h, torch.zeros(*axes, SMALL["input_size"], dtype=torch.float64)


def distribution(name: str, *axes: int, scale: float = 0.5):
    return small_head(name, scale)(*inputs(*axes))


def uniforms(*shape: int, seed: int = 5) -> torch.Tensor:
    return torch.rand(shape, generator=seeded(seed), dtype=torch.float64)


@every_head
@pytest.mark.parametrize("axes", [(), (3,), (2, 4), (2, 0)])
def test_any_leading_axes(name, axes):
    given = distribution(name, *axes)
    frames = binary_frames(*axes, SMALL["frame_size"])
    assert given.log_prob(frames).shape == axes
    assert given.sample(uniforms(*axes, given.num_uniforms)).shape == frames.shape


@every_head
def test_an_element_of_the_leading_axes_knows_nothing_of_the_others(name):
    head = small_head(name)
    h = torch.randn(2, 3, SMALL["hidden_size"], generator=seeded(6), dtype=torch.float64)
    x = torch.zeros(2, 3, SMALL["input_size"], dtype=torch.float64)
    frames = binary_frames(2, 3, SMALL["frame_size"])
    numbers = uniforms(2, 3, head(h, x).num_uniforms)
    log_probs, drawn = head(h, x).log_prob(frames), head(h, x).sample(numbers)
    for row in range(2):
        for column in range(3):
            alone = head(h[row, column], x[row, column])
            torch.testing.assert_close(alone.log_prob(frames[row, column]), log_probs[row, column])
            torch.testing.assert_close(alone.sample(numbers[row, column]), drawn[row, column])


@every_head
def test_the_same_numbers_draw_the_same_frame_and_touch_no_shared_generator(name):
    given = distribution(name, 4)
    numbers, before = uniforms(4, given.num_uniforms), torch.get_rng_state()
    assert torch.equal(given.sample(numbers), given.sample(numbers.clone()))
    assert torch.equal(before, torch.get_rng_state())


@every_head
def test_the_last_numbers_decide_an_event_each(name):
    """Number j from the end belongs to event j from the end, and to what is drawn given that event."""
    given = distribution(name, scale=0.1)
    size = SMALL["frame_size"]
    numbers = torch.full((given.num_uniforms,), 0.999_999, dtype=torch.float64)
    drawn = given.sample(numbers)
    for event in range(size):
        changed = numbers.clone()
        changed[given.num_uniforms - size + event] = 1e-6
        moved = given.sample(changed) != drawn
        first, *others = moved.nonzero().flatten().tolist()
        assert first == event and (not others or HEADS[name].is_joint)


@every_head
@pytest.mark.parametrize("axes", [(), (3,), (2, 1)])
def test_a_repeated_distribution_draws_and_scores_as_the_one_does_each_time(name, axes):
    given = distribution(name, *axes)
    numbers = uniforms(*axes, 5, given.num_uniforms)
    drawn = given.repeated(5).sample(numbers)
    scored = given.repeated(5).log_prob(drawn)
    for draw in range(5):
        torch.testing.assert_close(drawn[..., draw, :], given.sample(numbers[..., draw, :]))
        torch.testing.assert_close(scored[..., draw], given.log_prob(drawn[..., draw, :]))


@every_head
def test_marginals_where_they_are_known_are_sums_over_all_frames(name):
    given = distribution(name, 2)
    if given.marginals() is None:
        return
    size = SMALL["frame_size"]
    frames = torch.tensor(list(product((0.0, 1.0), repeat=size)), dtype=torch.float64)
    shares = given.repeated(len(frames)).log_prob(frames.expand(2, -1, -1)).exp()
    torch.testing.assert_close(shares @ frames, given.marginals())


@every_head
def test_other_numbers_than_asked_for_are_no_draw(name):
    given = distribution(name)
    with pytest.raises((RuntimeError, TypeError)):
        given.sample(uniforms(given.num_uniforms + 2))


@every_head
@pytest.mark.parametrize("edge", [2.0**-53, 1 - 2.0**-53])
def test_the_outermost_numbers_draw_finite_frames(name, edge):
    """The least and the greatest that frame_uniforms gives."""
    given = distribution(name, 3, scale=5.0)
    numbers = torch.full((3, given.num_uniforms), edge, dtype=torch.float64)
    assert given.sample(numbers).isfinite().all()


@every_head
def test_temperature_one_is_the_identity(name):
    given = distribution(name, 3)
    frames, numbers = binary_frames(3, SMALL["frame_size"]), uniforms(3, given.num_uniforms)
    tempered = given.temper(1.0)
    assert torch.equal(tempered.log_prob(frames), given.log_prob(frames))
    assert torch.equal(tempered.sample(numbers), given.sample(numbers))


@every_head
def test_temperatures_multiply(name):
    given, frames = distribution(name, 3), binary_frames(3, SMALL["frame_size"])
    twice = given.temper(0.5).temper(3.0)
    torch.testing.assert_close(twice.log_prob(frames), given.temper(1.5).log_prob(frames))


@every_head
@pytest.mark.parametrize("temperature", [1e-30, 1e-300])
def test_a_tiny_temperature_draws_the_same_frame_whatever_the_numbers(name, temperature):
    """In float32 too, where 1e-300 is 0: a mixture then lost its weights to 0 / 0 and drew component 0.

    How many notes there are is not tempered: more or fewer notes of the one frame may sound.
    """
    given = small_head(name, scale=3.0)(*inputs())
    single = small_head(name, scale=3.0).float()(*(value.float() for value in inputs()))
    low = uniforms(200, given.num_uniforms)
    for warm in (given, single):
        drawn = torch.stack([warm.temper(temperature).sample(numbers) for numbers in low])
        assert drawn.isfinite().all()
        if HEADS[name].events == "notes":
            drawn = drawn[drawn.flatten(1).sum(1).argsort()]
            assert (drawn.diff(dim=0) >= 0).all(), "each frame holds all notes of those that have fewer"
        else:
            assert float((drawn - drawn[0]).abs().max()) < 1e-6


@every_head
def test_a_high_temperature_is_flatter(name):
    given = distribution(name)
    numbers = uniforms(300, given.num_uniforms)

    def spread(tempered):
        return float(torch.stack([tempered.sample(row) for row in numbers]).var(0).sum())

    assert spread(given.temper(0.2)) < spread(given) < spread(given.temper(4.0))


@every_head
def test_the_likelihood_of_weights_however_large_is_finite(name):
    given = distribution(name, 3, scale=1e4)
    assert given.log_prob(binary_frames(3, SMALL["frame_size"])).isfinite().all()


@every_head
def test_weights_are_zero_until_initialised_from_the_given_generator_alone(name):
    spec = spec_of(name, HEADS[name])
    head, twin, other = (build("head", HEADS, spec) for _ in range(3))
    assert not any(parameter.any() for parameter in head.parameters())
    before = torch.get_rng_state()
    for made, seed in ((head, 1), (twin, 1), (other, 2)):
        made.initialise(seeded(seed))
    assert torch.equal(before, torch.get_rng_state())
    assert all(map(torch.equal, head.parameters(), twin.parameters()))
    assert not all(map(torch.equal, head.parameters(), other.parameters()))


@every_head
@pytest.mark.parametrize("key", ["hidden_size", "frame_size"])
def test_sizes_are_positive(name, key):
    with pytest.raises(InvalidValueError, match=f"{key}=0 must be a positive integer"):
        small_head(name, **{key: 0})
