"""How fast networks of the paper's sizes draw, by the kernel and by torch: part of ``make bench``.

Two yardsticks: the loop that one would write first (torch's own GRUCell and Linear, the process-wide random
numbers, nothing checked and nothing reproducible), and Earshot's draw by torch, for what the kernel cannot
draw.
All take turns on one core, so that whatever else the machine does slows all alike; medians are printed.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from engine.models import build_model
from engine.sampling import SamplingOptions, sample
from engine.sampling.by_torch import stages_by_torch

NUM_SAMPLING_ROUNDS = 7
MUSIC_FRAMES = 4_000
SPEECH_FRAMES = 4_800  # three seconds at 16 kHz
SPEECH_FRAMES_PER_SECOND = 1_600  # of ten samples each
LEAST_SPEECH_TIMES_REAL_TIME = 28
LEAST_MUSIC_FRAMES_PER_SECOND = 150_000
MOST_SECONDS_TO_BE_READY = 0.2
KERNEL_LOADING = """
import time, wasmtime
from engine.kernel import kernel
began = time.perf_counter()
kernel.kernel()
print(time.perf_counter() - began)
"""


def music_model() -> nn.Module:
    """The paper's GRU for piano rolls, with random weights."""
    head = {"name": "bernoulli", "hidden_size": 46, "frame_size": 88}
    return _model({"name": "gru", "input_size": 88, "hidden_size": 46}, head, 1)


def speech_model() -> nn.Module:
    """The paper's GRU for speech, with random weights."""
    sizes = {"hidden_size": 227, "frame_size": 10, "num_components": 20}
    head = {"name": "gaussian_mixture", **sizes, "min_log_scale": -8.0}
    return _model({"name": "gru", "input_size": 20, "hidden_size": 227}, head, 2)


def _model(cell: dict[str, object], head: dict[str, object], context_frames: int) -> nn.Module:
    model = build_model({"cells": [cell], "head": head, "context_frames": context_frames})
    model.initialise(torch.Generator().manual_seed(1))
    return model.eval().requires_grad_(False)


def kernel_draw(model: nn.Module, num_frames: int) -> Callable[[], None]:
    """A draw as the app makes it; the kernel must be able to draw the model."""

    def draw() -> None:
        for _ in sample(model, SamplingOptions(num_frames, seed=1)):
            pass

    return draw


def torch_draw(model: nn.Module, num_frames: int) -> Callable[[], None]:
    """The same draw as torch makes it, where the kernel cannot."""

    def draw() -> None:
        for _ in stages_by_torch(model, SamplingOptions(num_frames, seed=1), None):
            pass

    return draw


def plain_music(num_frames: int) -> Callable[[], None]:
    """The plain loop for music, of the same sizes as music_model."""
    cell, head = nn.GRUCell(88, 46), nn.Linear(46, 88)

    @torch.no_grad()
    def draw() -> None:
        frame, h = torch.zeros(1, 88), torch.zeros(1, 46)
        frames = []
        for _ in range(num_frames):
            h = cell(frame, h)
            frame = (torch.rand(1, 88) < torch.sigmoid(head(h))).float()
            frames.append(frame)

    return draw


def plain_speech(num_frames: int) -> Callable[[], None]:
    """The plain loop for speech, of the same sizes as speech_model."""
    cell, head = nn.GRUCell(20, 227), nn.Linear(227, 420)

    @torch.no_grad()
    def draw() -> None:
        before, frame, h = torch.zeros(1, 10), torch.zeros(1, 10), torch.zeros(1, 227)
        frames = []
        for _ in range(num_frames):
            h = cell(torch.cat((before, frame), 1), h)
            before, frame = frame, _mixture_draw(head(h))
            frames.append(frame)

    return draw


def _mixture_draw(outputs: Tensor) -> Tensor:
    logits, loc, log_scale = outputs.split((20, 200, 200), 1)
    component = torch.multinomial(logits.softmax(1), 1).item()
    loc, log_scale = loc.view(20, 10)[component], log_scale.view(20, 10)[component]
    return (loc + log_scale.exp() * torch.randn(10)).unsqueeze(0)


def median_seconds(*actions: Callable[[], None], num_rounds: int = NUM_SAMPLING_ROUNDS) -> list[float]:
    """The median seconds of each action, taken in turns after one warm-up."""
    for action in actions:
        action()
    rounds = [[_seconds(action) for action in actions] for _ in range(num_rounds)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def _seconds(action: Callable[[], None]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main() -> None:
    """Print each speed with its yardsticks."""
    torch.set_num_threads(1)
    model = speech_model()
    draws = kernel_draw(model, SPEECH_FRAMES), torch_draw(model, SPEECH_FRAMES), plain_speech(SPEECH_FRAMES)
    label = "16 kHz speech, GRU 227, times real time"
    print(row(label, SPEECH_FRAMES / SPEECH_FRAMES_PER_SECOND, LEAST_SPEECH_TIMES_REAL_TIME, draws))
    model = music_model()
    draws = kernel_draw(model, MUSIC_FRAMES), torch_draw(model, MUSIC_FRAMES), plain_music(MUSIC_FRAMES)
    print(row("piano roll, GRU 46, frames a second", MUSIC_FRAMES, LEAST_MUSIC_FRAMES_PER_SECOND, draws))
    seconds = statistics.median(_seconds_to_be_ready() for _ in range(NUM_SAMPLING_ROUNDS))
    print(f"kernel ready {seconds:.3f} s after its import (at most {MOST_SECONDS_TO_BE_READY} s)")


def row(label: str, amount: float, least: int, draws: tuple[Callable[[], None], ...]) -> str:
    """One line: how much of ``amount`` a second the kernel, torch and the plain loop make, and the ratios."""
    ours, by_torch, plain = (amount / seconds for seconds in median_seconds(*draws))
    return (
        f"{label}: {ours:,.1f}, wanted {least:,} (by torch {by_torch:,.1f}, ratio {ours / by_torch:.1f}; "
        f"plain torch loop {plain:,.1f}, ratio {ours / plain:.1f})"
    )


def _seconds_to_be_ready() -> float:
    """From the kernel's import until it can draw, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", KERNEL_LOADING], capture_output=True, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
