"""A mixture of diagonal Gaussians over the samples of the next frame, as Chung et al. 2014
(arXiv 1412.3555) use for raw speech: 20 components over the next 10 samples.

    p(frame | h) = sum_k softmax(a)_k  prod_j Normal(frame_j; loc_kj, exp(log_scale_kj))

``log_scale`` has a lower bound, in fitting and in scoring: recordings are quantised to 16 bits, and
without a bound the density at a value that recurs exactly grows without limit. The bound is soft,
``log(exp(raw) + exp(min_log_scale))``, so that a component at the bound can leave it.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import InvalidValueError
from engine.heads.head import Distribution, Head
from engine.registry import require_positive

LOG_SQRT_2_PI = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True)
class GaussianMixture(Distribution):
    """Mixture over whole frames; the events of a frame are independent given the component.

    Args:
        mixture_logits: unnormalised log-weights of the components.
        loc: means, in the units of the frame.
        log_scale: logarithms of the standard deviations, in the same units.
    """

    mixture_logits: Float[Tensor, "*axes component"]
    loc: Float[Tensor, "*axes component event"]
    log_scale: Float[Tensor, "*axes component event"]

    @property
    def num_uniforms(self) -> int:
        """One for the component and one for each sample: number j + 1 draws sample j."""
        return 1 + self.loc.shape[-1]

    def log_prob(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes"]:
        """Log-density in nats."""
        deviation = (frame.unsqueeze(-2) - self.loc) * torch.exp(-self.log_scale)
        per_event = -0.5 * deviation.square() - self.log_scale
        per_component = per_event.sum(-1) - self.loc.shape[-1] * LOG_SQRT_2_PI
        return torch.logsumexp(self.mixture_logits.log_softmax(-1) + per_component, -1)

    def log_bin_prob(
        self, lower: Float[Tensor, "*axes event"], upper: Float[Tensor, "*axes event"]
    ) -> Float[Tensor, "*axes"]:
        """Log-probability in nats that every event falls between its edges (which may be infinite).

        Parameters and edges should be float64 if bins are narrow.
        """
        inverse_scale = torch.exp(-self.log_scale)
        low = (lower.unsqueeze(-2) - self.loc) * inverse_scale
        high = (upper.unsqueeze(-2) - self.loc) * inverse_scale
        flip = low > 0  # work in the left tail, where log_ndtr keeps its precision
        low, high = torch.where(flip, -high, low), torch.where(flip, -low, high)
        log_high = torch.special.log_ndtr(high)
        log_ratio = torch.special.log_ndtr(low) - log_high
        share = -torch.expm1(log_ratio.clamp(max=-1e-300))  # an empty bin stays finite in float64
        per_event = log_high + torch.log(share)
        return torch.logsumexp(self.mixture_logits.log_softmax(-1) + per_event.sum(-1), -1)

    def sample(self, uniforms: Float[Tensor, "*axes uniforms"]) -> Float[Tensor, "*axes event"]:
        """The component by inverting the cumulated weights, the samples by the inverse normal CDF."""
        first, quantiles = torch.split_with_sizes(uniforms, (1, self.loc.shape[-1]), -1)
        loc, log_scale = self._component(first)
        normals = torch.special.ndtri(quantiles).to(loc.dtype)
        return torch.addcmul(loc, log_scale.exp(), normals)

    def repeated(self, count: int) -> "GaussianMixture":
        """The same weights, means and scales, along a new axis before the components."""
        axes = self.mixture_logits.shape[:-1]
        return GaussianMixture(
            self.mixture_logits.unsqueeze(-2).expand(*axes, count, -1),
            self.loc.unsqueeze(-3).expand(*axes, count, -1, -1),
            self.log_scale.unsqueeze(-3).expand(*axes, count, -1, -1),
        )

    def _component(self, uniform: Float[Tensor, "*axes 1"]) -> tuple[Tensor, Tensor]:
        """Loc and log_scale, both (*axes, event), of the component in whose share ``uniform`` falls."""
        last = self.loc.shape[-2] - 1  # rounding may leave the last sum just below 1
        cumulated = self.mixture_logits.softmax(-1, dtype=torch.float64).cumsum(-1)
        if uniform.numel() == 1:  # one frame, as in sampling: Python's own search takes half the time
            component = min(bisect_right(cumulated.flatten().tolist(), uniform.item()), last)
            return self.loc.select(-2, component), self.log_scale.select(-2, component)
        component = torch.searchsorted(cumulated, uniform.contiguous(), right=True).clamp_(max=last)
        index = component.unsqueeze(-1).expand(*component.shape, self.loc.shape[-1])
        return self.loc.gather(-2, index).squeeze(-2), self.log_scale.gather(-2, index).squeeze(-2)

    def temper(self, temperature: float) -> "GaussianMixture":
        """Log-weights divided by the temperature T and variances multiplied by T.

        So each component is raised to the power 1/T and normalised again. Log-weights are divided in float64,
        relative to the largest, so that a tiny T leaves just that component.
        """
        if temperature == 1:
            return self
        below_peak = (self.mixture_logits - self.mixture_logits.amax(-1, keepdim=True)).double()
        mixture_logits = (below_peak / temperature).to(self.mixture_logits.dtype)
        widened = self.log_scale + 0.5 * math.log(temperature)
        return GaussianMixture(mixture_logits, self.loc, widened)


class GaussianMixtureHead(Head):
    """One affine map from h to weights, means and bounded log-scales.

    Args:
        min_log_scale: lower bound of log_scale; for standardised 16-bit sound the logarithm of
            half a quantisation step.

    Raises:
        InvalidValueError: fewer than one component, or a bound that is not finite.
    """

    events = "samples"

    def __init__(self, hidden_size: int, frame_size: int, num_components: int, min_log_scale: float):
        super().__init__(hidden_size, frame_size)
        require_positive(num_components=num_components)
        if not math.isfinite(min_log_scale):
            raise InvalidValueError(f"min_log_scale={min_log_scale} must be finite")
        self.num_components = num_components
        self.min_log_scale = min_log_scale
        num_outputs = num_components * (1 + 2 * frame_size)
        self.weight = nn.Parameter(torch.zeros(num_outputs, hidden_size))
        self.bias = nn.Parameter(torch.zeros(num_outputs))
        self.register_buffer("bound", torch.tensor(float(min_log_scale)), persistent=False)

    def forward(self, h: Float[Tensor, "*axes hidden"], x: Float[Tensor, "*axes input"]) -> GaussianMixture:
        """The distribution of the next frame; the input of this step is not read."""
        count, size = self.num_components, self.frame_size
        outputs = functional.linear(h, self.weights["weight"], self.weights["bias"])
        mixture_logits, loc, raw = torch.split_with_sizes(outputs, (count, count * size, count * size), -1)
        log_scale = torch.logaddexp(raw, self.bound)
        shape = (*h.shape[:-1], count, size)
        return GaussianMixture(mixture_logits, loc.reshape(shape), log_scale.view(shape))

    def initialise(self, rng: torch.Generator) -> None:
        """Glorot weights; means start spread over [-1, 1] so that components differ."""
        nn.init.xavier_uniform_(self.weight, generator=rng)
        nn.init.zeros_(self.bias)
        count, size = self.num_components, self.frame_size
        nn.init.uniform_(self.bias.data[count : count + count * size], -1.0, 1.0, generator=rng)
