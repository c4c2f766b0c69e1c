"""How fast the best models draw, by the kernel and by torch: part of ``make bench``.

The models of music are slowest late in a piece, when there is most to look back at: a frame then needs all
keys and values, some 70 MB of float32, so the speed of memory counts. It is printed first.
"""

import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from benchmarks.sampling import kernel_draw, median_seconds, torch_draw
from engine.checkpoints import Checkpoint, available, load
from engine.kernel import open_model
from engine.models import Model
from engine.sampling import SamplingOptions, frame_uniforms, sample

FRESH_FRAMES = 128  # drawn from nothing
PRIME_FRAMES = 1_024  # of a beginning
LATE_FRAMES = 200  # drawn after it
LEAST_FRESH, LEAST_LATE = 400, 200  # frames a second
SOUND_SECONDS = 2.0  # that are drawn of speech
LEAST_SAMPLES_PER_SECOND = 64_000  # 8 times real time at 8 kHz, 4 times at 16 kHz
NUM_BEST_ROUNDS = 3
SUMMED_BYTES = 1 << 26  # 64 MiB, more than most caches hold


def late_by_kernel(model: Model, prime: Tensor) -> Callable[[], None]:
    """A draw of ``LATE_FRAMES`` frames after a beginning that has been read already."""
    instance = open_model(model)
    instance.read(prime)

    def draw() -> None:
        instance.draw(LATE_FRAMES, 2, len(prime), 1.0)

    return draw


def late_by_torch(model: Model, prime: Tensor) -> Callable[[], None]:
    """The same draw by torch, of an eighth as many frames."""
    with torch.inference_mode():
        _, state = model(prime[None])

    @torch.inference_mode()
    def draw() -> None:
        frame, now = prime[-1:], state
        for position in range(LATE_FRAMES // 8):
            distribution, now = model.step(frame, now)
            frame = distribution.sample(
                frame_uniforms(2, len(prime) + position, 1, distribution.num_uniforms)
            )

    return draw


def row(checkpoint: Checkpoint) -> str:
    """One line for a model of music: frames a second at the start, late in a piece, and while reading."""
    model = checkpoint.model
    prime = torch.stack(list(sample(model, SamplingOptions(PRIME_FRAMES, seed=1))))
    fresh = median_seconds(
        kernel_draw(model, FRESH_FRAMES), torch_draw(model, FRESH_FRAMES), num_rounds=NUM_BEST_ROUNDS
    )
    late = median_seconds(
        late_by_kernel(model, prime), late_by_torch(model, prime), num_rounds=NUM_BEST_ROUNDS
    )
    reading = median_seconds(
        lambda: open_model(model).read(prime),
        lambda: _read_by_torch(model, prime),
        num_rounds=NUM_BEST_ROUNDS,
    )
    first, first_torch = (FRESH_FRAMES / seconds for seconds in fresh)
    second, second_torch = LATE_FRAMES / late[0], LATE_FRAMES // 8 / late[1]
    read, read_torch = (PRIME_FRAMES / seconds for seconds in reading)
    return (
        f"{checkpoint.card.name}, frames a second: the first {FRESH_FRAMES} {first:,.0f}, at least "
        f"{LEAST_FRESH} (by torch {first_torch:,.0f}); after {PRIME_FRAMES} {second:,.0f}, at least "
        f"{LEAST_LATE} (by torch {second_torch:,.0f}); read {read:,.0f} (by torch {read_torch:,.0f})"
    )


def sound_row(checkpoint: Checkpoint) -> str:
    """One line for a model of speech: how many seconds of sound are drawn in a second."""
    model, waveform = checkpoint.model, checkpoint.representation
    count = round(SOUND_SECONDS * waveform.frames_per_second)
    kernel, by_torch = median_seconds(
        kernel_draw(model, count), torch_draw(model, count // 8), num_rounds=NUM_BEST_ROUNDS
    )
    return (
        f"{checkpoint.card.name}: {SOUND_SECONDS / kernel:.1f} times real time, at least "
        f"{LEAST_SAMPLES_PER_SECOND / waveform.sample_rate:g} (by torch {SOUND_SECONDS / 8 / by_torch:.2f})"
    )


@torch.inference_mode()
def _read_by_torch(model: Model, prime: Tensor) -> None:
    model(prime[None])


def memory_speed() -> float:
    """Bytes a second that are read when 64 MiB are summed, the best of nine times."""
    numbers = np.ones(SUMMED_BYTES // 8)
    seconds = []
    for _ in range(9):
        began = time.perf_counter()
        numbers.sum()
        seconds.append(time.perf_counter() - began)
    return SUMMED_BYTES / min(seconds)


def main() -> None:
    """Print the speed of memory, and a line for each of the best models."""
    torch.set_num_threads(1)
    print(f"memory is read at {memory_speed() / 1e9:.1f} GB a second")
    for name in available():
        if name.endswith("-best"):
            checkpoint = load(name)
            holds_notes = checkpoint.representation.facts.holds_notes
            print(row(checkpoint) if holds_notes else sound_row(checkpoint))


if __name__ == "__main__":
    main()
