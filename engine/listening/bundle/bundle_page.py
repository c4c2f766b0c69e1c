"""BundlePage: the texts of a bundle's files: its only page, made of the app's own parts, and its scripts.

index.html itself holds everything but the manifest and the sounds: styles, player, test. So no network is
needed, and the page is the same for every bundle.
"""

import json
from pathlib import Path
from typing import Any

from engine.folders import ASSETS

BUNDLE_FOLDER = Path(__file__).parent
BUNDLE_STYLES = (ASSETS / "earshot.css", BUNDLE_FOLDER / "trial.css", BUNDLE_FOLDER / "bundle.css")
BUNDLE_SCRIPTS = tuple(
    BUNDLE_FOLDER / name for name in ("trial_player.js", "trial.js", "bundle.js")
)  # in this order
TRIAL_HTML = BUNDLE_FOLDER / "trial.html"


def page_html() -> str:
    """The text of index.html."""
    parts = {
        "styles": "\n".join(map(_text, BUNDLE_STYLES)),
        "trial": _text(TRIAL_HTML),
        "scripts": "\n".join(map(_text, BUNDLE_SCRIPTS)),
    }
    page = _text(BUNDLE_FOLDER / "bundle.html")
    for name, text in parts.items():
        page = page.replace(f"<!-- {name} -->", text)
    return page


def manifest_script(manifest: dict[str, Any]) -> str:
    """The text of manifest.js: a page opened from a disk may run scripts next to it, but read no files."""
    return f"window.earshotTest = {json.dumps(manifest, indent=1)};\n"


def sound_script(clip: str, mp3_base64: str) -> str:
    """The text of a sound's script, which hands its id and bytes to the page."""
    return f'earshotSound("{clip}", "{mp3_base64}");\n'


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
