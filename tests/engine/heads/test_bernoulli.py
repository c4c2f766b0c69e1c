"""Bernoulli notes against torch.distributions, exact sums and the law of their frequencies."""

import math
from itertools import product

import torch

from engine.heads.bernoulli import Bernoulli
from tests.engine.small_models import binary_frames, seeded


def test_log_prob_is_that_of_torch():
    logits = 3 * torch.randn(50, 88, generator=seeded(1), dtype=torch.float64)
    frames = binary_frames(50, 88)
    expected = torch.distributions.Bernoulli(logits=logits).log_prob(frames).sum(-1)
    torch.testing.assert_close(Bernoulli(logits).log_prob(frames), expected)


def test_the_probabilities_of_all_frames_sum_to_one():
    logits = 2 * torch.randn(7, generator=seeded(2), dtype=torch.float64)
    frames = torch.tensor(list(product((0.0, 1.0), repeat=7)), dtype=torch.float64)
    total = Bernoulli(logits.expand(len(frames), 7)).log_prob(frames).logsumexp(0)
    assert abs(float(total)) < 1e-14


def test_large_logits_stay_exact():
    """1 - sigmoid(1000) is 0 in any float; its logarithm is -1000 all the same."""
    logits = torch.tensor([1000.0, -1000.0, 1000.0])
    assert float(Bernoulli(logits).log_prob(torch.tensor([1.0, 0.0, 1.0]))) == 0
    assert float(Bernoulli(logits).log_prob(torch.tensor([0.0, 1.0, 1.0]))) == -2000
    drawn = Bernoulli(logits).sample(torch.tensor([1 - 2.0**-53, 2.0**-53, 0.0], dtype=torch.float64))
    assert drawn.tolist() == [1, 0, 1]


def test_an_event_happens_as_often_as_its_probability_says():
    """Within four standard errors of 200,000 draws."""
    logits = torch.tensor([-6.0, -2.0, 0.0, 1.0, 5.0])
    numbers = torch.rand(200_000, 5, generator=seeded(3), dtype=torch.float64)
    shares = Bernoulli(logits.expand(200_000, 5)).sample(numbers).mean(0)
    probabilities = logits.sigmoid()
    errors = (probabilities * (1 - probabilities) / 200_000).sqrt()
    assert ((shares - probabilities).abs() < 4 * errors).all()


def test_an_event_happens_just_below_its_probability():
    """Common random numbers: a model that thinks a note likelier has it too."""
    logits = torch.linspace(-8, 8, 33, dtype=torch.float64)
    below, above = (logits.sigmoid() * factor for factor in (1 - 1e-12, 1 + 1e-12))
    assert Bernoulli(logits).sample(below).all()
    assert not Bernoulli(logits).sample(above.clamp(max=1 - 2.0**-53)).any()


def test_a_temperature_keeps_the_number_of_notes_and_divides_what_sets_them_apart():
    logits = 3 * torch.randn(40, 88, generator=seeded(4), dtype=torch.float64) - 3
    for temperature in (0.1, 0.8, 2.0, 1e9):
        tempered = Bernoulli(logits).temper(temperature).logits
        torch.testing.assert_close(tempered.sigmoid().sum(-1), logits.sigmoid().sum(-1), rtol=0, atol=1e-6)
        torch.testing.assert_close(tempered.diff(), logits.diff() / temperature, rtol=0, atol=1e-9)


def test_a_temperature_of_one_changes_nothing():
    given = Bernoulli(torch.tensor([math.log(3.0), -1.0]))
    assert given.temper(1.0) is given
