"""PlayerName: what the players of a ranking, models and references, are called on a page."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.cells import cell_title
from engine.checkpoints import Card, corpus_words, full_title, is_best, title

REFERENCES = {"real": ("Recordings of the corpus", "Real"), "anchor": ("Low anchor", "Anchor")}
MAX_SHORT = 16  # characters


@dataclass(frozen=True)
class PlayerNames:
    """Names by checkpoint; a model that is no longer here is called by its checkpoint's name.

    Args:
        cards: name -> card, of the models that are here.
    """

    cards: Mapping[str, Card]

    def title(self, player: str) -> str:
        """The name in full."""
        if player in REFERENCES:
            return REFERENCES[player][0]
        return full_title(self.cards[player]) if player in self.cards else player

    def short(self, player: str) -> str:
        """The name for a column or a point of a picture, of ``MAX_SHORT`` characters at most."""
        if player in REFERENCES:
            return REFERENCES[player][1]
        name = self.brief(player)
        return name if len(name) <= MAX_SHORT else f"{name[: MAX_SHORT - 1]}…"

    def brief(self, player: str) -> str:
        """The name for a sentence: what tells a model from the others of its corpus."""
        card = self.cards.get(player)
        if card is not None and is_best(card):
            return title(card)
        if card is not None and player == f"{card.corpus.name}-{card.cell}":
            return cell_title(card.cell)
        return player

    def corpus(self, name: str) -> str:
        """What a corpus is called; its own name where no model here was fitted to it."""
        return next((corpus_words(card) for card in self.cards.values() if card.corpus.name == name), name)

    @property
    def nats(self) -> dict[str, float]:
        """Held-out nats by model, where a card has them."""
        return {name: nats for name, card in self.cards.items() if (nats := card.nats_on_test) is not None}

    def unit(self, player: str) -> str:
        """The unit of a model's likelihood."""
        return "nats per frame" if self.cards[player].facts.holds_notes else "nats per sample"
