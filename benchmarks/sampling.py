"""How fast the engine samples, beside a plain torch loop: ``make bench``.

The yardstick is what one would write first: torch's own GRUCell and Linear, the process-wide random
numbers, nothing checked and nothing reproducible. Both take turns on one core, so that whatever else
the machine does meets both; the median of the pairs is printed.
"""

import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from engine.models import build_model
from engine.sampling import SamplingOptions, sample

NUM_PAIRS = 9
MUSIC_FRAMES = 4_000
SPEECH_FRAMES = 1_600  # one second at 16 kHz
FRAMES_PER_SECOND = 1_600
LEAST_TIMES_REAL_TIME = 4
LEAST_FRAMES_PER_SECOND = 5_000


def music_model() -> nn.Module:
    """The paper's GRU for piano rolls, fresh weights."""
    head = {"name": "bernoulli", "hidden_size": 46, "frame_size": 88}
    return _model({"name": "gru", "input_size": 88, "hidden_size": 46}, head, 1)


def speech_model() -> nn.Module:
    """The paper's GRU for speech, fresh weights."""
    sizes = {"hidden_size": 227, "frame_size": 10, "num_components": 20}
    head = {"name": "gaussian_mixture", **sizes, "min_log_scale": -8.0}
    return _model({"name": "gru", "input_size": 20, "hidden_size": 227}, head, 2)


def _model(cell: dict[str, object], head: dict[str, object], context_frames: int) -> nn.Module:
    model = build_model({"cells": [cell], "head": head, "context_frames": context_frames})
    model.initialise(torch.Generator().manual_seed(1))
    return model.eval().requires_grad_(False)


def engine_draw(model: nn.Module, num_frames: int) -> Callable[[], None]:
    """A draw by the engine."""

    def draw() -> None:
        for _ in sample(model, SamplingOptions(num_frames, seed=1)):
            pass

    return draw


def plain_music(num_frames: int) -> Callable[[], None]:
    """The plain loop for music."""
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
    """The plain loop for speech."""
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


def paired_seconds(first: Callable[[], None], second: Callable[[], None]) -> list[tuple[float, float]]:
    """Seconds of both, in turns, after one warm-up each."""
    first(), second()
    return [(_seconds(first), _seconds(second)) for _ in range(NUM_PAIRS)]


def _seconds(action: Callable[[], None]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main() -> None:
    """Print both speeds, each beside its yardstick."""
    torch.set_num_threads(1)
    speech = engine_draw(speech_model(), SPEECH_FRAMES), plain_speech(SPEECH_FRAMES)
    music = engine_draw(music_model(), MUSIC_FRAMES), plain_music(MUSIC_FRAMES)
    times_real_time = "16 kHz speech, GRU 227, times real time"
    print(row(times_real_time, SPEECH_FRAMES / FRAMES_PER_SECOND, LEAST_TIMES_REAL_TIME, speech))
    print(row("piano roll, GRU 46, frames a second", MUSIC_FRAMES, LEAST_FRAMES_PER_SECOND, music))


def row(label: str, amount: float, least: int, draws: tuple[Callable[[], None], Callable[[], None]]) -> str:
    """One line: how much of ``amount`` a second the engine and the plain loop make, and their ratio."""
    pairs = paired_seconds(*draws)
    ours, plain = (amount / statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(theirs / own for own, theirs in pairs)
    return f"{label}: {ours:,.1f} (plain torch loop {plain:,.1f}; ratio {ratio:.2f}; at least {least:,})"


if __name__ == "__main__":
    main()
