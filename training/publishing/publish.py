"""Publishing: from a finished fit to a checkpoint with its card, its README and its learning curve."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from engine.checkpoints import Card, Checkpoint, CorpusFacts, TrainingFacts, read_card, save, weight_bytes
from engine.endings import Ending
from engine.errors import EngineError
from engine.models import Belief, CopyMemory, Model
from training.corpora import SPLITS, Corpus, CorpusData
from training.fitting import Fit, Recipe, choose_ending, metrics, whole_model
from training.publishing.model_card import model_card

CURVE_FILE = "curve.json"
MEASURED_FACTS = ("mean_pitch", "most_notes")  # facts that are measured; a corpus states the rest
MEMORY_KEYS = ("melody_memory", "copy_memory")


def publish(
    fit: Fit, model: Model, corpus: Corpus, data: CorpusData, folder: Path, replace: bool = False
) -> Path:
    """Score all splits and write the checkpoint; returns its folder.

    Args:
        replace: whether a checkpoint of this name may be replaced; one may have appeared during the fit.

    Raises:
        EngineError: the disk refuses, a checkpoint is there, or the likelihood is not finite.
    """
    recipe, progress = fit.recipe, fit.progress
    card = Card(
        name=recipe.name,
        corpus=corpus_facts(corpus, data),
        representation=data.representation.spec,
        model=recipe.model_spec(data.representation, sum(map(len, data.splits["train"]))),
        num_parameters=model.num_parameters(),
        num_recurrent_parameters=sum(value.numel() for value in model.network.cells.parameters()),
        weights_sha256=hashlib.sha256(weight_bytes(model)).hexdigest(),
        training=TrainingFacts(
            recipe=recipe.model_dump(),
            updates=progress.update,
            epochs=progress.epoch,
            seconds=round(progress.seconds, 1),
            torch=torch.__version__,
            device=fit.options.device.type,
        ),
        metrics={split: metrics(model, data, split) for split in SPLITS},
        ending=ending_of(data),
    )
    documents = {"README.md": model_card(card), CURVE_FILE: json.dumps(asdict(progress.curve)) + "\n"}
    return save(model, card, documents, folder, replace)


def corpus_facts(corpus: Corpus, data: CorpusData) -> CorpusFacts:
    """What a card says of a corpus."""
    measured: dict[str, float | int] = {}
    if data.representation.facts.holds_notes:
        frames = torch.cat(data.splits["train"])
        measured["mean_pitch"] = round(data.representation.mean_pitch(frames), 2)
        measured["most_notes"] = int(frames.sum(-1).max())
    stated = {key: getattr(corpus, key) for key in CorpusFacts.model_fields if key not in MEASURED_FACTS}
    return CorpusFacts(**stated, **measured)


def ending_of(data: CorpusData) -> Ending | None:
    """An ending fitted to the pieces of a corpus; None for a corpus of sound."""
    if not data.representation.facts.holds_notes:
        return None
    return choose_ending(data.splits["train"], data.splits["valid"], data.representation.lowest_pitch)[0]


def remembering(recipe: Recipe, belief: Belief | None, copies: CopyMemory | None) -> Recipe:
    """The recipe of the same fit with these memories and no other."""
    model = {key: value for key, value in recipe.model.items() if key not in MEMORY_KEYS}
    kept = {"melody_memory": belief and asdict(belief), "copy_memory": copies and copies.spec}
    model |= {key: value for key, value in kept.items() if value is not None}
    return recipe.model_copy(update={"model": model})


def publish_draws(checkpoint: Checkpoint, draws: dict[str, Any], folder: Path) -> Path:
    """Write a checkpoint again with what a comparison of its draws has found; all else stays.

    Raises:
        EngineError: the disk refuses, or the checkpoint has changed since it was loaded.
    """
    card = checkpoint.card.model_copy(update={"draws": draws})
    return _save_again(checkpoint, checkpoint.model, card, folder)


def publish_figures(checkpoint: Checkpoint, split: str, figures: dict[str, float], folder: Path) -> Path:
    """Write a checkpoint again with more figures of a split; all else stays.

    Raises:
        EngineError: the disk refuses, or the checkpoint has changed since it was loaded.
    """
    metrics_of = checkpoint.card.metrics
    card = checkpoint.card.model_copy(
        update={"metrics": {**metrics_of, split: {**metrics_of.get(split, {}), **figures}}}
    )
    return _save_again(checkpoint, checkpoint.model, card, folder)


def publish_ending(checkpoint: Checkpoint, ending: Ending | None, folder: Path) -> Path:
    """Write a checkpoint again with another ending, and without what was found of draws that ended otherwise.

    Raises:
        EngineError: the disk refuses, or the checkpoint has changed since it was loaded.
    """
    card = checkpoint.card.model_copy(update={"ending": ending, "draws": {}})
    return _save_again(checkpoint, checkpoint.model, card, folder)


def publish_remembering(checkpoint: Checkpoint, recipe: Recipe, data: CorpusData, folder: Path) -> Path:
    """Write a checkpoint again with the memories of another recipe, scored anew; its weights stay.

    Raises:
        EngineError: the model's head has no use for them, the checkpoint has changed since it was loaded, or
            the disk refuses.
    """
    card, train = checkpoint.card, data.splits["train"]
    model = whole_model(recipe, data.representation, checkpoint.model.network.state_dict(), train)
    card = card.model_copy(
        update={
            "model": recipe.model_spec(data.representation, sum(map(len, train))),
            "weights_sha256": hashlib.sha256(weight_bytes(model)).hexdigest(),
            "formerly_sha256": [],  # earlier votes heard a model that played otherwise
            "training": card.training.model_copy(update={"recipe": recipe.model_dump()}),
            "metrics": {split: metrics(model, data, split) for split in SPLITS},
            "draws": {},  # those were of another model
        }
    )
    return _save_again(checkpoint, model, card, folder)


def _save_again(loaded: Checkpoint, model: Model, card: Card, folder: Path) -> Path:
    """Write a checkpoint in the place of the one that was loaded, with its learning curve if it has one.

    Raises:
        EngineError: another command has written it since it was loaded: that one stays.
    """
    if read_card(card.name, folder) != loaded.card:
        raise EngineError(
            f"another command has written checkpoint {card.name!r} meanwhile: it stays as it is; give this "
            "command again"
        )
    documents, curve = {"README.md": model_card(card)}, folder / card.name / CURVE_FILE
    if curve.is_file():
        documents[CURVE_FILE] = curve.read_text(encoding="utf-8")
    return save(model, card, documents, folder, replace=True)
