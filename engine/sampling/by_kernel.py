"""By kernel: a draw in blocks that take a hundredth of a second each, however fast the model is."""

import time
from collections.abc import Iterator

from jaxtyping import Float
from torch import Tensor

from engine.kernel import Instance
from engine.sampling.options import SamplingOptions

SECONDS_PER_BLOCK = 0.01  # so that who stops a draw is heard at once
FIRST_BLOCK = 4  # frames
READ_AT_ONCE = 16  # frames of a prime


def stages_by_kernel(
    instance: Instance, options: SamplingOptions, prime: Float[Tensor, "time event"] | None
) -> Iterator[Float[Tensor, " event"] | None]:
    """None for every few frames of the prime that are read, then the frames that follow it."""
    position = 0 if prime is None else len(prime)
    for part in () if prime is None else prime.split(READ_AT_ONCE):
        instance.read(part)
        yield None
    end, size = position + options.num_frames, FIRST_BLOCK
    while position < end:
        began = time.perf_counter()
        frames = instance.draw(min(size, end - position), options.seed, position, options.temperature)
        size = _next_size(len(frames), time.perf_counter() - began)
        position += len(frames)
        yield from frames.unbind(0)


def _next_size(size: int, seconds: float) -> int:
    """How many frames come next, after so many took so long: at most four times as many."""
    return max(1, min(4 * size, int(size * SECONDS_PER_BLOCK / max(seconds, 1e-6))))
