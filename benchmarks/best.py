"""How fast the best models sample, beside the paper's GRU on the same core: ``make bench``.

They must play live: at least 20 frames a second on one core. They are slowest late in a piece, when there is
most to look back at, so a draw here goes on from a prime as long as their memory.
"""

from collections.abc import Callable

import torch

from benchmarks.sampling import engine_draw, music_model, paired_seconds
from engine.checkpoints import Checkpoint, available, load
from engine.sampling import SamplingOptions, sample

NUM_FRAMES = 200
LONGEST_PRIME = 1_024
QUARTERS_PER_MINUTE = 100  # the app's own tempo, until a visitor changes it
LEAST_FRAMES_PER_SECOND = 20


def late_draw(checkpoint: Checkpoint) -> Callable[[], None]:
    """A draw that goes on from a long prime, whose reading counts too."""
    prime = torch.stack(list(sample(checkpoint.model, SamplingOptions(LONGEST_PRIME, seed=1))))

    def draw() -> None:
        for _ in sample(checkpoint.model, SamplingOptions(NUM_FRAMES, seed=2), prime):
            pass

    return draw


def row(checkpoint: Checkpoint) -> str:
    """One line: frames a second, times real time, and the share of the paper's GRU's speed."""
    pairs = sorted(paired_seconds(late_draw(checkpoint), engine_draw(music_model(), NUM_FRAMES)))
    ours, paper = pairs[len(pairs) // 2]
    frames_per_second = NUM_FRAMES / ours
    real_time = frames_per_second * checkpoint.representation.frame_seconds(QUARTERS_PER_MINUTE)
    return (
        f"{checkpoint.card.name}: {frames_per_second:,.0f} frames a second, {real_time:,.0f} times real time "
        f"(the paper's GRU {NUM_FRAMES / paper:,.0f}; ratio {paper / ours:.3f}; "
        f"at least {LEAST_FRAMES_PER_SECOND})"
    )


def main() -> None:
    """One line a model."""
    torch.set_num_threads(1)
    for name in available():
        if name.endswith("-best"):
            print(row(load(name)))


if __name__ == "__main__":
    main()
