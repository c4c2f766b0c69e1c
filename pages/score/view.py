"""What the Score page shows of a scoring: the table of the models, one model's lane, what it expects."""

from collections.abc import Sequence
from typing import Any

import torch

from engine.checkpoints import corpus_words, title
from engine.errors import EngineError
from engine.scoring import (
    Expectation,
    Gate,
    Judgement,
    extreme_moments,
    gates_of,
    opened,
    ranked,
    window_means,
)
from engine.words import counted, signed
from pages.house import loaded, sentence
from pages.parts import picture_of
from pages.score.scoring import Scoring

NUM_MOMENTS = 5  # of each kind
MAX_GATE_UNITS = 48  # whose gates are shown
NUM_PITCHES = 8  # that are shown of what a model expects
WINDOWS_PER_SECOND = 40  # of sound; the surprise of samples is averaged over each
GAP_SECONDS = 0.15  # between two moments of sound
TABLES_APART = "Compare figures within a table, not between two, whose models are given other frames."


def table_value(scoring: Scoring) -> dict[str, Any]:
    """What a ScoreTable shows of a scoring now."""
    groups = [_group(group) for group in ranked(scoring.judgements)]
    now = scoring.now
    return {
        "title": scoring.title,
        "link": scoring.link,
        "state": "scoring" if now else "stopped" if scoring.is_stopped else "done",
        "done": len(scoring.judgements),
        "of": scoring.num_models,
        "now": f"{title(now[0])} on {corpus_words(now[0])}" if now else "",
        "share": round(now[1], 3) if now else 1.0,
        "chosen": scoring.chosen or "",
        "groups": groups,
        "note": TABLES_APART if len(groups) > 1 else "",
        "problems": [sentence(EngineError(problem)) for problem in scoring.problems],
    }


def _group(group: Sequence[Judgement]) -> dict[str, Any]:
    """Models that can be compared, the best first."""
    first = group[0]
    worst = max(judgement.surprise.mean for judgement in group)
    rows = [
        {
            "name": judgement.card.name,
            "title": title(judgement.card),
            "corpus": corpus_words(judgement.card),
            "figure": f"{judgement.surprise.mean:.2f}",
            "bar": round(judgement.surprise.mean / worst, 3) if worst > 0 else 0.0,
            "shift": shift(judgement),
        }
        for judgement in group
    ]
    return {
        "caption": f"{first.extent}. {first.report}".strip(),
        "unit": first.representation.facts.figure_words,
        "has_shift": first.is_music,
        "rows": rows,
    }


def shift(judgement: Judgement) -> str:
    """The semitones by which the piece was transposed into the model's best key: ``+2``, ``−3``, ``0``."""
    semitones = judgement.surprise.transposed_semitones
    return signed(semitones, "+d") if semitones else "0"


def lane_value(scoring: Scoring, judgement: Judgement) -> dict[str, Any]:
    """What a ScoreLane shows of one model, with the sound; where it cannot be played, the lane says why."""
    piece = scoring.piece_of(judgement)
    values, frames_per_value = shown_values(judgement)
    in_sound = round(GAP_SECONDS * WINDOWS_PER_SECOND)
    apart = judgement.representation.frames_per_quarter if judgement.is_music else in_sound
    least, most = extreme_moments(values, NUM_MOMENTS, apart)
    unit = judgement.representation.facts.figure_words
    value = {
        "title": title(judgement.card),
        "subtitle": _subtitle(judgement),
        "model": judgement.card.name,
        "semitones": scoring.performance.semitones,
        "state": "done",
        "num_frames": len(piece.frames),
        "frames_done": len(piece.frames),
        "figures": [[unit, f"{judgement.surprise.mean:.2f}"]],
        "unit": unit.split()[0],
        "mean": round(judgement.surprise.mean, 3),
        "surprise": [[round(value, 2)] for value in values.tolist()],
        "frames_per_value": frames_per_value,
        "least_expected": [[moment] for moment in least],
        "most_expected": [[moment] for moment in most],
        **picture_of(piece.frames, judgement.representation, scoring.performance.quarters_per_minute),
    }
    if judgement.is_music:
        value["gates"] = [gate_title(gate) for gate in gates_of(loaded(judgement.card.name).model)]
    try:
        value |= scoring.sound(judgement)
    except EngineError as error:
        value["message"] = sentence(error)
    return value


def _subtitle(judgement: Judgement) -> str:
    corpus = f"Fitted to {corpus_words(judgement.card)}"
    semitones = judgement.surprise.transposed_semitones
    if not judgement.is_music:
        return corpus
    if not semitones:
        return f"{corpus} · likes the key it is written in best"
    way = "up" if semitones > 0 else "down"
    return f"{corpus} · heard {counted(abs(semitones), 'semitone')} further {way}, in the key it likes best"


def shown_values(judgement: Judgement) -> tuple[torch.Tensor, int]:
    """The surprise that the strip draws, and how many frames each value is the mean of."""
    if judgement.is_music:
        return judgement.surprise.values, 1
    width = round(judgement.representation.frames_per_second / WINDOWS_PER_SECOND)
    return window_means(judgement.surprise.values, width), width


def gate_title(gate: Gate) -> str:
    """What a gate is called on the page."""
    return f"{gate.name.capitalize()} gate, layer {gate.layer}"


def opened_value(scoring: Scoring, name: str, number: int) -> dict[str, Any] | None:
    """How far a gate was open, a row for each unit and in it a hexadecimal digit for each frame.

    Args:
        name: of the model.
        number: of the gate, from 0; None is returned where there is no such model or gate.
    """
    judgement = scoring.judgement(name)
    if judgement is None or not judgement.is_music:
        return None
    checkpoint = loaded(name)
    gates, roll = gates_of(checkpoint.model), judgement.representation
    if not 0 <= number < len(gates):
        return None
    frames = roll.transpose(scoring.piece_of(judgement).frames, judgement.surprise.transposed_semitones)
    shades = (opened(checkpoint.model, gates[number], frames)[:MAX_GATE_UNITS] * 15).round().int().tolist()
    return {"model": name, "gate": number, "rows": ["".join(f"{shade:x}" for shade in row) for row in shades]}


def expected_value(
    scoring: Scoring, name: str, start: int, expectations: Sequence[Expectation]
) -> dict[str, Any]:
    """What a model expects at some frames, as a ScoreLane reads it.

    For each frame the likeliest pitches and those that sound: [pitch, probability in thousandths, sounds].
    """
    judgement = scoring.judgement(name)
    if judgement is None or not expectations:
        return {"model": name, "start": start, "frames": [], "num_draws": 0}
    frames, lowest = scoring.piece_of(judgement).frames, judgement.representation.lowest_pitch
    rows = [
        _pitches(expectation.probabilities, frames[start + place], lowest)
        for place, expectation in enumerate(expectations)
    ]
    return {"model": name, "start": start, "frames": rows, "num_draws": expectations[0].num_draws}


def _pitches(probabilities: torch.Tensor, frame: torch.Tensor, lowest: int) -> list[list[int]]:
    likeliest = probabilities.topk(min(NUM_PITCHES, len(probabilities))).indices.tolist()
    sounding = frame.nonzero().flatten().tolist()
    columns = sorted({*likeliest, *sounding}, key=lambda column: -float(probabilities[column]))
    return [
        [lowest + column, round(1000 * float(probabilities[column])), int(column in sounding)]
        for column in columns
    ]
