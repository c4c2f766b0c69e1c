"""Parts that more than one page shows, and Component, the base of all parts of our own."""

from pages.parts.component import Component, styled
from pages.parts.lane import EMPTY_LANE, HIDDEN_LANE, Lane, packed
from pages.parts.lane_picture import picture_of
from pages.parts.sound.sound_pieces import SoundPieces, pieces_of
from pages.parts.vote_files import NOT_VOTED, Row, VoteFiles, vote_file

__all__ = [
    "EMPTY_LANE",
    "HIDDEN_LANE",
    "NOT_VOTED",
    "Component",
    "Lane",
    "Row",
    "SoundPieces",
    "VoteFiles",
    "packed",
    "picture_of",
    "pieces_of",
    "styled",
    "vote_file",
]
