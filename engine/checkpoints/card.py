"""Card: what a checkpoint says of itself, as card.json; strict, so that an unknown key is refused."""

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

MOST = 1e12  # of any number on a card
Figure = Annotated[int | float, Field(ge=-MOST, le=MOST)]
Count = Annotated[int, Field(ge=0, le=MOST)]
NAME_PATTERN = r"^[a-z0-9]+([_-][a-z0-9]+)*$"


def of_this_world(spec: dict[str, Any]) -> dict[str, Any]:
    """The same; raises ValueError for a number that could not even be shown."""
    if not all(abs(number) <= MOST for number in _numbers(spec)):
        raise ValueError(f"a number is not finite, or larger than {MOST:g}")
    return spec


class CorpusFacts(Strict):
    """Where the training data came from, on what terms, and how high its music stands.

    Args:
        played_semitones: what is added to every pitch of a draw before it is heard or written as MIDI; rolls
            and likelihoods keep the pitches of the corpus.
        mean_pitch: MIDI number, over all notes of all frames of the training split; None where it was not
            written down, and for speech.
        most_notes: of any frame of the training split; None likewise.
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
    def height(self) -> str:
        """How its draws are heard, in words; empty where they are heard as the corpus is written."""
        if not self.played_semitones:
            return ""
        octaves, semitones = divmod(abs(self.played_semitones), 12)
        far = "an octave" if octaves and not semitones else counted(abs(self.played_semitones), "semitone")
        return f"played {far} {'lower' if self.played_semitones < 0 else 'higher'} than the corpus is written"


class TrainingFacts(Strict):
    """How the weights were fitted; ``recipe`` can be given to ``python -m training fit`` again."""

    recipe: Annotated[dict[str, Any], AfterValidator(of_this_world)]
    updates: Count
    epochs: Count
    seconds: float = Field(ge=0, le=MOST)
    torch: str
    device: str


class Card(Strict):
    """Everything that must be known to rebuild, play and judge a model.

    Args:
        name: the folder's name, ``<corpus>-<cell>`` for published models.
        representation: spec of what a frame means.
        model: spec for ``build_model``.
        weights_sha256: of model.safetensors.
        formerly_sha256: of the same weights in files of earlier forms; votes and exports may name them.
        metrics: split -> figure -> value, e.g. ``{"test": {"nats_per_frame": 8.5}}``.
        draws: how its draws compare with real pieces, as ``python -m training evaluate --draws`` found it;
            empty where nobody has asked.
        ending: when pieces of its corpus end; None where that was not fitted, and for speech.
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
    def _is_of_this_world(cls, spec: dict[str, Any]) -> dict[str, Any]:
        return of_this_world(spec)

    @field_validator("representation")
    @classmethod
    def _has_a_name(cls, spec: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(spec.get("name"), str):
            raise ValueError("a representation needs a 'name'")
        return spec

    @field_validator("model")
    @classmethod
    def _has_cells(cls, spec: dict[str, Any]) -> dict[str, Any]:
        """Read whole by ``build_model``; here just what can be asked of a card whose model is not built."""
        cells = spec.get("cells")
        if not isinstance(cells, list) or not cells or not all(isinstance(cell, dict) for cell in cells):
            raise ValueError("a model needs 'cells', a list of specs")
        if not isinstance(cells[0].get("name"), str) or not isinstance(cells[0].get("hidden_size"), int):
            raise ValueError("a cell needs a 'name' and a 'hidden_size'")
        return spec

    @property
    def kind(self) -> str:
        """Registry name of what its frames are."""
        return self.representation["name"]

    @property
    def facts(self) -> Facts:
        """Of its frames; raises UnknownNameError where this version does not know such."""
        if self.kind not in REPRESENTATIONS:
            raise UnknownNameError("representation", self.kind, REPRESENTATIONS)
        return REPRESENTATIONS[self.kind].facts

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
        """Cells of the first one's kind; attention between them does not count."""
        return sum(cell.get("name") == self.cell for cell in self.model["cells"])

    @property
    def has_memory(self) -> bool:
        """Whether it attends to its own past."""
        return any(kind.looks_back for cell in self.model["cells"] if (kind := CELLS.get(cell.get("name"))))

    @property
    def knows_melodies(self) -> bool:
        """Whether it keeps its training pieces' melodies, and may go on with one."""
        return "melody_memory" in self.model

    @property
    def num_keys(self) -> int:
        """Keys in which it hears every frame: 1, or more of a mixture over transpositions."""
        reach = self.model.get("transpositions", 0)
        return 2 * reach + 1 if isinstance(reach, int) else 1

    @property
    def is_joint(self) -> bool:
        """Whether the notes of a frame are drawn one given the other, not each by itself."""
        head = self.model.get("head")
        kind = HEADS.get(head.get("name")) if isinstance(head, dict) else None
        return kind is not None and kind.is_joint and kind.events == "notes"

    def has_weights(self, sha256: str) -> bool:
        """Whether these are its weights, as they lie here or as they lay in an earlier form."""
        return sha256 in (self.weights_sha256, *self.formerly_sha256)

    @property
    def held_out(self) -> tuple[float, str] | None:
        """The test figure by which the models of a corpus are compared, and what it counts.

        Nats a frame of music; bits a sample of sound, of the paper's windows where they have been scored.
        """
        figures = self.metrics.get("test", {})
        for name in ("nats_per_frame", "bits_per_sample_in_windows", "bits_per_sample"):
            if name in figures:
                return figures[name], name.removesuffix("_in_windows").replace("_", " ")
        return None

    @property
    def held_out_nats(self) -> float | None:
        """The same in nats, per frame of music and per sample of sound."""
        if self.held_out is None:
            return None
        figure, unit = self.held_out
        return figure * math.log(2) if unit.startswith("bits") else figure


def _numbers(value: Any) -> Iterator[int | float]:
    """All that stand anywhere in a spec."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _numbers(part)
    elif isinstance(value, int | float):
        yield value
