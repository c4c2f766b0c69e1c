"""Long short-term memory with diagonal peepholes: Graves 2013 (arXiv 1308.0850), section 2, in the
form that Chung et al. 2014 (arXiv 1412.3555) use.

    i_t  = sigmoid(W_i x_t + U_i h_{t-1} + V_i * c_{t-1} + b_i)     input gate
    f_t  = sigmoid(W_f x_t + U_f h_{t-1} + V_f * c_{t-1} + b_f)     forget gate
    c~_t = tanh(W_c x_t + U_c h_{t-1} + b_c)                        candidate
    c_t  = f_t * c_{t-1} + i_t * c~_t
    o_t  = sigmoid(W_o x_t + U_o h_{t-1} + V_o * c_t + b_o)         output gate
    h_t  = o_t * tanh(c_t)

``*`` multiplies unit by unit: each V is a vector, the diagonal of a peephole matrix.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from engine.cells.cell import Cell, State, fill_matrix
from engine.cells.recurrences.lstm import LSTMRecurrence


class LSTMCell(Cell):
    """Long short-term memory; stacked weights are in the order input, forget, output, candidate.

    Equals ``torch.nn.LSTMCell``, whose gates are in another order, when the peepholes are zero (tested).
    """

    def drive(self, x: Float[Tensor, "*axes input"]) -> Float[Tensor, "*axes gates_and_candidate"]:
        """W x + b for the three gates and the candidate."""
        return functional.linear(x, self.weights["input_weight"], self.weights["bias"])

    def gates(self, drive: Float[Tensor, "batch gates_and_candidate"], state: State) -> tuple[Tensor, ...]:
        """Input i, forget f and output o."""
        return self._gates_and_cell_state(drive, state)[:3]

    def advance(self, drive: Float[Tensor, "batch gates_and_candidate"], state: State) -> State:
        """(h, c): the output, as much of tanh(c) as the output gate lets through, and the new cell state."""
        _, _, output_gate, c = self._gates_and_cell_state(drive, state)
        return (output_gate * c.tanh(), c)

    def _gates_and_cell_state(self, drive: Tensor, state: State) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The three gates, and the new cell state c, which the output gate reads."""
        weights, size = self.weights, self.hidden_size
        h, c = state
        pre = torch.mm(h, weights["recurrent_weight"].t()).add_(drive)
        pre_in_forget, pre_output, pre_candidate = torch.split_with_sizes(pre, (2 * size, size, size), 1)
        peep_in_forget = (weights["peephole"][:2] * c.unsqueeze(1)).flatten(1)
        in_and_forget = (pre_in_forget + peep_in_forget).sigmoid()
        input_gate, forget_gate = torch.split_with_sizes(in_and_forget, (size, size), 1)
        c = torch.addcmul(forget_gate * c, input_gate, pre_candidate.tanh())
        output_gate = torch.addcmul(pre_output, weights["peephole"][2], c).sigmoid()
        return input_gate, forget_gate, output_gate, c

    title = "LSTM"
    gate_names = ("input", "forget", "output")
    recurrence = LSTMRecurrence
    recurrent_names = ("recurrent_weight", "peephole")

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__(input_size, hidden_size)
        self.input_weight = nn.Parameter(torch.zeros(4 * hidden_size, input_size))
        self.bias = nn.Parameter(torch.zeros(4 * hidden_size))
        self.recurrent_weight = nn.Parameter(torch.zeros(4 * hidden_size, hidden_size))
        self.peephole = nn.Parameter(torch.zeros(3, hidden_size))  # V_i, V_f, V_o

    def initial_state(self, batch_size: int) -> State:
        """(h, c) = 0."""
        return (self.zeros(batch_size), self.zeros(batch_size))

    def initialise(self, rng: torch.Generator) -> None:
        """Glorot inputs, orthogonal recurrence, zero peepholes, zero biases but 1 at the forget gate."""
        for weight in self.input_weight.data.split(self.hidden_size):
            fill_matrix(weight, rng)
        fill_matrix(self.recurrent_weight, rng, orthogonal=True)
        nn.init.zeros_(self.peephole)
        nn.init.zeros_(self.bias)
        nn.init.ones_(self.bias.data[self.hidden_size : 2 * self.hidden_size])
