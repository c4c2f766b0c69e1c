"""Site: the page Live and all that it asks for; the app serves these files, ``engine live`` writes them.

index.html, *.js, *.css     the page
models.json                 what may be chosen: models, instruments
models/NAME.safetensors     a checkpoint's weights, as they are
models/NAME.json            its program for the kernel, and where in those weights each tensor is
kernel.wasm                 the module that draws here too
banks/NUMBER.bank           an instrument
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
    Card,
    corpus_words,
    in_order,
    is_best,
    is_of_the_paper,
    load,
    read_cards,
    title,
)
from engine.folders import ASSETS
from engine.kernel import kinds, module_bytes, program_of
from engine.live.bank import BANKS, bank_name
from engine.models import Model
from engine.rendering import INSTRUMENTS
from engine.representations import PianoRoll
from engine.scoring import gates_of

PAGE = Path(__file__).with_name("page")
FORMAT = 1  # of models.json
TYPES = {".js": "text/javascript", ".wasm": "application/wasm", ".webmanifest": "application/manifest+json"}
LICENCE = "banks/LICENSE.txt"  # of the instruments
FIRST_CORPUS = "jsb_chorales"


@dataclass(frozen=True)
class Site:
    """The files by their paths in the folder.

    Args:
        checkpoints: folder of the models.
        links: title and address, from this page, of the pages beside it, the first one first.
    """

    checkpoints: Path = CHECKPOINTS
    links: tuple[tuple[str, str], ...] = ()

    def paths(self) -> list[str]:
        """Of all files."""
        page = [path.relative_to(PAGE).as_posix() for path in sorted(PAGE.rglob("*.*"))]
        models = [
            f"models/{card.name}{ending}" for card in self.cards for ending in (".json", ".safetensors")
        ]
        banks = [f"banks/{bank_name(program)}" for program in INSTRUMENTS.values()]
        given = ["earshot.css", "icon.png", "kernel.wasm", "models.json", LICENCE]
        return [*page, *given, *models, *banks]

    def content(self, path: str) -> bytes | None:
        """Of a file; None where there is no such."""
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
            return (self.checkpoints / stem / "model.safetensors").read_bytes()
        if path == "kernel.wasm":
            return module_bytes()
        if folder == "banks":
            return (BANKS / name).read_bytes()
        return ((ASSETS if path in ("earshot.css", "icon.png") else PAGE) / path).read_bytes()

    @cached_property
    def cards(self) -> list[Card]:
        """Of all models, those of music before those of speech, and the first corpus's first."""
        cards = in_order(read_cards(self.checkpoints)[0].values())
        return sorted(
            cards, key=lambda card: (card.kind, card.corpus.name != FIRST_CORPUS, card.corpus.title)
        )

    def choices(self) -> dict[str, Any]:
        """What the page offers."""
        return {
            "format": FORMAT,
            "models": [self._choice(card) for card in self.cards],
            "instruments": [
                {"title": name, "program": program, "sha256": _digest(BANKS / bank_name(program))}
                for name, program in INSTRUMENTS.items()
            ],
        }

    def _page(self) -> bytes:
        """With the links to the pages beside it."""
        page = Template((PAGE / "index.html").read_text(encoding="utf-8"))
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
        if card.kind == PianoRoll.name:
            of_frames["lowest_pitch"] += card.corpus.played_semitones
        return {
            **of_frames,
            "kind": card.kind,
            "is_joint": card.is_joint,
            "name": card.name,
            "title": title(card) if is_best(card) or is_of_the_paper(card) else card.name,
            "corpus": card.corpus.name,
            "music": corpus_words(card),
            "bytes": (self.checkpoints / card.name / "model.safetensors").stat().st_size,
            "sha256": card.weights_sha256,
        }


def media_type(path: str) -> str:
    """Of a file, as a server says it."""
    return TYPES.get(Path(path).suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _plan(name: str, folder: Path) -> bytes:
    """A model's program, and where each of its tensors is: a name in its file, or the numbers themselves."""
    model = load(name, folder).model
    program = program_of(model, kinds())
    kept = _kept(model)
    tensors = [_place(tensor, kept) for tensor in program.tensors]
    return _json({"program": program.numbers, "tensors": tensors, "gates": _uppermost_gates(model)})


def _uppermost_gates(model: Model) -> dict[str, Any] | None:
    """Of the highest cell that has some: its place from 0, and what they are called."""
    gates = gates_of(model)
    if not gates:
        return None
    layer = gates[-1].layer
    return {"cell": layer - 1, "names": [gate.name.capitalize() for gate in gates if gate.layer == layer]}


def _kept(model: Model) -> Mapping[str, torch.Tensor]:
    return model.state_dict(keep_vars=True)


def _place(tensor: torch.Tensor, kept: Mapping[str, torch.Tensor]) -> str | list[float]:
    for name, other in kept.items():
        if other.data_ptr() == tensor.data_ptr():
            return name
    for name, other in kept.items():
        if other.element_size() == 1 and other.shape == tensor.shape and torch.equal(other.float(), tensor):
            return name
    return tensor.flatten().tolist()


def _json(value: Any) -> bytes:
    return (json.dumps(value, separators=(",", ":")) + "\n").encode()
