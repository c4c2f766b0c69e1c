"""Card: what a checkpoint says of itself, read strictly from card.json."""

import math
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator

from engine.cells import CELLS
from engine.endings import Ending
from engine.errors import UnknownNameError
from engine.heads import HEADS
from engine.representations import REPRESENTATIONS, Facts
from engine.strict import Strict
from engine.words import counted

LARGEST_NUMBER = 1e12  # the largest magnitude of a number on a card
Figure = Annotated[int | float, Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)]
Count = Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]
NAME_PATTERN = r"^[a-z0-9]+([_-][a-z0-9]+)*$"


def checked_numbers(spec: dict[str, Any]) -> dict[str, Any]:
    """The same spec; raises ValueError if a number in it is infinite, NaN or too large."""
    if not all(abs(number) <= LARGEST_NUMBER for number in _numbers(spec)):
        raise ValueError(f"a number is not finite, or its size exceeds {LARGEST_NUMBER:g}")
    return spec


class CorpusFacts(Strict):
    """Where the training data came from, on what terms, and facts about its pitches and notes.

    Args:
        played_semitones: semitones added to every pitch of a draw before it is heard or written as MIDI;
            rolls and likelihoods keep the pitches of the corpus.
        mean_pitch: mean MIDI number over all notes of all frames of the training split; None on older cards
            and for speech.
        most_notes: the largest number of notes in a frame of the training split; None as for ``mean_pitch``.
    """

    name: str
    title: str
    homepage: str
    licence: str
    citation: str
    played_semitones: int = Field(0, ge=-12, le=12)
    mean_pitch: float | None = Field(None, ge=0, le=127)
    most_notes: Count | None = None

    @property
    def transposition_words(self) -> str:
        """How much higher or lower its draws are played, in words; empty if they are played as written."""
        if not self.played_semitones:
            return ""
        octaves, semitones = divmod(abs(self.played_semitones), 12)
        far = "an octave" if octaves and not semitones else counted(abs(self.played_semitones), "semitone")
        return f"played {far} {'lower' if self.played_semitones < 0 else 'higher'} than the corpus is written"


class TrainingFacts(Strict):
    """How the weights were fitted; ``python -m training fit`` takes ``recipe`` again, saved as a .json file.

    Args:
        updates: steps of the optimiser up to the end of the fit.
        epochs: passes over the training split.
        seconds: time spent fitting and validating.
        torch: the version of torch.
        device: what the fit ran on, e.g. ``cpu``.
    """

    recipe: Annotated[dict[str, Any], AfterValidator(checked_numbers)]
    updates: Count
    epochs: Count
    seconds: float = Field(ge=0, le=LARGEST_NUMBER)
    torch: str
    device: str


class Card(Strict):
    """All that must be known, apart from the weights, to rebuild, play and judge a model.

    Args:
        name: the folder's name, ``<corpus>-<cell>`` or ``<corpus>-best`` for published models.
        representation: the spec of its representation.
        model: the spec for ``build_model``.
        weights_sha256: the hash of model.safetensors.
        formerly_sha256: hashes of the same weights in earlier file formats, which old votes may name.
        metrics: split -> figure -> value, e.g. ``{"test": {"nats_per_frame": 8.5}}``.
        draws: how its draws compare with real pieces, written by ``python -m training evaluate --draws
            --update-card``; empty if that was not run since the fit, its ending or its memories.
        ending: when pieces of its corpus end; None if that was not fitted, and for speech.
    """

    format: Literal[1] = 1
    name: str = Field(pattern=NAME_PATTERN)
    corpus: CorpusFacts
    representation: dict[str, Any]
    model: dict[str, Any]
    num_parameters: Count
    num_recurrent_parameters: Count
    weights_sha256: str
    formerly_sha256: list[str] = Field(default_factory=list)
    training: TrainingFacts
    metrics: dict[str, dict[str, Figure]]
    draws: dict[str, Any] = Field(default_factory=dict)
    ending: Ending | None = None

    @field_validator("representation", "model", "draws")
    @classmethod
    def _has_bounded_numbers(cls, spec: dict[str, Any]) -> dict[str, Any]:
        return checked_numbers(spec)

    @field_validator("representation")
    @classmethod
    def _has_a_name(cls, spec: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(spec.get("name"), str):
            raise ValueError("a representation needs a 'name'")
        return spec

    @field_validator("model")
    @classmethod
    def _has_cells(cls, spec: dict[str, Any]) -> dict[str, Any]:
        """Checks the cells alone; ``build_model`` checks the rest."""
        cells = spec.get("cells")
        if not isinstance(cells, list) or not cells or not all(isinstance(cell, dict) for cell in cells):
            raise ValueError("a model needs 'cells', a list of specs")
        if not isinstance(cells[0].get("name"), str) or not isinstance(cells[0].get("hidden_size"), int):
            raise ValueError("a cell needs a 'name' and a 'hidden_size'")
        return spec

    @property
    def representation_name(self) -> str:
        """Registry name of its representation."""
        return self.representation["name"]

    @property
    def facts(self) -> Facts:
        """What is true of all frames of its representation; raises UnknownNameError if that is unknown."""
        name = self.representation_name
        if name not in REPRESENTATIONS:
            raise UnknownNameError("representation", name, REPRESENTATIONS)
        return REPRESENTATIONS[name].facts

    @property
    def cell(self) -> str:
        """Registry name of the first cell."""
        return self.model["cells"][0]["name"]

    @property
    def num_units(self) -> int:
        """Hidden units of the first cell."""
        return self.model["cells"][0]["hidden_size"]

    @property
    def num_layers(self) -> int:
        """How many cells have the same kind as the first; attention between them does not count."""
        return sum(cell.get("name") == self.cell for cell in self.model["cells"])

    @property
    def has_attention(self) -> bool:
        """Whether a cell looks back at earlier steps, as attention does; other memories do not count."""
        classes = [CELLS.get(cell.get("name")) for cell in self.model["cells"]]
        return any(cell_class is not None and cell_class.looks_back for cell_class in classes)

    @property
    def knows_melodies(self) -> bool:
        """Whether it remembers the melodies of its training pieces, and may go on with one."""
        return "melody_memory" in self.model

    @property
    def num_keys(self) -> int:
        """How many keys its prediction is averaged over; 1 without transposition."""
        reach = self.model.get("transpositions", 0)
        return 2 * reach + 1 if isinstance(reach, int) else 1

    @property
    def has_joint_notes(self) -> bool:
        """Whether it draws each note of a frame given those above it, not independently."""
        head = self.model.get("head")
        head_class = HEADS.get(head.get("name")) if isinstance(head, dict) else None
        return head_class is not None and head_class.is_joint and head_class.events == "notes"

    def has_weights(self, sha256: str) -> bool:
        """Whether this is the hash of its weights, in the present or an earlier file format."""
        return sha256 in (self.weights_sha256, *self.formerly_sha256)

    @property
    def figure_on_test(self) -> tuple[float, str] | None:
        """The test figure by which models of one corpus are compared, and its unit; None if there is none.

        For music nats per frame; for sound bits per sample, in the paper's windows if those were scored.
        """
        figures = self.metrics.get("test", {})
        for name in ("nats_per_frame", "bits_per_sample_in_windows", "bits_per_sample"):
            if name in figures:
                return figures[name], name.removesuffix("_in_windows").replace("_", " ")
        return None

    @property
    def nats_on_test(self) -> float | None:
        """``figure_on_test`` in nats, per frame of music or per sample of sound."""
        if self.figure_on_test is None:
            return None
        figure, unit = self.figure_on_test
        return figure * math.log(2) if unit.startswith("bits") else figure


def _numbers(value: Any) -> Iterator[int | float]:
    """All numbers anywhere in a spec."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _numbers(part)
    elif isinstance(value, int | float):
        yield value
