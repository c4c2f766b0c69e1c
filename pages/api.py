"""Named endpoints: what the pages do, for programs (``gradio_client``, curl).

Conventions
    prime    the name of a shipped excerpt, an uploaded file (``handle_file("x.mid")``), or "" for none
    figures  [label, text] pairs, as on the page
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gradio as gr

from engine.checkpoints import Card, read_card, read_cards
from engine.errors import EngineError, InvalidValueError, UnreadableFileError
from engine.pieces import excerpt, representation_of
from engine.rendering import Performance
from engine.representations import PianoRoll, Waveform
from engine.scoring import ranked
from pages.draw import DrawRequest, open_drawing
from pages.house import HEAVY_WORK, MAX_DRAWN_FRAMES, OWN, file_value, is_uploaded, read_catalogue, sentence
from pages.score import Scoring

LONGEST_SECONDS = 600.0  # of work; every allowed draw takes less


def build() -> None:
    """Declare the endpoints inside the current Blocks; sampling waits in the pages' queue."""
    queue = {key: HEAVY_WORK[key] for key in ("concurrency_id", "concurrency_limit")}
    gr.api(list_models, api_name="list_models")
    gr.api(sample_roll, api_name="sample_roll", **queue)
    gr.api(continue_speech, api_name="continue_speech", **queue)
    gr.api(score, api_name="score", **queue)


def list_models() -> list[dict[str, Any]]:
    """Every model that there is: name, cell, units, corpus, kind of frame, likelihood of the test split."""
    cards, _ = read_cards()
    return [
        {
            "name": name,
            "cell": card.cell,
            "units": card.num_units,
            "corpus": card.corpus.name,
            "representation": card.representation_name,
            "test": card.metrics.get("test", {}),
        }
        for name, card in cards.items()
    ]


def sample_roll(
    model: str = "jsb_chorales-gru",
    frames: int = 128,
    seed: int = 0,
    temperature: float = 1.0,
    prime: str | dict[str, Any] = "",
    performance: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Let a network write music: sample a piano roll, from nothing or as the continuation of a piece.

    Args:
        model: name of a model of music, as list_models has it.
        frames: how many to sample, 1 to 512, or 0: until the piece ends, 512 at most; a frame is a quarter
            note of chorales, an eighth of others.
        seed: whole number from 0; the same gives the same draw.
        temperature: 0.1 to 2; below 1 tamer, above 1 bolder.
        prime: the beginning: "" for none, a shipped excerpt like "jsb_chorales-test-7", or a MIDI file.
        performance: tempo in quarters a minute and General MIDI program, like {"tempo": 100, "program": 0}.

    Returns:
        an object with ``figures``, ``notes`` ([pitch, start frame, length]), the files ``midi`` and ``wav``.
    """
    is_whole = frames == 0
    asked = {"length": MAX_DRAWN_FRAMES if is_whole else frames, "until_end": is_whole}
    asked |= {"seed": seed, "temperature": temperature, "performance": performance}
    return answer(PianoRoll.name, model, asked, prime)


def continue_speech(
    model: str = "spoken_digits-gru",
    seconds: float = 1.0,
    seed: int = 0,
    temperature: float = 1.0,
    prime: str | dict[str, Any] = "",
    kept: float = 1.0,
) -> dict[str, Any]:
    """Let a network go on with a recording of speech, sample by sample.

    Args:
        model: name of a model of speech, as list_models has it.
        seconds: how long to go on, 0.1 to 10.
        seed: whole number from 0; the same gives the same draw.
        temperature: 0.1 to 2; below 1 tamer, above 1 bolder.
        prime: the beginning: a shipped excerpt like "spoken_digits-test-7_lucas_0", a recording, or "".
        kept: 0.1 to 1, the share of the beginning that the model is given, from its start.

    Returns:
        an object with ``figures`` and the file ``wav``.
    """
    asked = {"length": seconds, "seed": seed, "temperature": temperature, "kept": kept}
    return answer(Waveform.name, model, asked, prime)


def score(
    file: str | dict[str, Any], models: list[str] | None = None, per_frame: bool = False
) -> dict[str, Any]:
    """How likely networks find a piece of music or a recording, and how surprising its moments are.

    Args:
        file: a MIDI file or a recording, or the name of a shipped excerpt like "nottingham-test-26".
        models: names, as list_models has them; all that read such a file if they are left out.
        per_frame: whether to give nats and bits of every frame too.

    Returns:
        an object with ``models``, the best first among those with the same ``frame``: ``checkpoint``,
        ``frame``, ``report`` (what was left out), figures in nats and bits, the semitones by which notes were
        moved, and with ``per_frame`` the lists ``nats`` and ``bits``; and with ``problems``, a sentence for
        each model that could not answer.
    """
    try:
        path = excerpt(file).path if isinstance(file, str) else Path(uploaded_path(file))
        scoring = Scoring(path, path.name, _judges(representation_of(path), models), Performance())
        scoring.go_on(LONGEST_SECONDS)
        if not scoring.judgements:
            raise EngineError(scoring.problems[0] if scoring.problems else "no model could answer")
        scores = [
            {
                "checkpoint": judgement.card.name,
                "frame": judgement.representation.frame_unit,
                "report": judgement.report,
                **judgement.figures(per_frame is True),
            }
            for group in ranked(scoring.judgements)
            for judgement in group
        ]
        return {"models": scores, "problems": [sentence(EngineError(text)) for text in scoring.problems]}
    except EngineError as error:
        raise gr.Error(sentence(error), print_exception=False) from None


def _judges(kind: str, models: Any) -> list[Card]:
    """The cards of the named models, or of all that read this kind of frame where ``models`` is None."""
    if models is None:
        return list(read_catalogue(kind).cards.values())
    if not isinstance(models, list) or not models:
        raise InvalidValueError('models must be a list of names, like ["jsb_chorales-gru"]')
    cards = [read_card(str(name)) for name in dict.fromkeys(map(str, models))]
    for card in cards:
        if card.representation_name != kind:
            raise InvalidValueError(f"{card.name!r} reads another kind of file: choose other models")
    return cards


def answer(kind: str, model: str, asked: Mapping[str, Any], prime: Any) -> dict[str, Any]:
    """Draw one lane to its end; an engine's error becomes the sentence that the client sees.

    Args:
        kind: name of the representation that the model must have.
        asked: the other fields of a DrawRequest, by name.
        prime: as the endpoints take it.
    """
    try:
        upload = None if isinstance(prime, str) else uploaded_path(prime)
        values = {**asked, **_performance(asked.get("performance")), "prime": OWN if upload else prime}
        request = DrawRequest.of((str(model),), values)
        drawing = open_drawing(request, upload, kind)
        (lane,) = drawing.lanes
        lane.extend(LONGEST_SECONDS)
        lane.finish()
        value = lane.value()
        if lane.state == "error":
            raise EngineError(value["message"])
        files = {file["label"].lower(): file_value(file["path"]) for file in value["downloads"]}
        facts = {key: value[key] for key in ("notes", "message", "prime_frames") if key in value}
        return {**facts, "figures": value["facts"], "report": drawing.report, "seed": request.seed, **files}
    except EngineError as error:
        raise gr.Error(sentence(error), print_exception=False) from None


def uploaded_path(file: Any) -> str:
    """The path of a file that a client has uploaded.

    Gradio checks only paths that are marked as files; a client may leave out the mark, and name any file
    of this machine.

    Raises:
        UnreadableFileError: it is not an uploaded file.
    """
    path = file.get("path") if isinstance(file, Mapping) else None
    if not isinstance(path, str) or not is_uploaded(path):
        raise UnreadableFileError("this is no uploaded file: give handle_file(path), or an excerpt's name")
    return path


def _performance(given: Any) -> dict[str, Any]:
    if given is not None and (not isinstance(given, Mapping) or set(given) - {"tempo", "program"}):
        raise InvalidValueError('performance must be like {"tempo": 100, "program": 0}')
    return dict(given or {})
