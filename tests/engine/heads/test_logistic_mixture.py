"""Mixtures of discretised logistics: exact over 65,536 integers, and drawn as they are scored."""

import math

import numpy as np
import pytest
import torch

from engine.errors import InvalidValueError
from engine.heads.logistic_mixture import LogisticMixtureHead, integers, prediction
from tests.engine.small_models import randomise, seeded

HIDDEN, SIZE, CONTEXT = 5, 3, 4
INTEGERS = torch.arange(-32_768, 32_768)


def head(spread: float = 0.5, seed: int = 1, **sizes) -> LogisticMixtureHead:
    asked = {"num_units": 8, "num_components": 3, "step": 6e-4, **sizes}
    return randomise(LogisticMixtureHead(HIDDEN, SIZE, CONTEXT, **asked).double(), seed, spread)


def inputs(*axes: int, loudness: float = 1.0, seed: int = 2) -> tuple[torch.Tensor, torch.Tensor]:
    rng = seeded(seed)
    h = torch.randn(*axes, HIDDEN, generator=rng, dtype=torch.float64)
    return h, loudness * torch.randn(*axes, CONTEXT, generator=rng, dtype=torch.float64)


def loudest(step: float) -> float:
    """The largest G that a frame can have."""
    return 0.03 * 32_768 * step


def levinson(reflections: np.ndarray, damping: float) -> np.ndarray:
    """Levinson's recursion number by number; the last sample's coefficient comes first."""
    coefficients: list[float] = []
    for reflection in reflections:
        turned = coefficients[::-1]
        coefficients = [
            value - reflection * mirror for value, mirror in zip(coefficients, turned, strict=True)
        ]
        coefficients.append(float(reflection))
    return np.array(coefficients) * damping ** np.arange(1, len(coefficients) + 1)


def by_hand(given: LogisticMixtureHead, h: torch.Tensor, x: torch.Tensor, frame: torch.Tensor) -> float:
    """Log-probability of a frame, sample after sample, as the equations have it."""
    weights = {name: value.detach().numpy() for name, value in given.named_parameters()}
    h, known, total = h.numpy(), list(x.numpy()), 0.0
    step = given.step
    g = math.exp(min((weights["level_weight"] @ h + weights["level_bias"]).item(), math.log(loudest(step))))
    said = (weights["condition_weight"] @ h + weights["condition_bias"]).reshape(SIZE, -1)
    reflections = 0.999 * np.tanh(weights["reflection_weight"] @ h + weights["reflection_bias"])
    coefficients = levinson(reflections, given.damping)[::-1]

    def silu(values: np.ndarray) -> np.ndarray:
        return values / (1 + np.exp(-values))

    def logistic(value: float) -> float:
        return 1 / (1 + math.exp(-value)) if value > -700 else 0.0

    def between(low: float, high: float) -> float:
        """In the tail where float64 keeps it."""
        return logistic(-low) - logistic(-high) if low > 0 else logistic(high) - logistic(low)

    for place, number in enumerate(frame.tolist()):
        near = np.array(known[-CONTEXT:]) / g
        predicted = float(np.clip(coefficients @ near, -32, 32))
        near = np.clip(near, -32, 32)
        units = silu(weights["first"] @ [*near, *said[place], predicted] + weights["first_bias"])
        units = units + silu(weights["second"] @ units + weights["second_bias"])
        logits, offsets, raw = np.split(weights["last"] @ units + weights["last_bias"], 3)
        offsets = 2 * np.tanh(offsets / 2)
        shares = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
        integer = round(number / step)
        low = -math.inf if integer == -32_768 else (integer - 0.5) * step
        high = math.inf if integer == 32_767 else (integer + 0.5) * step
        mass = sum(
            share * between((low - at) / wide, (high - at) / wide)
            for share, at, wide in zip(
                shares, g * (predicted + offsets), g * np.exp(np.minimum(raw, 0)) + 0.1 * step, strict=True
            )
        )
        total += math.log(mass)
        known.append(number)
    return total


def frame_of(*chosen: int, given: LogisticMixtureHead) -> torch.Tensor:
    return given.step * torch.tensor(chosen, dtype=torch.float64)


@pytest.mark.parametrize("loudness", [1.0, 200.0])
@pytest.mark.parametrize("damping", [0.9, 0.99, 1.0])
def test_a_loop_in_float64_says_the_same(loudness, damping):
    """In the second case what is heard is too loud for its G."""
    given = head(damping=damping)
    h, x = inputs(loudness=loudness)
    for chosen in ((0, 5, -7), (3_000, 2_900, -32_768), (32_767, 900, 32_767)):
        frame = frame_of(*chosen, given=given)
        assert given(h, x).log_prob(frame).item() == pytest.approx(by_hand(given, h, x, frame), rel=1e-9)


@pytest.mark.parametrize("scale", [0.1, 1.0, 4.0])
@pytest.mark.parametrize("loudness", [0.0, 1e-3, 1.0, 20.0])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_all_integers_share_out_exactly_one(scale, loudness, dtype):
    """Mixtures narrower than a step, wider than all steps, and far beyond either end."""
    given = head(scale).to(dtype)
    h, x = (part.to(dtype) for part in inputs(loudness=loudness))
    mixture = given(h, x)
    numbers = (INTEGERS * given.step).to(dtype)
    frames = torch.zeros(len(INTEGERS), SIZE, dtype=dtype)
    frames[:, 0] = numbers
    log_probs = mixture.repeated(len(INTEGERS)).sample_log_probs(frames)[:, 0]
    assert torch.logsumexp(log_probs.double(), 0).exp().item() == pytest.approx(1, abs=1e-6)


def test_an_integer_is_drawn_as_often_as_it_is_likely():
    given = head(0.3, step=6e-2)
    h, x = inputs()
    mixture, count = given(h, x), 40_000
    numbers = torch.rand(count, SIZE, generator=seeded(3), dtype=torch.float64)
    drawn = mixture.repeated(count).sample(numbers)
    counted = integers(drawn[:, 0], given.step).long() + 32_768
    frames = torch.zeros(len(INTEGERS), SIZE, dtype=torch.float64)
    frames[:, 0] = INTEGERS * given.step
    shares = mixture.repeated(len(INTEGERS)).sample_log_probs(frames)[:, 0].exp()
    counts = torch.bincount(counted, minlength=len(INTEGERS)).double()
    likely = shares * count >= 20
    assert likely.sum() > 10
    surprise = (counts - shares * count)[likely].square() / (shares * count)[likely]
    assert surprise.mean().item() < 1.6, "chi-square, about 1 each"


def test_frames_hold_whole_steps_and_stay_within_16_bits():
    given = head(4.0)
    h, x = inputs(50, loudness=30)
    drawn = given(h, x).sample(torch.rand(50, SIZE, generator=seeded(4), dtype=torch.float64))
    nearest = integers(drawn, given.step)
    assert torch.equal(nearest * given.step, drawn)
    assert nearest.min() == -32_768 and nearest.max() == 32_767


def test_a_later_sample_moves_no_earlier_figure():
    given = head()
    h, x = inputs()
    frame = frame_of(100, -200, 300, given=given)
    before = given(h, x).sample_log_probs(frame)
    frame[2] = 0
    torch.testing.assert_close(given(h, x).sample_log_probs(frame)[:2], before[:2], rtol=0, atol=0)


def test_a_temperature_acts_on_scales():
    given = head(0.3, num_components=1, step=3e-3)
    h, x = inputs(loudness=0.02)
    numbers = torch.rand(400, SIZE, generator=seeded(5), dtype=torch.float64)
    spreads = [
        given(h, x).temper(warmth).repeated(400).sample(numbers)[:, 0].std().item()
        for warmth in (0.5, 1.0, 2.0)
    ]
    assert spreads[1] / spreads[0] == pytest.approx(2, rel=0.01)
    assert spreads[2] / spreads[1] == pytest.approx(2, rel=0.01)


def test_what_is_learned_of_a_loud_voice_holds_for_a_quiet_one():
    loud, quiet = head(step=1e-2), head(step=1e-2)
    with torch.no_grad():
        quiet.level_bias -= math.log(4)
    h, x = inputs()
    for many, few, least in zip(
        loud(h, x).mixtures(x[:SIZE])[1:], quiet(h, x / 4).mixtures(x[:SIZE] / 4)[1:], (0, 1e-3), strict=True
    ):
        torch.testing.assert_close((many - least) / 4, few - least, rtol=1e-6, atol=1e-8)


def test_how_loud_a_frame_will_be_has_an_end():
    """Whatever h asks for."""
    given = head()
    with torch.no_grad():
        given.level_weight.fill_(100.0)
    h, x = torch.full((HIDDEN,), 100.0, dtype=torch.float64), torch.zeros(CONTEXT, dtype=torch.float64)
    scales = given(h, x).mixtures(x[:SIZE])[2]
    assert scales.max() <= loudest(given.step) + given.step


@pytest.mark.parametrize("spread", [0.1, 0.5, 1.0])
def test_the_prediction_is_that_of_a_filter_that_dies_away(spread):
    """All poles lie within the unit circle; with more spread they lie so near that NumPy cannot tell."""
    reflections = 0.999 * torch.tanh(spread * torch.randn(20, 12, generator=seeded(6), dtype=torch.float64))
    for coefficients in prediction(reflections, damping=1.0):
        assert np.abs(np.roots([1, *-coefficients.numpy()[::-1]])).max() < 1


def test_a_draw_that_has_grown_loud_does_not_stay_so():
    """It begins ten thousand times as loud as h asks for, and hears itself frame after frame."""
    given = head(0.3, step=1e-4)
    h, x = inputs(loudness=1e4 * 1e-4)
    known = x
    for numbers in torch.rand(400, SIZE, generator=seeded(7), dtype=torch.float64):
        known = torch.cat((known, given(h, known[-CONTEXT:]).sample(numbers)))
    gain = min((given.level_weight @ h + given.level_bias).exp().item(), loudest(given.step))
    assert known[-300:].abs().max() < 200 * gain


@pytest.mark.parametrize(
    "wrong",
    [
        *({"num_units": 0}, {"step": 0.0}, {"step": math.nan}, {"num_components": -1}),
        *({"damping": 0.0}, {"damping": 1.01}, {"damping": math.nan}),
    ],
)
def test_sizes_that_cannot_be_are_refused(wrong):
    with pytest.raises(InvalidValueError):
        head(**wrong)
