"""The pages that draw: Play and Speech."""

from pages.draw.drawing import open_drawing
from pages.draw.first_draw import first_draw
from pages.draw.request import DrawRequest

__all__ = ["DrawRequest", "first_draw", "open_drawing"]
