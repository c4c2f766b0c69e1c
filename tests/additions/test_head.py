"""A head is added by its own file and one entry: here a head of the test's own goes the whole way."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.heads import HEADS, Distribution, Head
from engine.scoring.expectation import expect
from tests.additions.whole_way import WholeWay

NAME = "held_notes"


@dataclass(frozen=True)
class HeldNotes(Distribution):
    """The frame before once more, with the log-odds ``hold``; else independent notes with these logits."""

    hold: Tensor
    logits: Tensor
    last: Tensor

    @property
    def num_uniforms(self) -> int:
        return 1 + self.logits.shape[-1]

    def log_prob(self, frame: Tensor) -> Tensor:
        notes = (frame * self.logits - functional.softplus(self.logits)).sum(-1)
        held = functional.logsigmoid(self.hold).masked_fill((frame != self.last).any(-1), -torch.inf)
        return torch.logaddexp(held, functional.logsigmoid(-self.hold) + notes)

    def sample(self, uniforms: Tensor) -> Tensor:
        odds = torch.logit(uniforms)
        notes = (odds[..., 1:] < self.logits).to(self.logits)
        return torch.where(odds[..., :1] < self.hold[..., None], self.last.to(notes), notes)

    def repeated(self, count: int) -> "HeldNotes":
        return HeldNotes(
            self.hold.unsqueeze(-1).expand(*self.hold.shape, count),
            *(part.unsqueeze(-2).expand(*self.hold.shape, count, -1) for part in (self.logits, self.last)),
        )

    def temper(self, temperature: float) -> "HeldNotes":
        return HeldNotes(self.hold / temperature, self.logits / temperature, self.last)


class HeldNotesHead(Head):
    """A layer of ``num_units`` between the hidden state and the log-odds; it reads the frame before."""

    events = "notes"

    def __init__(self, hidden_size: int, frame_size: int, input_size: int, num_units: int):
        super().__init__(hidden_size, frame_size)
        self.input_size = input_size
        self.inner = nn.Parameter(torch.zeros(num_units, hidden_size))
        self.outer = nn.Parameter(torch.zeros(1 + frame_size, num_units))
        self.bias = nn.Parameter(torch.zeros(1 + frame_size))

    def forward(self, h: Tensor, x: Tensor) -> HeldNotes:
        odds = functional.linear(functional.linear(h, self.inner).tanh(), self.outer, self.bias)
        return HeldNotes(odds[..., 0], odds[..., 1:], x[..., -self.frame_size :])

    def initialise(self, rng: torch.Generator) -> None:
        nn.init.xavier_uniform_(self.inner, generator=rng)
        nn.init.xavier_uniform_(self.outer, generator=rng)
        nn.init.constant_(self.bias, -3.0)


@pytest.fixture(scope="module")
def way(tmp_path_factory) -> Iterator[WholeWay]:
    """The head is registered while this file's tests run, and fitted once, by a recipe that names it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(HEADS, NAME, HeldNotesHead)
        way = WholeWay(tmp_path_factory.mktemp("head"), "held")
        model = {"cells": [{"name": "gru", "hidden_size": 5}], "head": {"name": NAME, "num_units": 4}}
        recipe = way.folder / "held.json"
        recipe.write_text(json.dumps({"name": "held", "corpus": way.corpus, "model": model}))
        way.fit(str(recipe))
        yield way


def test_a_recipe_names_it_and_is_fitted(way):
    way.check_files()
    sizes = {"hidden_size": 5, "frame_size": 88, "input_size": 88, "num_units": 4}
    assert way.checkpoint.card.model["head"] == {"name": NAME, **sizes}
    assert type(way.checkpoint.model.head) is HeldNotesHead


def test_it_is_drawn_from(way):
    way.check_draws()


def test_it_is_scored(way, capsys):
    way.check_figures(capsys)


def test_the_app_shows_and_draws_it(way, monkeypatch):
    assert way.label() == "held: GRU"
    way.check_lane(monkeypatch, "held: GRU")


def test_what_it_expects_is_known_from_draws(way):
    """The Score page shows each pitch's probability; of a head without a formula for it, from draws."""
    checkpoint = way.checkpoint
    frames = torch.zeros(2, checkpoint.model.frame_size)
    expectations = list(expect(checkpoint.model, checkpoint.representation, frames, num_draws=16))
    assert [expectation.num_draws for expectation in expectations] == [16, 16, 16]
    assert all(
        expectation.probabilities.min() >= 0 and expectation.probabilities.max() <= 1
        for expectation in expectations
    )
