"""DrawsOptions: how many draws are compared, how long, at which temperature."""

from dataclasses import dataclass

from engine.errors import InvalidValueError
from engine.sampling import MAX_DRAW_FRAMES, SamplingOptions

FIRST_SEED = 1_000_000  # of draw 0; far from the seeds that are used while models are made
MAX_PIECES = 1_000


@dataclass(frozen=True)
class DrawsOptions:
    """Which draws are compared with held-out pieces.

    Args:
        num_pieces: how many draws, 2 … MAX_PIECES; None for as many as the test split has (50 of sound).
        num_frames: the least length of a draw; what goes beyond its real piece is searched for faults alone.
        temperature: of the draws.

    Raises:
        InvalidValueError: a number is out of range.
    """

    num_pieces: int | None = None
    num_frames: int = 1
    temperature: float = 1.0

    def __post_init__(self) -> None:
        if self.num_pieces is not None and not 2 <= self.num_pieces <= MAX_PIECES:
            raise InvalidValueError(f"--pieces {self.num_pieces} must be from 2 to {MAX_PIECES:,}")
        if not 1 <= self.num_frames <= MAX_DRAW_FRAMES:
            raise InvalidValueError(f"--frames {self.num_frames} must be from 1 to {MAX_DRAW_FRAMES:,}")
        SamplingOptions(self.num_frames, temperature=self.temperature)  # refuses other temperatures
