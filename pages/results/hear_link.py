"""HearLink: the address and the words of a button that opens a model on the page where it is played."""

from dataclasses import dataclass
from urllib.parse import quote

# Page -> address and title. Addresses are relative to the page Results, so that they hold behind a proxy too.
PLAYING_PAGES = {"play": ("./", "Play"), "speech": ("./speech", "Speech")}


@dataclass(frozen=True)
class HearLink:
    """What a button needs.

    Args:
        address: relative to the page Results.
        words: what the button does, for those who do not see its row.
    """

    address: str
    words: str


def hear(page: str, checkpoint: str, title: str) -> HearLink:
    """The link to a checkpoint on one of ``PLAYING_PAGES``."""
    address, page_name = PLAYING_PAGES[page]
    return HearLink(f"{address}?model={quote(checkpoint)}", f"Hear {title}: opens {page_name}")
