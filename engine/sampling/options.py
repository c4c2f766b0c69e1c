"""SamplingOptions: how long a draw is, its seed and its temperature."""

from dataclasses import dataclass

from engine.errors import InvalidValueError

MAX_SEED = 2**31 - 1  # below the 2^53 that browsers keep exactly, and short in files and links
MAX_TEMPERATURE = 4.0
MAX_DRAW_FRAMES = 100_000


@dataclass(frozen=True)
class SamplingOptions:
    """What decides a draw besides model and prime.

    Args:
        num_frames: frames to sample, the prime not counted.
        seed: 0 … 2^31 - 1.
        temperature: above 0, at most 4; 1 draws from the model's own distribution.

    Raises:
        InvalidValueError: a number is out of range.
    """

    num_frames: int
    seed: int = 0
    temperature: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= self.num_frames <= MAX_DRAW_FRAMES:
            raise InvalidValueError(f"num_frames={self.num_frames} must be between 1 and {MAX_DRAW_FRAMES}")
        if not 0 <= self.seed <= MAX_SEED:
            raise InvalidValueError(f"seed={self.seed} must be between 0 and {MAX_SEED}")
        if not 0 < self.temperature <= MAX_TEMPERATURE:
            raise InvalidValueError(
                f"temperature={self.temperature} must be above 0 and at most {MAX_TEMPERATURE}"
            )
