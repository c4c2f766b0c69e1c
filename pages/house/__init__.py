"""The house: what all pages share: heading, footer, templates, models, queues, limits, errors, visitors."""

from pages.house.catalogue import (
    Catalogue,
    first_names,
    joined,
    loaded,
    read_catalogue,
)
from pages.house.changes import Changes, repeated
from pages.house.deployment import FITTING_REMEDY, in_checkout, version, with_remedy
from pages.house.gradio_inside import (
    GradioQueue,
    event_data,
    file_value,
    is_uploaded,
    public_endpoints,
    queue_of,
    served_bytes,
    this_page,
)
from pages.house.limits import (
    LIMITS,
    MAX_DRAWN_FRAMES,
    MAX_DRAWN_SECONDS,
    MAX_LANES,
    MAX_LENGTHS,
    OWN,
    number,
)
from pages.house.model_notes import model_notes, what_it_is
from pages.house.player_name import PlayerNames
from pages.house.queues import BOARD_WORK, HEAVY_WORK, LIGHT_WORK, QUIET, TRIAL_WORK, queue_place, told_at
from pages.house.running import Running
from pages.house.sentence import sentence, toast, warn
from pages.house.surround import PRIVACY, base_style, early_script, footer, head, hero
from pages.house.template import rendered
from pages.house.visitor import SECRET_VARIABLE, Visitors, open_visitors, visitor_state

__all__ = [
    "BOARD_WORK",
    "FITTING_REMEDY",
    "HEAVY_WORK",
    "LIGHT_WORK",
    "LIMITS",
    "MAX_DRAWN_FRAMES",
    "MAX_DRAWN_SECONDS",
    "MAX_LANES",
    "MAX_LENGTHS",
    "OWN",
    "PRIVACY",
    "QUIET",
    "SECRET_VARIABLE",
    "TRIAL_WORK",
    "Catalogue",
    "Changes",
    "GradioQueue",
    "PlayerNames",
    "Running",
    "Visitors",
    "base_style",
    "early_script",
    "event_data",
    "file_value",
    "first_names",
    "footer",
    "head",
    "hero",
    "in_checkout",
    "is_uploaded",
    "joined",
    "loaded",
    "model_notes",
    "number",
    "open_visitors",
    "public_endpoints",
    "queue_of",
    "queue_place",
    "read_catalogue",
    "rendered",
    "repeated",
    "sentence",
    "served_bytes",
    "this_page",
    "toast",
    "told_at",
    "version",
    "visitor_state",
    "warn",
    "what_it_is",
    "with_remedy",
]
