"""Words: whether half a second is one of the words that are said in a corpus, as a network hears it.

It is fitted on the training recordings of each word, and knows one more class, no word: what the paper's
models draw, noise, and recordings that are played backwards. It names a word if it is nine tenths certain.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import nn
from torch.nn import functional

from engine.sound import Audio, log_mel

WORD_SECONDS = 0.5
LEAST_CERTAINTY = 0.9
NAMER_CHANNELS, NAMER_EPOCHS, NAMER_BATCH_SIZE = 48, 25, 64
MOST_SHIFT = 0.06  # seconds by which a recording is cut later, while fitting
NOISE_LEVELS = (-60.0, -10.0)  # dB of full scale


@dataclass(frozen=True)
class Namer:
    """Knows the words of a corpus.

    Args:
        words: their names.
        network: from spectra to the words, then no word.
    """

    words: tuple[str, ...]
    network: nn.Module

    def names(self, sounds: Sequence[Audio]) -> list[str | None]:
        """The word of each sound's first half second; None where that is no word, or not certain."""
        if not sounds:
            return []
        with torch.no_grad():
            shares = self.network(torch.stack([_spectrum(sound) for sound in sounds])).softmax(-1)
        certainties, places = shares.max(-1)
        return [
            self.words[place] if certainty >= LEAST_CERTAINTY and place < len(self.words) else None
            for certainty, place in zip(certainties.tolist(), places.tolist(), strict=True)
        ]


def fit_namer(spoken: Sequence[tuple[str, Audio]], others: Sequence[Audio], seed: int = 0) -> Namer:
    """Fit a network to recordings of words, and to sounds that are no words."""
    words = tuple(sorted({word for word, _ in spoken}))
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    backwards = [Audio(sound.samples[::-1].copy(), sound.sample_rate) for _, sound in spoken[::3]]
    noises = [_noise(spoken[0][1].sample_rate, rng) for _ in range(len(spoken) // 6)]
    wrong = [*others, *backwards, *noises]
    sounds = [*(sound for _, sound in spoken), *wrong]
    labels = torch.tensor([*(words.index(word) for word, _ in spoken), *[len(words)] * len(wrong)])
    early, late = (torch.stack([_spectrum(sound, later) for sound in sounds]) for later in (0.0, MOST_SHIFT))
    network = _network(len(words) + 1, early.shape[1:], generator)
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.01)
    for _ in range(NAMER_EPOCHS):
        for rows in torch.randperm(len(labels), generator=generator).split(NAMER_BATCH_SIZE):
            is_late = torch.rand(len(rows), 1, 1, generator=generator) < 1 / 3
            heard = torch.where(is_late, late[rows], early[rows])
            gain = 3 * torch.randn(len(rows), 1, 1, generator=generator)  # dB
            optimiser.zero_grad()
            functional.cross_entropy(network(heard + gain / 20), labels[rows]).backward()
            optimiser.step()
    return Namer(words, network.eval())


def _spectrum(sound: Audio, later: float = 0.0) -> Float[torch.Tensor, "band moment"]:
    """Spectrum of half a second from ``later`` on, padded with silence; in units of 20 dB above -70 dB."""
    count, start = int(WORD_SECONDS * sound.sample_rate), int(later * sound.sample_rate)
    samples = sound.samples[start : start + count]
    padded = np.pad(samples, (0, count - len(samples)))
    return torch.tensor((log_mel(Audio(padded, sound.sample_rate)).T + 70) / 20, dtype=torch.float32)


def _noise(rate: int, rng: np.random.Generator) -> Audio:
    """White or brownish noise at a random level."""
    samples = rng.normal(size=int(WORD_SECONDS * rate))
    if rng.random() < 0.5:
        samples = np.convolve(samples, np.ones(8) / 8, "same")
    level = 10 ** (rng.uniform(*NOISE_LEVELS) / 20)
    return Audio(np.clip(level * samples, -1, 1).astype(np.float32), rate)


def _network(num_classes: int, shape: torch.Size, rng: torch.Generator) -> nn.Module:
    """Two convolutions over time, then the maximum of each channel in each quarter."""
    layers = nn.Sequential(
        nn.Conv1d(shape[0], NAMER_CHANNELS, 5, padding=2), nn.ReLU(), nn.MaxPool1d(2),
        nn.Conv1d(NAMER_CHANNELS, NAMER_CHANNELS, 5, padding=2), nn.ReLU(), nn.AdaptiveMaxPool1d(4),
        nn.Flatten(), nn.Linear(4 * NAMER_CHANNELS, num_classes),
    )  # fmt: skip
    for weight in layers.parameters():
        if weight.ndim > 1:
            nn.init.xavier_uniform_(weight, generator=rng)
        else:
            nn.init.zeros_(weight)
    return layers
