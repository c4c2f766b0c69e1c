"""HearLink: where a button leads that opens a model where it is played, and what the button says."""

from dataclasses import dataclass
from urllib.parse import quote

# Relative to the page, so that they hold behind a proxy too: the Results page lies beside both.
PLAYING_PAGES = {"play": ("./", "Play"), "speech": ("./speech", "Speech")}


@dataclass(frozen=True)
class HearLink:
    """What a button needs.

    Args:
        address: relative to the page.
        words: what the button does, for those who do not see its row.
    """

    address: str
    words: str


def hear(page: str, checkpoint: str, title: str) -> HearLink:
    """The link to a checkpoint on one of ``PLAYING_PAGES``."""
    address, page_name = PLAYING_PAGES[page]
    return HearLink(f"{address}?model={quote(checkpoint)}", f"Hear {title}: opens {page_name}")
