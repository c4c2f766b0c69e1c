"""Site: the page Live and every file that it fetches; the app serves them, ``engine live`` writes them.

index.html, *.js, *.css     the page
models.json                 what visitors may choose: models, instruments
models/NAME.safetensors     a checkpoint's weights, unchanged
models/NAME.json            its program for the kernel, where in those weights each tensor is, and its gates
kernel.wasm                 the module that draws, the same as in Python
banks/NUMBER.bank           an instrument, by its General MIDI number
"""

import hashlib
import html
import json
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from string import Template
from typing import Any

import torch

from engine.checkpoints import (
    CHECKPOINTS,
    WEIGHTS_FILE,
    Card,
    corpus_words,
    in_order,
    is_best,
    is_published_cell,
    load,
    read_cards,
    title,
)
from engine.errors import EngineError
from engine.folders import ASSETS
from engine.kernel import NoProgramError, kinds, module_bytes, program_of
from engine.live.bank import BANKS, bank_name
from engine.models import Model
from engine.rendering import INSTRUMENTS
from engine.representations import PianoRoll
from engine.scoring import gates_of

PAGE_FOLDER = Path(__file__).with_name("page")
CHOICES_FORMAT = 1  # of models.json
MEDIA_TYPES = {
    ".js": "text/javascript",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}
BANKS_LICENCE = "banks/LICENSE.txt"
FIRST_CORPUS = "jsb_chorales"  # its models are offered first


@dataclass(frozen=True)
class Site:
    """The files of the page Live, by their paths.

    Args:
        checkpoints: the folder of the models.
        links: (title, relative address) of the other pages, the home page first.
    """

    checkpoints: Path = CHECKPOINTS
    links: tuple[tuple[str, str], ...] = ()

    def paths(self) -> list[str]:
        """The paths of all files."""
        page = [path.relative_to(PAGE_FOLDER).as_posix() for path in sorted(PAGE_FOLDER.rglob("*.*"))]
        models = [
            f"models/{card.name}{ending}" for card in self.cards for ending in (".json", ".safetensors")
        ]
        banks = [f"banks/{bank_name(program)}" for program in INSTRUMENTS.values()]
        given = ["earshot.css", "icon.png", "kernel.wasm", "models.json", BANKS_LICENCE]
        return [*page, *given, *models, *banks]

    def content(self, path: str) -> bytes | None:
        """The content of a file; None if there is no such file.

        Raises:
            EngineError: it is of a model that cannot be loaded, or that the kernel cannot run.
        """
        if path not in self.paths():
            return None
        if path == "models.json":
            return _json(self.choices())
        if path == "index.html":
            return self._page()
        folder, _, name = path.rpartition("/")
        stem, _, ending = name.rpartition(".")
        if folder == "models" and ending == "json":
            return _plan(stem, self.checkpoints)
        if folder == "models":
            return (self.checkpoints / stem / WEIGHTS_FILE).read_bytes()
        if path == "kernel.wasm":
            return module_bytes()
        if folder == "banks":
            return (BANKS / name).read_bytes()
        return ((ASSETS if path in ("earshot.css", "icon.png") else PAGE_FOLDER) / path).read_bytes()

    @cached_property
    def _catalogue(self) -> tuple[dict[str, Card], dict[str, str]]:
        """The models with card and weights, by name, and what is wrong with the others."""
        cards, problems = read_cards(self.checkpoints)
        for name in list(cards):
            if not (self.checkpoints / name / WEIGHTS_FILE).is_file():
                del cards[name]
                problems[name] = f"{WEIGHTS_FILE} of {name!r} is missing: restore it or fit the model again"
        return cards, problems

    @property
    def problems(self) -> list[str]:
        """A sentence for each model that is left out."""
        return list(self._catalogue[1].values())

    @cached_property
    def cards(self) -> list[Card]:
        """The cards of the models that are offered, music before speech, ``FIRST_CORPUS`` first."""
        return sorted(
            in_order(self._catalogue[0].values()),
            key=lambda card: (card.representation_name, card.corpus.name != FIRST_CORPUS, card.corpus.title),
        )

    def choices(self) -> dict[str, Any]:
        """What the page offers: the content of models.json."""
        return {
            "format": CHOICES_FORMAT,
            "models": [self._choice(card) for card in self.cards],
            "instruments": [
                {"title": name, "program": program, "sha256": _digest(BANKS / bank_name(program))}
                for name, program in INSTRUMENTS.items()
            ],
        }

    def _page(self) -> bytes:
        """The page's HTML with the links to the other pages."""
        page = Template((PAGE_FOLDER / "index.html").read_text(encoding="utf-8"))
        links = "".join(
            f'<a href="{html.escape(address)}">{html.escape(name)}</a>' for name, address in self.links
        )
        here = (
            f'<nav aria-label="Pages">{links}<a href="." aria-current="page">Live</a></nav>' if links else ""
        )
        home = html.escape(self.links[0][1]) if self.links else "."
        return page.substitute(home=home, links=here).encode()

    def _choice(self, card: Card) -> dict[str, Any]:
        of_frames = {name: fact for name, fact in card.representation.items() if name != "name"}
        if card.representation_name == PianoRoll.name:
            of_frames["lowest_pitch"] += card.corpus.played_semitones
        return {
            **of_frames,
            "kind": card.representation_name,
            "is_joint": card.has_joint_notes,
            "name": card.name,
            "title": title(card) if is_best(card) or is_published_cell(card) else card.name,
            "corpus": card.corpus.name,
            "music": corpus_words(card),
            "bytes": (self.checkpoints / card.name / WEIGHTS_FILE).stat().st_size,
            "sha256": card.weights_sha256,
        }


def media_type(path: str) -> str:
    """The media type (``Content-Type``) of a file."""
    return MEDIA_TYPES.get(Path(path).suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _plan(name: str, folder: Path) -> bytes:
    """models/NAME.json: a model's program, where each of its tensors is, and its uppermost gates."""
    model = load(name, folder).model
    try:
        program = program_of(model, kinds())
    except NoProgramError as error:
        raise EngineError(f"the page Live cannot draw from {name!r}: {error}") from None
    kept = _kept(model)
    tensors = [_place(tensor, kept) for tensor in program.tensors]
    return _json({"program": program.numbers, "tensors": tensors, "gates": _uppermost_gates(model)})


def _uppermost_gates(model: Model) -> dict[str, Any] | None:
    """The highest cell that has gates: its place, from 0, and the gates' names; None if no cell has any."""
    gates = gates_of(model)
    if not gates:
        return None
    layer = gates[-1].layer
    return {"cell": layer - 1, "names": [gate.name.capitalize() for gate in gates if gate.layer == layer]}


def _kept(model: Model) -> Mapping[str, torch.Tensor]:
    return model.state_dict(keep_vars=True)


def _place(tensor: torch.Tensor, kept: Mapping[str, torch.Tensor]) -> str | list[float]:
    """The name of a tensor in the file of weights, or its numbers if the file does not hold it."""
    for name, weight in kept.items():
        if weight.data_ptr() == tensor.data_ptr():
            return name
    for name, weight in kept.items():
        is_byte = weight.element_size() == 1
        if is_byte and weight.shape == tensor.shape and torch.equal(weight.float(), tensor):
            return name
    return tensor.flatten().tolist()


def _json(value: Any) -> bytes:
    return (json.dumps(value, separators=(",", ":")) + "\n").encode()
