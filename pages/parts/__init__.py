"""Parts that more than one page shows, and the base of all of our own."""

from pages.parts.component import (
    Component,
    is_uploaded,
    served_bytes,
    styled,
    this_page,
    told,
)
from pages.parts.lane import EMPTY, HIDDEN, Lane, packed
from pages.parts.lane_picture import picture_of
from pages.parts.sound.sound_pieces import SoundPieces, pieces_of
from pages.parts.vote_files import Row, VoteFiles, vote_file

__all__ = [
    "EMPTY",
    "HIDDEN",
    "Component",
    "Lane",
    "Row",
    "SoundPieces",
    "VoteFiles",
    "is_uploaded",
    "packed",
    "picture_of",
    "pieces_of",
    "served_bytes",
    "styled",
    "this_page",
    "told",
    "vote_file",
]
