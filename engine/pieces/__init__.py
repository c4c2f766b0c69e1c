"""Pieces: frames from files, and the short excerpts that come with Earshot."""

from engine.pieces.excerpt import Excerpt, excerpt, excerpts, excerpts_of, read_excerpt
from engine.pieces.piece import MIDI_SUFFIXES, Piece, holds_midi, read_piece, read_prime, representation_of

__all__ = [
    "MIDI_SUFFIXES",
    "Excerpt",
    "Piece",
    "excerpt",
    "excerpts",
    "excerpts_of",
    "holds_midi",
    "read_excerpt",
    "read_piece",
    "read_prime",
    "representation_of",
]
