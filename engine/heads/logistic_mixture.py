"""The samples of a frame one after another, each from a mixture of discretised logistics: exact over 16 bits.

    p(frame | past) = prod_i p(y_i | y_<i, past)                         y_i one of 65,536 integers
    p(y_i) = sum_k softmax(a_i)_k [F((y_i + 1/2 - l_ik) / s_ik) - F((y_i - 1/2 - l_ik) / s_ik)]
    F(z) = 1 / (1 + exp(-z));  the bins of -32768 and 32767 reach to minus and plus infinity

    z_i  = the last samples before i, divided by G
    k    = 0.999 tanh(B h + b)                        reflection coefficients, at most 24
    q_i  = sum_j damping^j c_j(k) z_ij                linear prediction; c(k) by Levinson's recursion
    u_i  = silu(W [z_i, C_i h + c_i, q_i] + w),  u_i + silu(U u_i + u)     z_i, q_i from now on within ±32
    a_i, m_i, r_i = V u_i + v
    l_ik = G (q_i + 2 tanh(m_ik / 2)),  s_ik = G exp(min(r_ik, 0)) + smallest
    G    = exp(d . h + d'), from e^-12 to 0.03 of full scale: how loud the frame will be

Drawn samples are read again, so the head is a filter fed with noise, and it is kept stable: reflection
coefficients below 1 belong to a filter whose sound dies away (Markel and Gray 1976, "Linear Prediction of
Speech"); coefficient j times damping^j moves its poles inwards by the factor damping, so that it cannot ring;
and what the network and chance add to the prediction is bounded in units of G. With unbounded coefficients
and offsets, a draw that had grown loud stayed loud: the two were large and of opposite sign, and cancelled
only for sounds as loud as those of training. With scales above G, a network that does not know what comes
next draws noise, knows still less what follows the noise, and draws more of it.

Discretised logistics are those of Salimans et al. 2017 ("PixelCNN++", arXiv 1701.05517). Learning only what
is left after a prediction from the last samples is the idea of LPCNet (Valin and Skoglund 2019, arXiv
1810.11846). One network for all samples of a frame, which reads the state of a slower network, is that of
SampleRNN (Mehri et al. 2017, arXiv 1612.07837). After the division by G, what is learned of a loud voice
holds for a quiet one. G comes from h, which is bounded: if it came from the sound just heard, a draw that has
grown too loud would go on as loud, and nothing would bring it back.

Conventions
    step     a 16-bit step, in units of the frame: integer k stands for the number k * step
    parts    for every sample: logits a, offsets m, raw scales r, shape (*axes, 3 components)
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import InvalidValueError
from engine.heads.head import Distribution, Head
from engine.registry import require_positive

LOWEST_STEP, HIGHEST_STEP = -32_768, 32_767
SMALLEST_STEPS = 0.1  # the smallest scale, in 16-bit steps
SMALLEST_LEVEL = -12.0  # the smallest log(G)
LARGEST_GAIN = 0.03  # of full scale, 30.5 dB below it
LARGEST_RAW = 0.0  # bound of a raw scale r, so that no scale grows beyond G
LARGEST_OFFSET = 2.0  # from the prediction, in units of G
LARGEST_HEARD = 32.0  # in units of G: samples and predictions are clipped to it
MOST_REFLECTIONS, LARGEST_REFLECTION = 24, 0.999
DEFAULT_DAMPING = 0.99  # if a card names none: those heads were fitted with it
FIRST_REFLECTIONS = (1.716, -0.693)  # before tanh: 1.5 of the last sample, -0.6 of the one before
FIRST_LEVEL = -2.0  # log(G) before anything is learned
UNITS_PER_CONDITION = 4  # the network reads one number made of h for every four of its units
LEAST_UNIFORM = 2.0**-53  # uniform numbers are kept this far from 0 and 1
SAMPLE_WEIGHTS = ("first", "first_bias", "second", "second_bias", "last", "last_bias")


def integers(numbers: Tensor, step: float) -> Tensor:
    """The nearest 16-bit integers, as float64; ``step`` is a 16-bit step in units of the numbers."""
    return torch.floor(numbers.double() / step + 0.5).clamp(LOWEST_STEP, HIGHEST_STEP)


@dataclass(frozen=True)
class SampleNetwork:
    """The network that gives the mixture of each sample, with all that is the same throughout a frame.

    Args:
        weights: the head's SAMPLE_WEIGHTS, by name.
        heard: the samples that the step reads, in units of the frame.
        gain: G.
        prediction: the frame's coefficients of the last samples, the oldest sample's first.
        conditions: C h + c.
        drop: acts on the units from which a mixture is made (dropout, while fitting); None for nothing.
    """

    weights: dict[str, Tensor]
    heard: Float[Tensor, "*axes past"]
    gain: Float[Tensor, "*axes 1"]
    prediction: Float[Tensor, "*axes reflection"]
    conditions: Float[Tensor, "*axes sample condition"]
    drop: Callable[[Tensor], Tensor] | None = None

    def mixtures(
        self,
        past: Float[Tensor, "*axes sample past"],
        conditions: Float[Tensor, "*axes sample condition"],
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, centres and scales of each sample's mixture, (*axes, sample, component).

        Args:
            past: the samples before each sample, the oldest first.
            conditions: those of the same samples.
        """
        weights, gain = self.weights, self.gain.unsqueeze(-1)
        near = past / gain
        predicted = near[..., -self.prediction.shape[-1] :] @ self.prediction.unsqueeze(-1)
        near, predicted = (part.clamp(-LARGEST_HEARD, LARGEST_HEARD) for part in (near, predicted))
        units = functional.linear(
            torch.cat((near, conditions, predicted), -1), weights["first"], weights["first_bias"]
        )
        units = functional.silu(units)
        units = units + functional.silu(functional.linear(units, weights["second"], weights["second_bias"]))
        units = self.drop(units) if self.drop else units
        parts = functional.linear(units, weights["last"], weights["last_bias"])
        logits, offsets, raw = parts.chunk(3, -1)
        offsets = LARGEST_OFFSET * torch.tanh(offsets / LARGEST_OFFSET)
        return logits, gain * (predicted + offsets), gain * raw.clamp(max=LARGEST_RAW).exp()


@dataclass(frozen=True)
class LogisticMixture(Distribution):
    """A distribution over frames of 16-bit samples.

    Args:
        network: gives the mixture of a sample, given the samples before it.
        step: a 16-bit step, in units of the frame.
        temperature: multiplies the scales and divides the logits.
    """

    network: SampleNetwork
    step: float
    temperature: float = 1.0

    is_discrete = True

    @property
    def num_uniforms(self) -> int:
        """One for each sample: it picks the component, and its place in that share decides the sample."""
        return self.network.conditions.shape[-2]

    def log_prob(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes"]:
        """Log-probability in nats of the 16-bit integers nearest to the samples."""
        return self.sample_log_probs(frame).sum(-1)

    def sample_log_probs(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes event"]:
        """Nats of each sample given those before it."""
        return self._log_masses(frame, *self.mixtures(frame))

    def mixtures(self, frame: Float[Tensor, "*axes event"]) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, centres and scales of each sample given those before it, (*axes, event, component)."""
        heard = self.network.heard
        past = torch.cat((heard, frame), -1).unfold(-1, heard.shape[-1], 1)
        return self._mixtures(past[..., : frame.shape[-1], :], self.network.conditions)

    def _mixtures(self, past: Tensor, conditions: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The network's mixtures, scales bounded; tempered in float64, so a tiny T leaves one component."""
        logits, centres, scales = self.network.mixtures(past, conditions)
        scales = scales + SMALLEST_STEPS * self.step
        if self.temperature == 1:
            return logits, centres, scales
        below_peak = (logits - logits.amax(-1, keepdim=True)).double() / self.temperature
        return below_peak.to(logits.dtype), centres, self.temperature * scales.double()

    def _log_masses(self, frame: Tensor, logits: Tensor, centres: Tensor, scales: Tensor) -> Tensor:
        """log(F(above) - F(below)) as log F(above) + log(1 - F(below)) + log(1 - exp(below - above))."""
        nearest, step = integers(frame, self.step), self.step
        numbers = (nearest * step).to(centres.dtype).unsqueeze(-1)
        middle, half = (numbers - centres) / scales, step / 2 / scales
        is_lowest = (nearest == LOWEST_STEP).unsqueeze(-1)
        is_highest = (nearest == HIGHEST_STEP).unsqueeze(-1)
        below, above = functional.logsigmoid(half - middle), functional.logsigmoid(middle + half)
        width = torch.log(-torch.expm1(-2 * half))
        inner = torch.where(is_lowest, above, torch.where(is_highest, below, above + below + width))
        return torch.logsumexp(logits.log_softmax(-1) + inner, -1)

    def sample(self, uniforms: Float[Tensor, "*axes uniforms"]) -> Float[Tensor, "*axes event"]:
        """Sample after sample: the component by inverting the cumulated weights, then the nearest integer."""
        network = self.network
        known, size = network.heard, network.conditions.shape[-2]
        for place, number in enumerate(torch.split_with_sizes(uniforms.double(), [1] * size, -1)):
            conditions = network.conditions[..., place : place + 1, :]
            mixture = self._mixtures(known[..., -network.heard.shape[-1] :].unsqueeze(-2), conditions)
            logits, centres, scales = (part.squeeze(-2).double() for part in mixture)
            component, where = _invert(logits.softmax(-1), number)
            drawn = centres.gather(-1, component) + scales.gather(-1, component) * torch.logit(where)
            known = torch.cat((known, (integers(drawn, self.step) * self.step).to(known.dtype)), -1)
        return known[..., -size:]

    def repeated(self, count: int) -> "LogisticMixture":
        """The same ``count`` times, along a new last leading axis."""
        network = self.network
        heard, gain, prediction = (
            part.unsqueeze(-2).expand(*part.shape[:-1], count, -1)
            for part in (network.heard, network.gain, network.prediction)
        )
        conditions = network.conditions.unsqueeze(-3)
        conditions = conditions.expand(*conditions.shape[:-3], count, *conditions.shape[-2:])
        twin = replace(network, heard=heard, gain=gain, prediction=prediction, conditions=conditions)
        return replace(self, network=twin)

    def dropped(self, drop: Callable[[Tensor], Tensor]) -> "LogisticMixture":
        """With ``drop`` on the units from which each mixture is made."""
        return replace(self, network=replace(self.network, drop=drop))

    def temper(self, temperature: float) -> "LogisticMixture":
        """Scales multiplied by T, logits divided by T."""
        return self if temperature == 1 else replace(self, temperature=self.temperature * temperature)


def _invert(shares: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
    """The share into which each number falls, and where in it (above 0 and below 1); both (*axes, 1)."""
    cumulated = shares.cumsum(-1)
    component = (numbers >= cumulated).sum(-1, keepdim=True).clamp(max=shares.shape[-1] - 1)
    share = shares.gather(-1, component)
    where = (numbers - (cumulated.gather(-1, component) - share)) / share
    return component, where.clamp(LEAST_UNIFORM, 1 - LEAST_UNIFORM)


def prediction(
    reflections: Float[Tensor, "*axes reflection"], damping: float = DEFAULT_DAMPING
) -> Float[Tensor, "*axes reflection"]:
    """Coefficients of the linear prediction with these reflection coefficients, for the oldest sample first.

    For each order i: c_j <- c_j - k_i c_(i - j) for j < i, and c_i <- k_i; in the end c_j <- damping^j c_j.
    """
    coefficients = reflections[..., :0]
    for reflection in reflections.split(1, -1):
        coefficients = torch.cat((coefficients - reflection * coefficients.flip(-1), reflection), -1)
    powers = torch.arange(coefficients.shape[-1], 0, -1).to(coefficients)
    return coefficients.flip(-1) * damping**powers


class LogisticMixtureHead(Head):
    """A linear prediction for each frame, and a network of two layers for each sample.

    Args:
        input_size: numbers in the input of a step, all of which are samples.
        num_units: width of each layer.
        num_components: logistics in each mixture.
        step: a 16-bit step, in units of the frame.
        damping: bound on how far the prediction's poles lie from 0, at most 1.

    Raises:
        InvalidValueError: a size is not a positive integer, or the step or the damping is out of range.
    """

    events = "samples"
    is_joint = True

    def __init__(
        self,
        hidden_size: int,
        frame_size: int,
        input_size: int,
        num_units: int,
        num_components: int,
        step: float,
        damping: float = DEFAULT_DAMPING,
    ):
        super().__init__(hidden_size, frame_size)
        require_positive(input_size=input_size, num_units=num_units, num_components=num_components)
        if not 0 < step < math.inf:
            raise InvalidValueError(f"step={step} must be a number above 0")
        if not 0 < damping <= 1:
            raise InvalidValueError(f"damping={damping} must be a number above 0, at most 1")
        self.input_size, self.num_units, self.num_components = input_size, num_units, num_components
        self.step, self.damping = step, damping
        self.largest_level = math.log(LARGEST_GAIN * -LOWEST_STEP * step)
        self.num_conditions = num_conditions = max(1, num_units // UNITS_PER_CONDITION)
        self.condition_weight = nn.Parameter(torch.zeros(frame_size * num_conditions, hidden_size))
        self.condition_bias = nn.Parameter(torch.zeros(frame_size * num_conditions))
        num_reflections = min(MOST_REFLECTIONS, input_size)
        self.reflection_weight = nn.Parameter(torch.zeros(num_reflections, hidden_size))
        self.reflection_bias = nn.Parameter(torch.zeros(num_reflections))
        self.level_weight = nn.Parameter(torch.zeros(1, hidden_size))
        self.level_bias = nn.Parameter(torch.zeros(1))
        self.first = nn.Parameter(torch.zeros(num_units, input_size + num_conditions + 1))
        self.first_bias = nn.Parameter(torch.zeros(num_units))
        self.second = nn.Parameter(torch.zeros(num_units, num_units))
        self.second_bias = nn.Parameter(torch.zeros(num_units))
        self.last = nn.Parameter(torch.zeros(3 * num_components, num_units))
        self.last_bias = nn.Parameter(torch.zeros(3 * num_components))

    def forward(self, h: Float[Tensor, "*axes hidden"], x: Float[Tensor, "*axes input"]) -> LogisticMixture:
        """The distribution of the next frame."""
        conditions = functional.linear(h, self.condition_weight, self.condition_bias)
        reflections = functional.linear(h, self.reflection_weight, self.reflection_bias)
        level = functional.linear(h, self.level_weight, self.level_bias)
        network = SampleNetwork(
            weights={name: getattr(self, name) for name in SAMPLE_WEIGHTS},
            heard=x,
            gain=level.clamp(SMALLEST_LEVEL, self.largest_level).exp(),
            prediction=prediction(LARGEST_REFLECTION * torch.tanh(reflections), self.damping),
            conditions=conditions.unflatten(-1, (self.frame_size, self.num_conditions)),
        )
        return LogisticMixture(network, self.step)

    def initialise(self, rng: torch.Generator) -> None:
        """Glorot weights; at first a prediction from the last two samples, and components of all widths."""
        for weight in self.parameters():
            if weight.ndim == 2:
                nn.init.xavier_uniform_(weight, generator=rng)
            else:
                nn.init.zeros_(weight)
        with torch.no_grad():
            self.reflection_weight.mul_(0.1)
            self.level_weight.mul_(0.1)
            self.level_bias.fill_(FIRST_LEVEL)
            self.last.mul_(0.1)
            first = FIRST_REFLECTIONS[: len(self.reflection_bias)]
            self.reflection_bias[: len(first)] = torch.tensor(first)
            self.last_bias[2 * self.num_components :] = torch.linspace(-3, 0, self.num_components)
