"""How fast the best models draw, by the kernel and by torch: part of ``make bench``.

The models of music are slowest late in a piece, when there is most to look back at: a frame then needs all
keys and values of attention, up to some 55 MB of float32. So it counts how fast memory can be read, which is
printed first.
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
PRIME_FRAMES = 1_024  # read as the prime
LATE_FRAMES = 200  # drawn after the prime
WANTED_FRESH, WANTED_LATE = 400, 200  # frames a second
SOUND_SECONDS = 2.0  # of speech that is drawn
WANTED_SAMPLES_PER_SECOND = 64_000  # 8 times real time at 8 kHz, 4 times at 16 kHz
NUM_BEST_ROUNDS = 3
TORCH_SHARE = 8  # torch, which is slow, draws one part in so many
SUMMED_BYTES = 1 << 26  # 64 MiB, more than most caches hold


def late_by_kernel(model: Model, prime: Tensor) -> Callable[[], None]:
    """A draw of ``LATE_FRAMES`` frames after a prime that was read; a call goes on after the last one."""
    instance = open_model(model)
    instance.read(prime)
    position = len(prime)

    def draw() -> None:
        nonlocal position
        instance.draw(LATE_FRAMES, seed=2, position=position, temperature=1.0)
        position += LATE_FRAMES

    return draw


def late_by_torch(model: Model, prime: Tensor) -> Callable[[], None]:
    """The first such draw by torch, of a part of its frames."""
    with torch.inference_mode():
        _, state = model(prime[None])

    @torch.inference_mode()
    def draw() -> None:
        frame, now = prime[-1:], state
        for position in range(LATE_FRAMES // TORCH_SHARE):
            distribution, now = model.step(frame, now)
            frame = distribution.sample(
                frame_uniforms(2, len(prime) + position, 1, distribution.num_uniforms)
            )

    return draw


def model_line(checkpoint: Checkpoint) -> str:
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
    fresh_speed, fresh_by_torch = (FRESH_FRAMES / seconds for seconds in fresh)
    late_speed, late_by_torch_speed = LATE_FRAMES / late[0], LATE_FRAMES // TORCH_SHARE / late[1]
    read_speed, read_by_torch = (PRIME_FRAMES / seconds for seconds in reading)
    return (
        f"{checkpoint.card.name}, frames a second: the first {FRESH_FRAMES}: {fresh_speed:,.0f}, wanted "
        f"{WANTED_FRESH} (by torch {fresh_by_torch:,.0f}); after {PRIME_FRAMES} frames: {late_speed:,.0f}, "
        f"wanted {WANTED_LATE} (by torch {late_by_torch_speed:,.0f}); read, opening the model included: "
        f"{read_speed:,.0f} (by torch, which is open, {read_by_torch:,.0f})"
    )


def sound_row(checkpoint: Checkpoint) -> str:
    """One line for a model of speech: how many seconds of sound are drawn in a second."""
    model, waveform = checkpoint.model, checkpoint.representation
    count = round(SOUND_SECONDS * waveform.frames_per_second)
    kernel, by_torch = median_seconds(
        kernel_draw(model, count), torch_draw(model, count // TORCH_SHARE), num_rounds=NUM_BEST_ROUNDS
    )
    return (
        f"{checkpoint.card.name}: {SOUND_SECONDS / kernel:.1f} times real time, wanted "
        f"{WANTED_SAMPLES_PER_SECOND / waveform.sample_rate:g} "
        f"(by torch {SOUND_SECONDS / TORCH_SHARE / by_torch:.2f})"
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
            print(model_line(checkpoint) if holds_notes else sound_row(checkpoint))


if __name__ == "__main__":
    main()
