"""Scoring: one file asked of several models, read once for each kind of frame and judged part by part.

The page, its endpoint and the command line decide which models are asked, in which order and for how long.
"""

from collections.abc import Callable
from pathlib import Path

from engine.checkpoints import Card, Checkpoint
from engine.pieces import Piece, read_piece
from engine.representations import Representation
from engine.scoring.judgement import Judgement
from engine.scoring.surprise import Reading


class ScoredFile:
    """The file, and its frames in each representation that a model has asked for.

    Args:
        file: the path of a MIDI or sound file.
        load: gives the checkpoint with a name.
        read: reads the file as frames of a representation, all of them or as many as the caller wants.
    """

    def __init__(
        self,
        file: Path,
        load: Callable[[str], Checkpoint],
        read: Callable[[Path, Representation], Piece] = read_piece,
    ):
        self.file, self.load, self._read = file, load, read
        self._pieces: dict[Representation, Piece] = {}

    def piece(self, representation: Representation) -> Piece:
        """The file as frames of this representation; raises EngineError if it cannot be read as such."""
        if representation not in self._pieces:
            self._pieces[representation] = self._read(self.file, representation)
        return self._pieces[representation]

    def ask(self, name: str) -> "Judging":
        """A model that has read nothing yet; raises EngineError if the model or the file cannot be read."""
        checkpoint = self.load(name)
        return Judging(checkpoint, self.piece(checkpoint.representation))


class Judging:
    """One model on its way through the file.

    Args:
        checkpoint: the model with its card.
        piece: the file as this model's frames.

    Raises:
        InvalidValueError: there is no frame, or frames are not this model's.
    """

    def __init__(self, checkpoint: Checkpoint, piece: Piece):
        self._checkpoint, self._piece = checkpoint, piece
        mean_pitch = checkpoint.card.corpus.mean_pitch
        self._reading = Reading(checkpoint.model, checkpoint.representation, piece.frames, mean_pitch)

    @property
    def card(self) -> Card:
        """The model's card."""
        return self._checkpoint.card

    @property
    def share(self) -> float:
        """How much of the piece has been read, 0 … 1."""
        return self._reading.num_read / self._reading.num_frames

    @property
    def is_whole(self) -> bool:
        """Whether the whole piece has been read."""
        return self._reading.is_whole

    def go_on(self) -> None:
        """Read the next part."""
        self._reading.go_on()

    def judgement(self) -> Judgement:
        """How likely the model finds the piece; the parts not read yet are read first.

        Raises:
            InvalidValueError: the likelihood is not finite.
        """
        while not self.is_whole:
            self.go_on()
        surprise = self._reading.surprise()
        return Judgement(self.card, self._checkpoint.representation, surprise, self._piece.report)
