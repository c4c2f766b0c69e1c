"""Named endpoints: what the pages do, for programs (``gradio_client``, curl)."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr
from gradio.data_classes import FileData
from gradio.processing_utils import save_file_to_cache
from gradio.utils import get_upload_folder

from engine import CheckpointError, EngineError, available, read_card
from pages.catalogue import loaded
from pages.draw_request import MAX_SECONDS, OWN_SOUND, DrawRequest
from pages.drawing import error_sentence, open_lanes, prime_frames


def build() -> None:
    """Declare the endpoints inside the current Blocks; sampling waits in the pages' queue."""
    heavy = {"concurrency_id": "sample", "concurrency_limit": 2}
    gr.api(list_models, api_name="list_models")
    gr.api(sample_roll, api_name="sample_roll", **heavy)
    gr.api(continue_speech, api_name="continue_speech", **heavy)


def list_models() -> list[dict[str, Any]]:
    """Every checkpoint: name, cell, units, corpus, kind of frame and test likelihood."""
    models = []
    for name in available():
        try:
            card = read_card(name)
        except CheckpointError:
            continue
        facts = {"name": name, "cell": card.cell, "units": card.num_units, "corpus": card.corpus.name}
        models.append({**facts, "representation": card.representation["name"], "test": card.metrics.get("test", {})})
    return models


def sample_roll(
    model: str = "jsb_chorales-gru",
    frames: int = 128,
    seed: int = 0,
    temperature: float = 1.0,
    tempo: float = 100.0,
    program: int = 0,
    prime: str = "",
    midi: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Sample a piano roll. ``prime`` names a shipped excerpt, or upload a MIDI file as ``midi``.

    Returns an object with ``figures``, ``notes`` ([pitch, start frame, length]), and the files ``midi`` and ``wav``.
    """
    asked = {"models": (model,), "length": float(frames), "seed": seed, "temperature": temperature, "tempo": tempo,
             "program": program, "prime": OWN_SOUND if midi else prime}  # fmt: skip
    return answer(asked, midi, "piano_roll")


def continue_speech(
    model: str = "spoken_digits-gru",
    seconds: float = 1.0,
    seed: int = 0,
    temperature: float = 1.0,
    prime: str = "",
    recording: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Continue a recording. ``prime`` names a shipped excerpt, or upload sound as ``recording``.

    Returns an object with ``figures`` and the file ``wav``.
    """
    asked = {"models": (model,), "length": min(float(seconds), float(MAX_SECONDS)), "seed": seed,
             "temperature": temperature, "prime": OWN_SOUND if recording else prime}  # fmt: skip
    return answer(asked, recording, "waveform")


def answer(asked: Mapping[str, Any], upload: Mapping[str, Any] | None, kind: str) -> dict[str, Any]:
    """Draw one lane to its end; an engine's error becomes the sentence that the client sees."""
    try:
        request = DrawRequest(**asked)
        checkpoint = loaded(request.models[0])
        if checkpoint.representation.name != kind:
            raise EngineError(f"{request.models[0]!r} makes frames of another kind: see /list_models")
        frames, _, report = prime_frames(request.prime, upload["path"] if upload else None, checkpoint)
        (lane,) = open_lanes(request, frames)
        lane.extend(seconds=600.0)
        with TemporaryDirectory(prefix="earshot-") as folder:
            lane.finish(Path(folder))
            value = lane.value()
            if lane.state == "error":
                raise EngineError(value["message"])
            files = {file["label"].lower(): _served(file["path"]) for file in value["downloads"]}
        facts = {key: value[key] for key in ("figures", "notes", "message", "prime_frames") if key in value}
        return {**facts, "report": report, "seed": request.seed, **files}
    except EngineError as error:
        raise gr.Error(error_sentence(error), print_exception=False) from None


def _served(path: Path) -> dict[str, Any]:
    cached = save_file_to_cache(path, cache_dir=get_upload_folder())
    return FileData(path=cached, orig_name=path.name).model_dump()
