"""The house: what every page stands in."""

from pages.house.catalogue import (
    Catalogue,
    first_names,
    joined,
    loaded,
    read_catalogue,
)
from pages.house.changes import Changes, repeated
from pages.house.checkout import FITTING, in_checkout, with_remedy
from pages.house.limits import LIMITS, MAX_FRAMES, MAX_LANES, MAX_LENGTHS, MAX_SECONDS, OWN, number
from pages.house.model_notes import model_notes, what_it_is
from pages.house.player_name import PlayerNames
from pages.house.queues import BOARD, HEAVY, LIGHT, QUIET, SHORT, queue_place, told_at
from pages.house.running import Running
from pages.house.sentence import sentence, toast, warn
from pages.house.surround import PRIVACY, base_style, footer, head, hero
from pages.house.version import version
from pages.house.visitor import SECRET, Visitors, open_visitors, visitor_state

__all__ = [
    "BOARD",
    "FITTING",
    "HEAVY",
    "LIGHT",
    "LIMITS",
    "MAX_FRAMES",
    "MAX_LANES",
    "MAX_LENGTHS",
    "MAX_SECONDS",
    "OWN",
    "PRIVACY",
    "QUIET",
    "SECRET",
    "SHORT",
    "Catalogue",
    "Changes",
    "PlayerNames",
    "Running",
    "Visitors",
    "base_style",
    "first_names",
    "footer",
    "head",
    "hero",
    "in_checkout",
    "joined",
    "loaded",
    "model_notes",
    "number",
    "open_visitors",
    "queue_place",
    "read_catalogue",
    "repeated",
    "sentence",
    "toast",
    "told_at",
    "version",
    "visitor_state",
    "warn",
    "what_it_is",
    "with_remedy",
]
