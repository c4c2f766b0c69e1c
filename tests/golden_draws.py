"""Draws of the shipped models, kept to the last byte in tests/goldens: no change to the code may change them.

    python -m tests.golden_draws     writes them anew, if a change is meant to change draws

Conventions
    music    (time, pitch) as bits, eight pitches a byte
    speech   (time, sample) float32, as drawn
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from torch import Tensor

from engine.checkpoints.checkpoint import load
from engine.sampling.options import SamplingOptions
from engine.sampling.sample import sample

DRAWS_FILE = Path(__file__).with_name("goldens") / "draws.safetensors"
MUSIC = ("jsb_chorales", "nottingham", "muse_data", "piano_midi")
SPEECH = ("spoken_digits", "voice_prompts")
CELLS = ("tanh", "gru", "lstm")
PRIME_SEED = 99  # beginnings are themselves draws, with this seed


@dataclass(frozen=True)
class GoldenDraw:
    """What decides one draw."""

    model: str
    num_frames: int
    seed: int
    temperature: float = 1.0
    num_prime_frames: int = 0

    @property
    def key(self) -> str:
        """The draw's name in the file."""
        return f"{self.model}/{self.num_frames}/{self.seed}/{self.temperature:g}/{self.num_prime_frames}"

    def frames(self) -> Tensor:
        """The draw as it is kept: music as packed bits, speech as float32."""
        checkpoint = load(self.model)
        prime = None
        if self.num_prime_frames:
            options = SamplingOptions(self.num_prime_frames, PRIME_SEED)
            prime = torch.stack(list(sample(checkpoint.model, options)))
        options = SamplingOptions(self.num_frames, self.seed, self.temperature)
        drawn = torch.stack(list(sample(checkpoint.model, options, prime)))
        if self.model.startswith(SPEECH):
            return drawn
        return torch.from_numpy(np.packbits(drawn.numpy() > 0, axis=1))


def golden_draws() -> list[GoldenDraw]:
    """Every shipped model once, and some again with a beginning and at another temperature."""
    music = [GoldenDraw(f"{corpus}-{cell}", 128, 7) for corpus in MUSIC for cell in (*CELLS, "best")]
    speech = [GoldenDraw(f"{corpus}-{cell}", 200, 7) for corpus in SPEECH for cell in CELLS]
    speech += [GoldenDraw("spoken_digits-best", 200, 7), GoldenDraw("voice_prompts-best", 200, 7)]
    primed = [GoldenDraw(f"{corpus}-best", 48, 3, 0.8, 40) for corpus in (*MUSIC, "spoken_digits")]
    bold = [GoldenDraw(f"{corpus}-gru", 64, 11, 1.3, 16) for corpus in MUSIC]
    voices = [GoldenDraw(f"{corpus}-lstm", 100, 5, 0.7, 60) for corpus in SPEECH]
    return [*music, *speech, *primed, *bold, *voices]


def kept_draws() -> dict[str, Tensor]:
    """The draws in the file, by key."""
    return safetensors.torch.load_file(DRAWS_FILE)


def main() -> None:
    """Write the file."""
    torch.set_num_threads(1)
    draws = {draw.key: draw.frames().contiguous() for draw in golden_draws()}
    DRAWS_FILE.parent.mkdir(exist_ok=True)
    safetensors.torch.save_file(draws, DRAWS_FILE)


if __name__ == "__main__":
    main()
