"""The recurrent layers as the papers print them, one step of one sequence in numpy: an oracle in float64.

Each function takes the weights by the paper's names, one matrix for each gate, and the state as a tuple.
"""

import numpy as np

Weights = dict[str, np.ndarray]


def sigmoid(a: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-a))


def tanh_step(w: Weights, x: np.ndarray, state: tuple) -> tuple:
    """Chung et al. 2014, equation (2)."""
    (h,) = state
    return (np.tanh(w["W"] @ x + w["U"] @ h + w["b"]),)


def gru_step(w: Weights, x: np.ndarray, state: tuple) -> tuple:
    """Chung et al. 2014, equations (5) to (8): reset acts on h before the product with U."""
    (h,) = state
    r = sigmoid(w["W_r"] @ x + w["U_r"] @ h + w["b_r"])
    z = sigmoid(w["W_z"] @ x + w["U_z"] @ h + w["b_z"])
    candidate = np.tanh(w["W"] @ x + w["U"] @ (r * h) + w["b"])
    return ((1 - z) * h + z * candidate,)


def lstm_step(w: Weights, x: np.ndarray, state: tuple) -> tuple:
    """Graves 2013: diagonal peepholes V, from the old c into i and f, from the new one into o."""
    h, c = state
    i = sigmoid(w["W_i"] @ x + w["U_i"] @ h + w["V_i"] * c + w["b_i"])
    f = sigmoid(w["W_f"] @ x + w["U_f"] @ h + w["V_f"] * c + w["b_f"])
    candidate = np.tanh(w["W_c"] @ x + w["U_c"] @ h + w["b_c"])
    new_c = f * c + i * candidate
    o = sigmoid(w["W_o"] @ x + w["U_o"] @ h + w["V_o"] * new_c + w["b_o"])
    return (o * np.tanh(new_c), new_c)


def stacked(letter: str, gates: tuple[str, ...], weight: np.ndarray) -> Weights:
    """The blocks of a stacked weight by name, e.g. U_i, U_f, U_o, U_c; a nameless gate gives the letter."""
    return {
        f"{letter}_{gate}" if gate else letter: block
        for gate, block in zip(gates, np.split(weight, len(gates)), strict=True)
    }
