"""By kernel: a draw in blocks that each take about a hundredth of a second, however fast the model is."""

import time
from collections.abc import Iterator

from jaxtyping import Float
from torch import Tensor

from engine.kernel import Instance
from engine.sampling.options import SamplingOptions

SECONDS_PER_BLOCK = 0.01  # so that a draw stops at once when asked to
FIRST_BLOCK_FRAMES = 4
PRIME_FRAMES_AT_ONCE = 16


def stages_by_kernel(
    instance: Instance, options: SamplingOptions, prime: Float[Tensor, "time event"] | None
) -> Iterator[Float[Tensor, " event"] | None]:
    """Yields None after every few frames of the prime, then the frames that follow it."""
    position = 0 if prime is None else len(prime)
    for part in () if prime is None else prime.split(PRIME_FRAMES_AT_ONCE):
        instance.read(part)
        yield None
    end, size = position + options.num_frames, FIRST_BLOCK_FRAMES
    while position < end:
        began = time.perf_counter()
        frames = instance.draw(min(size, end - position), options.seed, position, options.temperature)
        size = _next_size(len(frames), time.perf_counter() - began)
        position += len(frames)
        yield from frames.unbind(0)


def _next_size(size: int, seconds: float) -> int:
    """How many frames to draw next, after ``size`` took ``seconds``: at most four times as many."""
    return max(1, min(4 * size, int(size * SECONDS_PER_BLOCK / max(seconds, 1e-6))))
