"""Likelihoods of every piece of a test split, kept in tests/goldens: a card's figures follow from them, and a
few pieces are scored anew where all would take minutes.

    python -m tests.golden_likelihoods CORPORA     scores whole splits for models whose weights have changed

Conventions
    scores     log-likelihoods by what was scored: whole sequences, shortest first ("whole"), these without a
               memory (by the name of that figure), the 16-bit bins of samples ("bins", "windows")
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path

import safetensors
import safetensors.torch
import torch

from engine.checkpoints.checkpoint import Checkpoint, available, load
from engine.scoring import LogLikelihood
from training.corpora import CorpusData, load_data, open_corpus
from training.fitting.evaluate import bin_log_likelihood, scores

LIKELIHOODS_FILE = Path(__file__).with_name("goldens") / "likelihoods.safetensors"
QUICK = "jsb_chorales-best"  # small enough to be scored whole by every test
SLOW = [
    name
    for name in available()
    if name.startswith(("spoken_digits", "voice_prompts")) or (name.endswith("-best") and name != QUICK)
]
LIKELIHOOD_FIELDS = [field.name for field in fields(LogLikelihood)]
Scores = Mapping[str, LogLikelihood]


def data_of(checkpoint: Checkpoint, corpora: Path) -> CorpusData:
    """The corpus as the model was fitted to it, its test split ordered by length."""
    frame_size = checkpoint.card.training.recipe.get("samples_per_frame")
    return ordered(load_data(open_corpus(checkpoint.card.corpus.name, corpora), frame_size))


def ordered(data: CorpusData) -> CorpusData:
    """The corpus with its test split ordered by length."""
    return replace(data, splits={**data.splits, "test": sorted(data.splits["test"], key=len)})


def score(checkpoint: Checkpoint, data: CorpusData, chosen: Sequence[int] | None = None) -> Scores:
    """Scores of the test split, or of some of its sequences; windows are scored only with all of them."""
    sequences = data.splits["test"]
    sequences = sequences if chosen is None else [sequences[place] for place in chosen]
    whole, by_figure = scores(checkpoint.model, sequences)
    scored = {"whole": whole, **by_figure}
    if not checkpoint.card.facts.holds_notes:
        scored["bins"] = bin_log_likelihood(checkpoint.model, data.representation, sequences)
        if chosen is None and data.windows is not None:
            windows = data.windows["test"]
            scored["windows"] = bin_log_likelihood(checkpoint.model, data.representation, windows)
    return scored


def figures(scored: Scores, frame_size: int) -> dict[str, float]:
    """What a card says of such scores; ``frame_size`` is the samples in a frame of sound."""
    whole, figure_names = scored["whole"], [name for name in scored if name.startswith("nats_per_frame")]
    if "bins" not in scored:
        return {
            "nats_per_frame": whole.nats_per_frame,
            "nats_per_frame_sequence_mean": whole.nats_per_frame_sequence_mean,
            "nats_per_frame_without_first": whole.nats_per_frame_without_first,
            **{name: scored[name].nats_per_frame for name in figure_names},
        }
    bits = {"bits_per_sample": "bins", "bits_per_sample_in_windows": "windows"}
    return {
        "nats_per_step": whole.nats_per_frame,
        "nats_per_sample": whole.nats_per_frame / frame_size,
        **{name: scored[key].bits_per(frame_size) for name, key in bits.items() if key in scored},
    }


def kept(name: str) -> tuple[Scores, str]:
    """A model's scores as they are kept, and the hash of the weights that gave them."""
    with safetensors.safe_open(LIKELIHOODS_FILE, "pt") as file:
        weights, tensors = file.metadata().get(name, ""), file.keys()
        keys = {key.split("/")[1] for key in tensors if key.startswith(f"{name}/")}
        return {
            key: LogLikelihood(*(file.get_tensor(f"{name}/{key}/{part}") for part in LIKELIHOOD_FIELDS))
            for key in keys
        }, weights


def write(corpora: Path, say: Callable[[str], object]) -> None:
    """Score the slow models whose weights are not those in the file; keep the scores of the others."""
    tensors, hashes = {}, {}
    for name in SLOW:
        checkpoint = load(name)
        scored, weights = kept(name) if LIKELIHOODS_FILE.exists() else ({}, "")
        if weights != checkpoint.card.weights_sha256:
            scored = score(checkpoint, data_of(checkpoint, corpora))
            say(f"{name} is scored anew\n")
        hashes[name] = checkpoint.card.weights_sha256
        tensors |= {
            f"{name}/{key}/{part}": getattr(scored[key], part) for key in scored for part in LIKELIHOOD_FIELDS
        }
    safetensors.torch.save_file(tensors, LIKELIHOODS_FILE, hashes)


if __name__ == "__main__":
    torch.set_num_threads(1)
    write(Path(sys.argv[1]), sys.stdout.write)
