"""Independent Bernoulli notes: each pitch of the next frame sounds or not, given the past.

    p(v_j = 1 | h) = sigmoid(W_j h + b_j)

The output layer of Chung et al. 2014 (arXiv 1412.3555) for polyphonic music.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from engine.heads.head import Distribution, Head

HALVINGS = 40  # how many times the interval that holds the shift is halved, see ``temper``
LEAST_TEMPERATURE = 0.01  # lower temperatures count as this one


@dataclass(frozen=True)
class Bernoulli(Distribution):
    """Independent binary events; the logits are their log-odds."""

    logits: Float[Tensor, "*axes event"]

    @property
    def num_uniforms(self) -> int:
        """One for each pitch."""
        return self.logits.shape[-1]

    def log_prob(self, frame: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes"]:
        """Log-probability of a frame, in nats; by softplus, so that large logits lose no precision."""
        return (frame * self.logits - functional.softplus(self.logits, threshold=50)).sum(-1)

    def sample(self, uniforms: Float[Tensor, "*axes event"]) -> Float[Tensor, "*axes event"]:
        """Event j happens if uniform j is below its probability.

        Both are compared as log-odds: u < sigmoid(l) exactly where logit(u) < l.
        """
        return (torch.logit(uniforms) < self.logits).to(self.logits.dtype)

    def repeated(self, count: int) -> "Bernoulli":
        """The same logits ``count`` times, along a new axis before the events."""
        return Bernoulli(self.logits.unsqueeze(-2).expand(*self.logits.shape[:-1], count, -1))

    def marginals(self) -> Float[Tensor, "*axes event"]:
        """The probability of each event, exact since the events are independent."""
        return self.logits.sigmoid()

    def temper(self, temperature: float) -> "Bernoulli":
        """Log-odds divided by the temperature, then shifted so that as many notes are expected as before.

        Most pitches are silent, so without the shift a temperature below 1 would empty frames, and one above
        1 would flood them.
        """
        if temperature == 1:
            return self
        factor = 1 / max(temperature, LEAST_TEMPERATURE)
        back = self.logits * (
            1 - factor
        )  # the shift that would give a logit its old value; ours is among these
        low, high = back.amin(-1, keepdim=True), back.amax(-1, keepdim=True)
        wanted = self.logits.sigmoid().sum(-1, keepdim=True)
        for _ in range(HALVINGS):
            shift = 0.5 * low + 0.5 * high
            is_low = (self.logits * factor + shift).sigmoid().sum(-1, keepdim=True) < wanted
            low, high = torch.where(is_low, shift, low), torch.where(is_low, high, shift)
        return Bernoulli(self.logits * factor + 0.5 * low + 0.5 * high)


class BernoulliHead(Head):
    """One affine map to the logits of ``frame_size`` independent binary events."""

    events = "notes"

    def __init__(self, hidden_size: int, frame_size: int):
        super().__init__(hidden_size, frame_size)
        self.weight = nn.Parameter(torch.zeros(frame_size, hidden_size))
        self.bias = nn.Parameter(torch.zeros(frame_size))

    def forward(self, h: Float[Tensor, "*axes hidden"], x: Float[Tensor, "*axes input"]) -> Bernoulli:
        """The distribution of the next frame; the input of this step is not read."""
        return Bernoulli(functional.linear(h, self.weights["weight"], self.weights["bias"]))

    def initialise(self, rng: torch.Generator) -> None:
        """Glorot weights; the bias starts at log-odds of -3, since most pitches are silent."""
        nn.init.xavier_uniform_(self.weight, generator=rng)
        nn.init.constant_(self.bias, -3.0)
