"""HearLink: the address and the words of a button that opens a model on the page where it is played."""

from dataclasses import dataclass
from urllib.parse import quote

# Page -> its address and name. Addresses are relative to the page Results: so they hold behind a proxy too.
PLAYING_PAGES = {"play": ("./", "Play"), "speech": ("./speech", "Speech")}


@dataclass(frozen=True)
class HearLink:
    """What a button needs.

    Args:
        address: relative to the page Results.
        words: what the button opens and where: its name for screen readers, and its tooltip.
    """

    address: str
    words: str


def hear(page: str, checkpoint: str, model_title: str) -> HearLink:
    """The link that opens a checkpoint on a page of ``PLAYING_PAGES``, where a new draw begins."""
    address, page_name = PLAYING_PAGES[page]
    return HearLink(f"{address}?model={quote(checkpoint)}", f"Hear {model_title}: opens {page_name}")
