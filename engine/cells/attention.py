"""Attention to past steps: what followed the last time that it was like this?

    q_t, k_t, u_t, w_t = W x_t + b
    v_s     = u_s + w_{s+1}                                 from the moment s, and from the step after it
    a_t     = sum_{s<t} p_s v_s / (n + sum_{s<t} p_s)       for each head, of d numbers
    p_s     = exp(q_t . k_s / sqrt(d) + e_{t-s}),  n = exp(e_0), the weight of finding nothing
    h_t     = O a_t

This is dot-product attention as in Vaswani et al. 2017 (arXiv 1706.03762), with a bias e for each head and
each distance t - s. Only moments strictly before t are read, at most ``window`` back; the value of the last
one, s = t - 1, also depends on x_t, which is known by then. The state grows by one moment with each step, up
to ``window``.

Conventions
    moment  one past step: its key and its value
    part    a query, key or value, (batch, time, hidden); the heads' numbers are side by side in hidden
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from engine.cells.cell import Cell, State, fill_matrix
from engine.errors import InvalidValueError
from engine.registry import require_positive

QUERIES_AT_ONCE = 256  # steps of an unroll, each compared with all its moments


def _attend(query: Tensor, keys: Tensor, values: Tensor, bias: Tensor) -> Tensor:
    """The equations as they are: for a single step, or if gradients are wanted."""
    scores = query @ keys.transpose(-1, -2) / math.sqrt(query.shape[-1]) + bias[..., 1:]
    nothing = bias[..., :1].expand(*scores.shape[:-1], 1)
    return torch.cat((nothing, scores), -1).softmax(-1)[..., 1:] @ values


def _attend_at_once(query: Tensor, keys: Tensor, values: Tensor, bias: Tensor) -> Tensor:
    """The same by torch's own operation, in a third of the time; finding nothing is a moment of zeros.

    Its fast way has no gradient for a bias, and for a single step the extra moment would cost a copy of the
    memory.
    """
    keys, values = (functional.pad(part, (0, 0, 1, 0)) for part in (keys, values))
    return functional.scaled_dot_product_attention(query, keys, values, bias.unsqueeze(0))


class AttentionCell(Cell):
    """Attention of ``num_heads`` heads; the state is (h, the last step's drive, keys, values).

    Args:
        window: moments that are remembered; older ones are forgotten.

    Raises:
        InvalidValueError: a size is not a positive integer, or the heads do not divide hidden_size.
    """

    def drive(self, x: Float[Tensor, "*axes input"]) -> Float[Tensor, "*axes parts"]:
        """Query q, key k, and u and w, which add up to values."""
        return functional.linear(x, self.input_weight, self.bias)

    def advance(self, drive: Float[Tensor, "batch parts"], state: State) -> State:
        """Remember the previous step as a moment, then look back."""
        return self._read(drive.unsqueeze(1), state)[1]

    def _read(
        self, drives: Float[Tensor, "batch time parts"], state: State
    ) -> tuple[Float[Tensor, "batch time hidden"], State]:
        """Do several steps: store the moments they complete; each step looks at the moments before it."""
        _, before, keys, values = state
        query, _, _, after = drives.split(self.hidden_size, -1)
        known = torch.cat((before, drives[:, :-1]), 1)  # steps whose follower is known now
        _, key, during, _ = known.split(self.hidden_size, -1)
        keys = torch.cat((keys, key), 1)
        values = torch.cat((values, during + after[:, after.shape[1] - known.shape[1] :]), 1)
        outputs = functional.linear(self._look_back(query, keys, values), self.output_weight)
        kept = (part[:, max(0, part.shape[1] - self.window) :] for part in (keys, values))
        return outputs, (outputs[:, -1], drives[:, -1:], *kept)

    def _look_back(self, query: Tensor, keys: Tensor, values: Tensor) -> Float[Tensor, "batch time hidden"]:
        """What each head finds, side by side; the last query is one step after the last moment."""
        bias = self._bias(query.shape[1], keys.shape[1])
        by_head = (part.unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for part in (query, keys, values))
        at_once = query.shape[1] > 1 and not torch.is_grad_enabled()
        attend = _attend_at_once if at_once else _attend
        return attend(*by_head, bias).transpose(1, 2).flatten(2)

    def _bias(self, num_steps: int, num_moments: int) -> Float[Tensor, "head step moment"]:
        """Biases by distance, minus infinity for moments that a step cannot see; place 0: finding nothing."""
        device = self.distance_bias.device
        steps = torch.arange(num_steps, device=device)[:, None] + num_moments - num_steps + 1
        distance = steps - torch.arange(num_moments, device=device)
        seen = (distance > 0) & (distance <= self.window)
        bias = self.distance_bias[:, distance.clamp(1, self.window)].masked_fill(~seen, -torch.inf)
        return torch.cat((self.distance_bias[:, :1, None].expand(-1, num_steps, 1), bias), -1)

    title = "attention"
    looks_back = True

    def __init__(self, input_size: int, hidden_size: int, num_heads: int = 4, window: int = 1_024):
        super().__init__(input_size, hidden_size)
        require_positive(num_heads=num_heads, window=window)
        if hidden_size % num_heads:
            raise InvalidValueError(
                f"hidden_size={hidden_size} cannot be divided among num_heads={num_heads}"
            )
        self.num_heads = num_heads
        self.window = window
        self.input_weight = nn.Parameter(torch.zeros(4 * hidden_size, input_size))
        self.bias = nn.Parameter(torch.zeros(4 * hidden_size))
        self.distance_bias = nn.Parameter(torch.zeros(num_heads, window + 1))  # 0 is for finding nothing
        self.output_weight = nn.Parameter(torch.zeros(hidden_size, hidden_size))

    def initial_state(self, batch_size: int) -> State:
        """Zeros for h, no previous step, no moments."""
        h = self.zeros(batch_size)
        nothing = h.new_zeros(batch_size, 0, self.hidden_size)
        return h, h.new_zeros(batch_size, 0, 4 * self.hidden_size), nothing, nothing

    def unroll(
        self, xs: Float[Tensor, "batch time input"], state: State
    ) -> tuple[Float[Tensor, "batch time hidden"], State]:
        """All steps of a batch of sequences; equal to calling the cell once a step."""
        drives, outputs = self.drive(xs), []
        for block in drives.split(QUERIES_AT_ONCE, 1) if xs.shape[1] else ():
            output, state = self._read(block, state)
            outputs.append(output)
        if not outputs:
            return xs.new_zeros(xs.shape[0], 0, self.hidden_size), state
        return torch.cat(outputs, 1), state

    def initialise(self, rng: torch.Generator) -> None:
        """Glorot weights, zero biases."""
        for weight in self.input_weight.data.split(self.hidden_size):
            fill_matrix(weight, rng)
        fill_matrix(self.output_weight, rng)
        nn.init.zeros_(self.bias)
        nn.init.zeros_(self.distance_bias)
