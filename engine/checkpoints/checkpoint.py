"""Checkpoint: a folder with weights, a card that says what they are, and a README for people.

    <name>/model.safetensors    the weights
    <name>/card.json            Card: everything needed to rebuild the model and to judge it
    <name>/curve.json           Curve: how it learned
    <name>/README.md            made from the card

No pickle file is read or written. The card is strict: an unknown key, name or format is refused, and
so are weights whose sha256 is not the card's.
"""

import errno
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from pydantic import ValidationError

from engine.checkpoints.card import Card
from engine.errors import CheckpointError, EngineError, InvalidValueError, UnknownNameError
from engine.folders import CHECKPOINTS
from engine.models import Model, build_model
from engine.registry import build
from engine.representations import REPRESENTATIONS, Representation
from engine.strict import first_problem
from engine.words import counted

CARD_FILE, WEIGHTS_FILE = "card.json", "model.safetensors"
MISFITS = (EngineError, RuntimeError, TypeError, ValueError, OverflowError, safetensors.SafetensorError)
MAX_SAVE_SECONDS = 3_600.0  # a partial folder older than this was left by a process that was killed


@dataclass(frozen=True)
class Checkpoint:
    """A loaded model with its card and the representation of its frames."""

    card: Card
    model: Model
    representation: Representation


def available(folder: Path = CHECKPOINTS) -> list[str]:
    """Names of the checkpoints in a folder, sorted; an empty list if there is no such folder."""
    if not folder.is_dir():
        return []
    return sorted(entry.parent.name for entry in folder.glob(f"*/{CARD_FILE}") if entry.parent.name[0] != ".")


def read_card(name: str, folder: Path = CHECKPOINTS) -> Card:
    """The card of a checkpoint, checked.

    Raises:
        UnknownNameError: there is no such checkpoint.
        CheckpointError: the card cannot be read, is not valid JSON, holds something that this version does
            not know, or is another checkpoint's.
    """
    if name not in available(folder):
        raise UnknownNameError("checkpoint", name, available(folder))
    try:
        card = Card.model_validate_json(_read(name, CARD_FILE, folder))
    except ValidationError as error:
        place, said = first_problem(error)
        raise CheckpointError(
            f"the card of {name!r} cannot be used: {place}: {said.lower()}; "
            "it may come from a newer version: update Earshot or fit the model again"
        ) from None
    if card.name != name:
        raise CheckpointError(f"the card in {name!r} is that of {card.name!r}: rename the folder back")
    return card


def load(name: str, folder: Path = CHECKPOINTS) -> Checkpoint:
    """Rebuild a model from its card and fill it with its weights.

    Raises:
        UnknownNameError: there is no such checkpoint.
        CheckpointError: a part is missing or was changed, or cannot be used by this version.
    """
    card = read_card(name, folder)
    weights = _read(name, WEIGHTS_FILE, folder)
    if hashlib.sha256(weights).hexdigest() != card.weights_sha256:
        raise CheckpointError(
            f"{WEIGHTS_FILE} of {name!r} is not the file its card names (sha256 differs): "
            "restore it or fit the model again"
        )
    try:
        tensors = safetensors.torch.load(weights)
        _check_shapes(card, tensors)
        model = build_model(card.model)
        model.load_state_dict(tensors, strict=True)
        representation = build("representation", REPRESENTATIONS, card.representation)
        _check_frames(model, representation)
    except MISFITS as error:
        reason = " ".join(str(error).split())
        raise CheckpointError(f"checkpoint {name!r} cannot be loaded: {reason}") from None
    model.eval().requires_grad_(False)
    return Checkpoint(card, model, representation)


def _read(name: str, part: str, folder: Path) -> bytes:
    try:
        return (folder / name / part).read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"{part} of {name!r} cannot be read ({error.strerror}): restore the folder"
        ) from None


def _check_shapes(card: Card, tensors: Mapping[str, torch.Tensor]) -> None:
    """Compare the weights' shapes with the model that the card describes, before memory is taken for it."""
    with torch.device("meta"):
        described = {key: value.shape for key, value in build_model(card.model).state_dict().items()}
    stored = {key: value.shape for key, value in tensors.items()}
    wrong = sorted(key for key in described.keys() | stored.keys() if described.get(key) != stored.get(key))
    if wrong:
        key = wrong[0]
        raise InvalidValueError(
            f"its card and its weights differ in {counted(len(wrong), 'tensor')}: {key} is "
            f"{_shape(stored.get(key))} in the weights, {_shape(described.get(key))} according to the card"
        )


def _shape(shape: torch.Size | None) -> str:
    return "missing" if shape is None else " x ".join(map(str, shape)) or "one number"


def _check_frames(model: Model, representation: Representation) -> None:
    reads = (model.frame_size, model.context_frames)
    means = (representation.frame_size, representation.context_frames)
    if reads != means:
        raise InvalidValueError(
            f"(frame_size, context_frames) is {reads} in the model, {means} in its representation"
        )


def weight_bytes(model: Model) -> bytes:
    """The weights as a safetensors file, the same bytes for the same weights.

    If float16 holds all of them without loss, they are stored as float16, in half the space.
    """
    tensors = {key: value.detach().cpu().contiguous() for key, value in model.state_dict().items()}
    halves = {key: value.half() if value.is_floating_point() else value for key, value in tensors.items()}
    if all(torch.equal(halves[key].to(value), value) for key, value in tensors.items()):
        tensors = halves
    return safetensors.torch.save(tensors)


def save(
    model: Model,
    card: Card,
    documents: Mapping[str, str],
    folder: Path = CHECKPOINTS,
    replace: bool = False,
) -> Path:
    """Write a checkpoint whole or not at all.

    Args:
        documents: file name -> text of the other files: README.md, curve.json.
        replace: whether to replace a checkpoint of the same name.

    Returns:
        The checkpoint's folder.

    Raises:
        CheckpointError: the card's hash is not that of the weights, a checkpoint of that name exists and
            must not be replaced, or the disk refuses.
    """
    weights = weight_bytes(model)
    if hashlib.sha256(weights).hexdigest() != card.weights_sha256:
        raise CheckpointError(f"the card of {card.name!r} names other weights than those to be saved")
    card_json = json.dumps(card.model_dump(), indent=2, ensure_ascii=False, allow_nan=False)
    files = {CARD_FILE: card_json + "\n", **documents}
    partial = folder / f".{card.name}.{secrets.token_hex(4)}.partial"
    try:
        _clear(folder, card.name)
        partial.mkdir(parents=True)
        (partial / WEIGHTS_FILE).write_bytes(weights)
        for file_name, text in files.items():
            (partial / file_name).write_text(text, encoding="utf-8")
        put = _replace if replace else os.rename  # rename never replaces a folder that has files
        put(partial, folder / card.name)
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY):
            raise CheckpointError(
                f"a checkpoint {card.name!r} is in {folder} already: choose another --name, or say --replace"
            ) from None
        raise CheckpointError(
            f"cannot write checkpoint {card.name!r} ({error.strerror}): "
            "free space or choose a folder you may write to"
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder / card.name


def _clear(folder: Path, name: str) -> None:
    """Remove what killed saves of this name have left; newer folders may belong to a running save."""
    for leftover in (*folder.glob(f".{name}.*partial"), folder / f".{name}.old"):
        if leftover.exists() and time.time() - leftover.stat().st_mtime > MAX_SAVE_SECONDS:
            shutil.rmtree(leftover, ignore_errors=True)


def _replace(new: Path, target: Path) -> None:
    """Put ``new`` in the place of ``target``; if that fails, what was there is put back.

    An earlier ``.old`` may go at once where ``target`` stands: then nothing is to be put back.
    """
    old = target.with_name(f".{target.name}.old")
    if target.exists():
        shutil.rmtree(old, ignore_errors=True)
        os.replace(target, old)
    try:
        os.replace(new, target)
    except OSError:
        if old.exists():
            os.replace(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)
