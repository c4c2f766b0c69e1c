"""The kernel says what torch says: every number that decides a frame, and every choice."""

import copy
import itertools
import math

import pytest
import torch

from engine.checkpoints import available, load
from engine.heads import HEADS
from engine.kernel import Instance, open_model
from engine.models import Model
from engine.sampling import SamplingOptions, frame_uniforms, sample
from engine.sampling.by_torch import stages_by_torch
from tests.engine.kernel.models import every_model, note_list, reminded
from tests.engine.kernel.reference import explained
from tests.engine.small_models import binary_frames

CLOSE = 1e-5
LIKELY = -20.0  # logarithms of shares below it do not matter
FAR = 1e6
LOUDEST = 30_000  # 16-bit steps
NUM_EXPLAINED = 200  # frames of each shipped model
CHAOS = 8  # times as far from float64 as torch's own float32 is, where that is further than CLOSE
MODELS = every_model()


def drawn_by_torch(model: Model, num_frames: int, seed: int, temperature: float = 1.0) -> torch.Tensor:
    options = SamplingOptions(num_frames, seed, temperature)
    return torch.stack([frame for frame in stages_by_torch(model, options, None) if frame is not None])


def explained_by_kernel(model: Model, frames: torch.Tensor) -> list[torch.Tensor]:
    instance = open_model(model)
    return [instance.explain(frame) for frame in frames]


def joined(numbers: list[torch.Tensor], others: list[torch.Tensor]) -> torch.Tensor:
    """The numbers of all frames, where those in ``others`` are likely enough to matter."""
    return torch.cat(numbers).double()[torch.cat(others) > LIKELY]


@pytest.mark.parametrize("name", MODELS)
def test_small_models_of_every_kind_are_explained_alike(name):
    """The frames are longer than any window, so that ring buffers wrap round."""
    model = MODELS[name]
    frames = binary_frames(70, model.frame_size, seed=5).float()
    theirs, ours = explained(model, frames), explained_by_kernel(model, frames)
    torch.testing.assert_close(joined(ours, theirs), joined(theirs, theirs), rtol=CLOSE, atol=CLOSE)


@pytest.mark.parametrize("name", available())
def test_shipped_models_are_explained_alike_over_hundreds_of_frames(name):
    """Where float32 is not exact enough, as in some of the paper's networks, it is as exact as torch."""
    model = load(name).model
    frames = torch.stack(list(sample(model, SamplingOptions(NUM_EXPLAINED, seed=1))))
    theirs, ours = explained(model, frames), explained_by_kernel(model, frames)
    apart = (joined(ours, theirs) - joined(theirs, theirs)).abs()
    if (apart / joined(theirs, theirs).abs().clamp(min=1)).max() <= CLOSE:
        return
    exact = explained(copy.deepcopy(model).double(), frames.double())
    own, torchs, true = (joined(numbers, exact) for numbers in (ours, theirs, exact))
    assert (own - true).square().mean() <= max(CLOSE, CHAOS * (torchs - true).square().mean().sqrt()) ** 2
    assert (torchs - true).abs().max() > CLOSE / 2  # torch itself has lost what it would be held to


@pytest.mark.parametrize("temperature", [1.0, 0.5, 2.0])
@pytest.mark.parametrize("name", MODELS)
def test_small_models_draw_alike(name, temperature):
    model = MODELS[name]
    follow(model, drawn_by_torch(model, 40, 8, temperature), 8, temperature)


@pytest.mark.parametrize("name", available())
def test_shipped_models_choose_alike_along_torchs_own_draw(name):
    model = load(name).model
    follow(model, drawn_by_torch(model, 60, 3), 3, 1.0)


def follow(model: Model, frames: torch.Tensor, seed: int, temperature: float) -> None:
    """Frame by frame from the same past; choices may differ where a number is close to its threshold."""
    instance = open_model(model)
    for position, frame in enumerate(frames):
        if frame.abs().max() > min(FAR, LOUDEST * getattr(model.network.head, "step", math.inf)):
            return  # random weights may take sound anywhere
        (drawn,) = instance.draw(1, seed, position, temperature)
        if not torch.allclose(drawn, frame, rtol=1e-4, atol=1e-4):
            step = getattr(model.network.head, "step", 0.0)
            is_rounded_otherwise = parts_by_one_step(frame, drawn, step)
            assert is_rounded_otherwise or is_at_the_threshold(
                model, frames[:position], frame, drawn, seed, temperature
            ), position
        instance.replace(frame)


def parts_by_one_step(frame, drawn, step) -> bool:
    """Whether the first sample that differs is the next 16-bit integer; later ones depend on it."""
    apart = (frame - drawn).abs()
    first = int((apart > 1e-4 * (1 + frame.abs())).nonzero()[0])
    return float(apart[first]) < 1.01 * step


def is_at_the_threshold(model, past, frame, drawn, seed, temperature) -> bool:
    """Whether numbers that are hardly lower or higher let torch itself draw what the kernel has drawn."""
    numbers = frame_uniforms(seed, len(past), 1, model.frame_size + 1)
    _, state = model(past[None]) if len(past) else (None, model.initial_state(1))
    before = past[-1:] if len(past) else model.silence(1)
    distribution = model.step(before, state)[0].temper(temperature)
    numbers = numbers[:, : distribution.num_uniforms]
    steps = (-1e-4, -1e-6, 1e-6, 1e-4)
    draws = [distribution.sample((numbers + step).clamp(1e-9, 1 - 1e-9))[0] for step in steps]
    return any(torch.allclose(draw, drawn, rtol=1e-2, atol=1e-2) for draw in draws)


@pytest.mark.parametrize("name", MODELS)
def test_a_prime_is_read_as_what_is_drawn_is(name):
    """Bit for bit, wherever the frames came from and however many are read at once."""
    model = MODELS[name]
    whole = open_model(model).draw(90, 4, 0, 1.0)
    for length in (1, 15, 16, 17, 60):
        instance = open_model(model)
        instance.read(whole[:length])
        assert torch.equal(instance.draw(90 - length, 4, length, 1.0), whole[length:])


@pytest.mark.parametrize("name", ["reach", "transposed", "transposed-without-reach", "transposed-reminded"])
def test_a_list_of_notes_shares_out_exactly_one(name):
    """Over all 64 frames of six pitches, after a beginning."""
    model = MODELS[name]
    past = binary_frames(9, model.frame_size, seed=2).float()
    total = 0.0
    for notes in itertools.product((0.0, 1.0), repeat=model.frame_size):
        instance = open_model(model)
        instance.read(past)
        total += log_probability(instance, torch.tensor(notes)).exp().item()
    assert total == pytest.approx(1, abs=1e-5)


def log_probability(instance: Instance, frame: torch.Tensor) -> torch.Tensor:
    """The sum of the logarithms of the shares of its choices."""
    shares = instance.explain(frame).unflatten(0, (-1, len(frame) + 1))
    ranks = [*frame.flip(0).nonzero().flatten().tolist(), len(frame)]
    return shares[torch.arange(len(ranks)), ranks].double().sum()


def test_what_melodies_say_alone_is_drawn_too():
    """The network gives nothing to the pitches that have votes, at so low a temperature."""
    model = reminded(note_list(2))
    with torch.no_grad():
        model.network.head.to_logits.mul_(100)
    frames = torch.stack(list(sample(model, SamplingOptions(50, seed=1, temperature=0.05))))
    assert frames.shape == (50, model.frame_size) and set(frames.unique().tolist()) <= {0.0, 1.0}


def test_every_registered_head_has_its_place_here():
    """A head that the kernel learns is compared with torch as soon as it is registered, or torch draws it."""
    for name in HEADS:
        assert f"gru-{name}-1" in MODELS
