"""The mixture against torch.distributions and scipy, its bins, its bound and the law of its draws."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from engine.errors import InvalidValueError
from engine.heads.gaussian_mixture import GaussianMixture, GaussianMixtureHead
from tests.engine.small_models import randomise, seeded


def mixture(*axes: int, components: int = 4, events: int = 3, seed: int = 1) -> GaussianMixture:
    rng = seeded(seed)
    logits = torch.randn(*axes, components, generator=rng, dtype=torch.float64)
    loc, log_scale = (
        torch.randn(*axes, components, events, generator=rng, dtype=torch.float64) for _ in range(2)
    )
    return GaussianMixture(logits, 2 * loc, log_scale)


def scipy_cdf(given: GaussianMixture, points: np.ndarray) -> np.ndarray:
    """The distribution function of a mixture over one event."""
    weights = given.mixture_logits.softmax(-1).numpy()
    normals = stats.norm(given.loc[:, 0].numpy(), given.log_scale[:, 0].exp().numpy())
    return normals.cdf(np.asarray(points)[..., None]) @ weights


def test_log_prob_is_that_of_torch():
    given = mixture(50)
    frames = 3 * torch.randn(50, 3, generator=seeded(2), dtype=torch.float64)
    components = torch.distributions.Normal(given.loc, given.log_scale.exp())
    expected = torch.distributions.MixtureSameFamily(
        torch.distributions.Categorical(logits=given.mixture_logits),
        torch.distributions.Independent(components, 1),
    ).log_prob(frames)
    torch.testing.assert_close(given.log_prob(frames), expected)


def test_log_prob_is_that_of_scipy():
    given, frame = mixture(), np.array([0.3, -1.0, 2.5])
    weights = given.mixture_logits.softmax(-1).numpy()
    densities = [
        stats.multivariate_normal(loc, np.diag(np.exp(2 * log_scale))).pdf(frame)
        for loc, log_scale in zip(given.loc.numpy(), given.log_scale.numpy(), strict=True)
    ]
    assert math.isclose(float(given.log_prob(torch.from_numpy(frame))), math.log(weights @ densities))


def test_bins_are_differences_of_the_distribution_function():
    given = mixture(events=1)
    edges = np.linspace(-6, 6, 101)
    expected = np.diff(scipy_cdf(given, edges))
    rows = torch.from_numpy(edges).unsqueeze(1)
    copies = GaussianMixture(*(value.expand(100, *value.shape) for value in vars(given).values()))
    shares = copies.log_bin_prob(rows[:-1], rows[1:]).exp().numpy()
    np.testing.assert_allclose(shares, expected, rtol=1e-9, atol=1e-15)


def test_bins_tile_to_one_with_infinite_ends():
    """All 65,536 of a 16-bit signal, for a mixture with a component narrower than a bin."""
    given = mixture(events=1)
    given.log_scale[0] = -12.0
    inner = (torch.arange(-32_767, 32_768, dtype=torch.float64) - 0.5) / 2_000
    infinite = torch.tensor([math.inf], dtype=torch.float64)
    edges = torch.cat((-infinite, inner, infinite)).unsqueeze(1)
    copies = GaussianMixture(*(value.expand(65_536, *value.shape) for value in vars(given).values()))
    log_probs = copies.log_bin_prob(edges[:-1], edges[1:])
    assert abs(float(log_probs.logsumexp(0))) < 1e-12


@pytest.mark.parametrize("side", [-1, 1])
def test_bins_far_in_a_tail_keep_their_precision(side):
    """Forty standard deviations out, where the distribution function itself is 0 or 1 in float64."""
    zero = torch.zeros(1, 1, dtype=torch.float64)
    near, far = (torch.full((1,), side * edge, dtype=torch.float64) for edge in (40.0, 40.5))
    log_prob = GaussianMixture(zero[0], zero, zero).log_bin_prob(
        torch.minimum(near, far), torch.maximum(near, far)
    )
    expected = stats.norm.logsf(40) + np.log1p(-np.exp(stats.norm.logsf(40.5) - stats.norm.logsf(40)))
    assert math.isclose(float(log_prob), expected, rel_tol=1e-12)


def test_a_narrow_bin_is_its_width_times_the_density():
    given = mixture()
    frame = torch.tensor([0.2, 0.1, -0.4], dtype=torch.float64)
    log_prob = given.log_bin_prob(frame - 5e-7, frame + 5e-7)
    assert math.isclose(float(log_prob), float(given.log_prob(frame)) + 3 * math.log(1e-6), rel_tol=1e-8)


def test_samples_follow_the_mixture():
    """Kolmogorov-Smirnov on 20,000 draws, seeded: a correct sampler fails with one seed in a thousand."""
    given = mixture(events=1)
    numbers = torch.rand(20_000, 2, generator=seeded(7), dtype=torch.float64)
    copies = GaussianMixture(*(value.expand(20_000, *value.shape) for value in vars(given).values()))
    drawn = copies.sample(numbers)[:, 0].numpy()
    assert stats.kstest(drawn, lambda points: scipy_cdf(given, points)).pvalue > 1e-3


def test_samples_of_a_frame_have_the_moments_of_the_mixture():
    """Mean and covariance within five standard errors: events depend on each other through the component."""
    given = mixture(events=3)
    numbers = torch.rand(100_000, 4, generator=seeded(8), dtype=torch.float64)
    copies = GaussianMixture(*(value.expand(100_000, *value.shape) for value in vars(given).values()))
    drawn = copies.sample(numbers)
    weights = given.mixture_logits.softmax(-1)
    mean = weights @ given.loc
    within = torch.einsum("k,kj->j", weights, (2 * given.log_scale).exp()).diag()
    between = torch.einsum("k,ki,kj->ij", weights, given.loc - mean, given.loc - mean)
    products = torch.einsum("ni,nj->nij", drawn - mean, drawn - mean)
    for values, expected in ((drawn, mean), (products, within + between)):
        standard_error = values.std(0) / math.sqrt(len(values))
        assert ((values.mean(0) - expected).abs() < 5 * standard_error).all()


def test_number_0_picks_the_component_and_the_others_a_sample_each():
    """Weights 1/4, 0, 3/4; medians are the means; a component without weight is never picked."""
    loc = torch.tensor([[1.0, 2.0], [99.0, 99.0], [5.0, 6.0]], dtype=torch.float64)
    logits = torch.tensor([0.25, 0.0, 0.75], dtype=torch.float64).log()
    given = GaussianMixture(logits, loc, torch.zeros_like(loc))
    for first, expected in ((0.0, loc[0]), (0.2499, loc[0]), (0.25, loc[2]), (1 - 2.0**-53, loc[2])):
        numbers = torch.tensor([first, 0.5, 0.5], dtype=torch.float64)
        torch.testing.assert_close(given.sample(numbers), expected)
    numbers = torch.tensor([0.0, 0.5, stats.norm.cdf(1.5)], dtype=torch.float64)
    torch.testing.assert_close(given.sample(numbers), torch.tensor([1.0, 3.5], dtype=torch.float64))


def test_tempering_one_component_multiplies_its_variance():
    given = mixture(components=1)
    torch.testing.assert_close(given.temper(2.0).log_scale.exp().square(), 2 * given.log_scale.exp().square())


@pytest.mark.parametrize("scale", [0.0, 1.0, 1e3, 1e30])
def test_log_scale_keeps_its_bound_whatever_the_weights(scale):
    """The bound is what makes a density on 16-bit recordings a fair score."""
    head = randomise(GaussianMixtureHead(5, 10, 20, min_log_scale=-7.5), 3, scale)
    h = torch.tanh(torch.randn(64, 5, generator=seeded(4)))
    log_scale = head(h, h).log_scale
    assert log_scale.shape == (64, 20, 10) and float(log_scale.detach().min()) >= -7.5


def test_the_bound_is_met_softly():
    """Its gradient never dies within reach: a component at the bound can leave it."""
    head = GaussianMixtureHead(1, 1, 1, min_log_scale=-2.0)
    raw = torch.linspace(-12, 12, 49)
    gradients = []
    for value in raw:
        bias = torch.tensor([0.0, 0.0, float(value)], requires_grad=True)
        given = torch.func.functional_call(head, {"bias": bias}, (torch.zeros(1), torch.zeros(1)))
        gradients.append(float(torch.autograd.grad(given.log_scale.sum(), bias)[0][2]))
    np.testing.assert_allclose(gradients, torch.sigmoid(raw + 2.0), atol=1e-6)
    assert min(gradients) > 0


def test_components_and_bound_are_checked():
    with pytest.raises(InvalidValueError, match="num_components=0 must be a positive integer"):
        GaussianMixtureHead(5, 10, 0, -7.0)
    with pytest.raises(InvalidValueError, match="min_log_scale=nan must be finite"):
        GaussianMixtureHead(5, 10, 2, math.nan)


def test_one_frame_is_drawn_as_among_many():
    """A single frame finds its component by a shorter way, which must lead to the same one."""
    rng = torch.Generator().manual_seed(5)
    mixture_logits = torch.randn(50, 4, generator=rng)
    loc, log_scale = torch.randn(50, 4, 3, generator=rng), torch.randn(50, 4, 3, generator=rng)
    uniforms = torch.rand(50, 4, generator=rng, dtype=torch.float64)
    together = GaussianMixture(mixture_logits, loc, log_scale).sample(uniforms)
    for row in range(50):
        part = slice(row, row + 1)
        alone = GaussianMixture(mixture_logits[part], loc[part], log_scale[part]).sample(uniforms[part])
        assert torch.equal(alone, together[part])
