"""SamplingOptions: what decides a draw besides model and prime."""

from dataclasses import dataclass

from engine.errors import InvalidValueError

MAX_SEED = 2**31 - 1  # browsers keep integers up to 2^53; files and links stay short
MAX_TEMPERATURE = 4.0
MAX_FRAMES = 100_000


@dataclass(frozen=True)
class SamplingOptions:
    """What decides a draw besides model and prime.

    Args:
        num_frames: frames to sample, the prime not counted.
        seed: 0 … 2^31 - 1.
        temperature: 1 draws from the model's own distribution; above 0, at most 4.

    Raises:
        InvalidValueError: a number is out of range.
    """

    num_frames: int
    seed: int = 0
    temperature: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= self.num_frames <= MAX_FRAMES:
            raise InvalidValueError(f"num_frames={self.num_frames} must be between 1 and {MAX_FRAMES}")
        if not 0 <= self.seed <= MAX_SEED:
            raise InvalidValueError(f"seed={self.seed} must be between 0 and {MAX_SEED}")
        if not 0 < self.temperature <= MAX_TEMPERATURE:
            raise InvalidValueError(
                f"temperature={self.temperature} must be above 0 and at most {MAX_TEMPERATURE}"
            )
