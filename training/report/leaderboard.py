"""Leaderboard: every published figure of the four corpora of music, and ours among them.

    published/sources.json     the papers
    published/<corpus>.json    what they print: figures of one corpus, as data and not as code

Conventions
    nats    negative log-likelihood of the test split, per frame; lower is better
    kind    exact; bound: the exact figure is lower, or the same; estimate: it may lie on either side;
            code length: what a real coder needed, in nats
    known   read: in the paper itself; cited: read in another paper, which is named; recalled: neither, and
            to be verified; computed: here, by a model of ours or by somebody's program
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError, model_validator

from engine.cells import cell_title
from engine.checkpoints import CHECKPOINTS, Card, available, read_card
from engine.errors import EngineError
from engine.folders import PROJECT
from engine.strict import Strict, first_problem
from training.corpora import CORPORA
from training.paper import PAPER_CELLS, PAPER_MUSIC
from training.report.evidence import nats

PUBLISHED = PROJECT / "training" / "published"
BEST_MODEL = "best"  # <corpus>-best: the checkpoint that is meant to be played
FigureKind = Literal["exact", "bound", "estimate", "code length"]
FigureAverage = Literal["pooled", "per-sequence", "not stated"]
Read = TypeVar("Read", bound=BaseModel)


class FigureSource(Strict):
    """A paper or a program.

    Args:
        venue: where it appeared, if it did.
        arxiv: its number there, if it has one.
    """

    authors: list[str] = Field(min_length=1)
    year: int = Field(ge=1990, le=2100)
    title: str = Field(min_length=1)
    venue: str | None = None
    arxiv: str | None = Field(default=None, pattern=r"^\d{4}\.\d{4,5}$")

    @model_validator(mode="after")
    def _can_be_found(self) -> "FigureSource":
        if not (self.venue or self.arxiv):
            raise ValueError("a source needs a 'venue' or an 'arxiv' number")
        return self

    @property
    def short(self) -> str:
        """Authors and year, as ``Chung et al. 2014``."""
        names = [author.split(". ")[-1] for author in self.authors]
        who = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
        return f"{who} {self.year}"

    @property
    def citation(self) -> str:
        """All that is known of it, in one line."""
        year = "" if (self.venue or "")[-4:].isdigit() else str(self.year)
        parts = (self.venue, year, self.arxiv and f"arXiv {self.arxiv}")
        return f"{', '.join(self.authors)}: {self.title}, {', '.join(filter(None, parts))}"

    @property
    def url(self) -> str | None:
        """Where it can be read."""
        return f"https://arxiv.org/abs/{self.arxiv}" if self.arxiv else None


class PublishedFigure(Strict):
    """One published figure, as it stands in a file of PUBLISHED.

    Args:
        to: the upper end, where what is known is a range.
        source: whose it is, a key of sources.json.
        read_in: key of the source in which it was read, if not in its own.
        parameters: of the whole model, roughly.
        comparable: False where other frames or another split were scored.
    """

    nats: float = Field(gt=0)
    to: float | None = None
    method: str = Field(min_length=1)
    source: str
    kind: FigureKind
    known: Literal["read", "cited", "recalled", "computed"]
    read_in: str | None = None
    average: FigureAverage
    parameters: int | None = Field(default=None, gt=0)
    note: str = ""
    comparable: bool = True

    @model_validator(mode="after")
    def _is_whole(self) -> "PublishedFigure":
        if (self.known == "cited") != (self.read_in is not None):
            raise ValueError("'read_in' goes with known 'cited', and with nothing else")
        if self.to is not None and self.to <= self.nats:
            raise ValueError("a range goes upwards: 'to' must be above 'nats'")
        if not self.comparable and not self.note:
            raise ValueError("a 'note' must say why a figure is not comparable")
        return self


class _Sources(RootModel[dict[str, FigureSource]]):
    model_config = ConfigDict(frozen=True, strict=True)


class _CorpusFile(Strict):
    corpus: str
    figures: list[PublishedFigure] = Field(min_length=1)


@dataclass(frozen=True)
class BoardEntry:
    """One line of a board: a published figure, or one of ours.

    Args:
        known: as in Conventions.
        source: a paper or a program; None for ours.
        checkpoint: name of the checkpoint, for ours alone.
    """

    nats: float
    to: float | None
    method: str
    kind: str
    known: str
    average: str
    source: FigureSource | None = None
    read_in: FigureSource | None = None
    parameters: int | None = None
    note: str = ""
    comparable: bool = True
    checkpoint: str | None = None


@dataclass(frozen=True)
class Board:
    """The figures of one corpus: those that can be compared first, and each part from the lowest figure up.

    Args:
        best: card of the checkpoint that is meant to be played, if there is one.
    """

    corpus: str
    title: str
    entries: tuple[BoardEntry, ...]
    best: Card | None = None


def read_leaderboard(checkpoints: Path = CHECKPOINTS, published: Path = PUBLISHED) -> tuple[Board, ...]:
    """The boards of the four corpora, with whatever checkpoints there are.

    Raises:
        EngineError: a card or a file of published figures cannot be used.
    """
    sources = _read(published / "sources.json", _Sources).root
    names = available(checkpoints)
    boards = []
    for corpus in (paper.ours for paper in PAPER_MUSIC):
        present = [
            name for name in (f"{corpus}-{end}" for end in (*PAPER_CELLS, BEST_MODEL)) if name in names
        ]
        cards = {name: read_card(name, checkpoints) for name in present}
        path = published / f"{corpus}.json"
        file = _read(path, _CorpusFile)
        if file.corpus != corpus:
            raise EngineError(f"{path} holds the figures of {file.corpus!r}: rename it")
        entries = [
            *(_published(figure, sources, path) for figure in file.figures),
            *our_entries(cards.values()),
        ]
        best = cards.get(f"{corpus}-{BEST_MODEL}")
        boards.append(Board(corpus, CORPORA[corpus].title, tuple(sorted(entries, key=_rank)), best))
    return tuple(boards)


def _rank(entry: BoardEntry) -> tuple[bool, float, float, str, str]:
    end = entry.to or entry.nats
    return not entry.comparable, entry.nats, end, entry.method, entry.kind


def _read(path: Path, kind: type[Read]) -> Read:
    try:
        return kind.model_validate_json(path.read_bytes())
    except OSError as error:
        raise EngineError(f"{path} cannot be read ({error.strerror}): restore it") from None
    except ValidationError as error:
        place, said = first_problem(error)
        raise EngineError(f"{path} cannot be used: {place}: {said.lower()}") from None


def _published(figure: PublishedFigure, sources: Mapping[str, FigureSource], path: Path) -> BoardEntry:
    for key in filter(None, (figure.source, figure.read_in)):
        if key not in sources:
            raise EngineError(f"{path} cannot be used: there is no source {key!r} in sources.json")
    facts = figure.model_dump(exclude={"source", "read_in"})
    return BoardEntry(**facts, source=sources[figure.source], read_in=sources.get(figure.read_in or ""))


def our_entries(cards: Iterable[Card]) -> list[BoardEntry]:
    """Our best model of a corpus, and the one of the paper's size that is best on validation."""
    scored = [card for card in cards if nats(card.metrics, "test", "pooled") is not None]
    sized = [card for card in scored if not card.name.endswith(f"-{BEST_MODEL}")]
    chosen = [card for card in scored if card not in sized]
    chosen += sorted(sized, key=_valid)[:1]
    return [_of_ours(card) for card in chosen]


def _valid(card: Card) -> float:
    figure = nats(card.metrics, "valid", "pooled")
    return float("inf") if figure is None else figure


def _of_ours(card: Card) -> BoardEntry:
    is_best = card.name.endswith(f"-{BEST_MODEL}")
    return BoardEntry(
        nats=nats(card.metrics, "test", "pooled"),
        to=None,
        method="Earshot, best model" if is_best else f"Earshot, {cell_title(card.cell)} of the paper's size",
        kind="exact",
        known="computed",
        average="pooled",
        parameters=card.num_parameters,
        note=described(card),
        checkpoint=card.name,
    )


def described(card: Card) -> str:
    """The architecture, and what the network alone reaches on test where a memory helps it."""
    without = [
        f"{figure:.3f} without {words}"
        for average, words in (("without_copies", "copies"), ("without_melodies", "any memory"))
        if (figure := nats(card.metrics, "test", average)) is not None
    ]
    return architecture(card.model) + (f" ({', '.join(without)})" if without else "")


def architecture(model: Mapping[str, Any]) -> str:
    """A card's model in words: ``2 × (GRU of 320 units, attention of 4 heads over 1,024 frames), …``."""
    cells = [_cell(spec) for spec in model["cells"]]
    period = next(n for n in range(1, len(cells) + 1) if cells[:n] * (len(cells) // n) == cells)
    once = ", ".join(cells[:period])
    times = len(cells) // period
    parts = [once if times == 1 else f"{times} × ({once})"]
    if model.get("residual"):
        parts.append("residual sums")
    head = model.get("head", {})
    if "name" in head:
        size = f" of {head['num_units']} units" if "num_units" in head else ""
        parts.append(f"{_words(head['name'])} head{size}")
    if reach := model.get("transpositions"):
        parts.append(f"averaged over {2 * reach + 1} keys")
    if "melody_memory" in model:
        parts.append("memory of the training melodies")
    if "copy_memory" in model:
        parts.append("memory of the piece's own past")
    if clock := model.get("clock"):
        parts.append(f"told the frame's number modulo {' and '.join(map(str, clock))}")
    if model.get("told_keys"):
        parts.append("told its key")
    return ", ".join(parts)


def _cell(spec: Mapping[str, Any]) -> str:
    if "num_heads" in spec:
        reach = f" over {spec['window']:,} frames" if isinstance(spec.get("window"), int) else ""
        return f"{_words(spec['name'])} of {spec['num_heads']} heads{reach}"
    size = f" of {spec['hidden_size']} units" if "hidden_size" in spec else ""
    return f"{_words(cell_title(spec['name']))}{size}"


def _words(name: str) -> str:
    return {"bernoulli": "Bernoulli", "note_list": "note-list"}.get(name, name.replace("_", " "))
