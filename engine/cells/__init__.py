"""Cells: recurrent layers; CELLS has them by the names that recipes and cards give them."""

from engine.cells.attention import AttentionCell
from engine.cells.cell import Cell, State
from engine.cells.gru import GRUCell
from engine.cells.lstm import LSTMCell
from engine.cells.tanh import TanhCell

CELLS: dict[str, type[Cell]] = {
    "tanh": TanhCell,
    "gru": GRUCell,
    "lstm": LSTMCell,
    "attention": AttentionCell,
}

__all__ = ["CELLS", "Cell", "State", "cell_title"]


def cell_title(name: str) -> str:
    """What a cell is called on pages and in tables: its title; its name if there is none."""
    kind = CELLS.get(name)
    return (kind.title if kind else "") or name
