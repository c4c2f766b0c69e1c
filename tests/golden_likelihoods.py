"""Log-likelihoods of every test piece under the slow models, kept in tests/goldens: tests derive the figures
of cards from them, and score only a few pieces anew.

    python -m tests.golden_likelihoods CORPORA     scores whole splits for models whose weights have changed

Conventions
    scored     log-likelihoods by what was scored: whole sequences, shortest first ("whole"), the same without
               a memory (by the name of that figure), the 16-bit bins of samples ("bins", "windows")
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
SLOW = [
    name
    for name in available()
    if name.startswith(("spoken_digits", "voice_prompts")) or name.endswith("-best")
]
LIKELIHOOD_FIELDS = [field.name for field in fields(LogLikelihood)]
Likelihoods = Mapping[str, LogLikelihood]


def ordered_data_of(checkpoint: Checkpoint, corpora: Path) -> CorpusData:
    """The corpus as the model was fitted to it, its test split ordered by length."""
    frame_size = checkpoint.card.training.recipe.get("samples_per_frame")
    return ordered(load_data(open_corpus(checkpoint.card.corpus.name, corpora), frame_size))


def ordered(data: CorpusData) -> CorpusData:
    """The corpus with its test split ordered by length."""
    return replace(data, splits={**data.splits, "test": sorted(data.splits["test"], key=len)})


def score(checkpoint: Checkpoint, data: CorpusData, chosen: Sequence[int] | None = None) -> Likelihoods:
    """Likelihoods of the test split, or of some of its sequences; windows only with all of them."""
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


def figures(scored: Likelihoods, frame_size: int) -> dict[str, float]:
    """What a card says of such log-likelihoods; ``frame_size`` is the samples in a frame of sound."""
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


def kept(name: str) -> tuple[Likelihoods, str]:
    """A model's log-likelihoods as they are kept, and the hash of the weights that gave them."""
    with safetensors.safe_open(LIKELIHOODS_FILE, "pt") as file:
        sha256, names = file.metadata().get(name, ""), file.keys()
        keys = {key.split("/")[1] for key in names if key.startswith(f"{name}/")}
        return {
            key: LogLikelihood(*(file.get_tensor(f"{name}/{key}/{part}") for part in LIKELIHOOD_FIELDS))
            for key in keys
        }, sha256


def write(corpora: Path, say: Callable[[str], object]) -> None:
    """Score the slow models whose weights are not those in the file; keep those of the others."""
    tensors, hashes = {}, {}
    for name in SLOW:
        checkpoint = load(name)
        scored, sha256 = kept(name) if LIKELIHOODS_FILE.exists() else ({}, "")
        if sha256 != checkpoint.card.weights_sha256:
            scored = score(checkpoint, ordered_data_of(checkpoint, corpora))
            say(f"{name} is scored anew\n")
        hashes[name] = checkpoint.card.weights_sha256
        tensors |= {
            f"{name}/{key}/{part}": getattr(scored[key], part) for key in scored for part in LIKELIHOOD_FIELDS
        }
    safetensors.torch.save_file(tensors, LIKELIHOODS_FILE, hashes)


if __name__ == "__main__":
    torch.set_num_threads(1)
    write(Path(sys.argv[1]), sys.stdout.write)
