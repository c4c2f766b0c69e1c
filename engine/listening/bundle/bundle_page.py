"""BundlePage: the one page of a bundle, made of the pieces that the app's trials are made of.

Everything but the manifest and the sounds stands in index.html itself: styles, player, test. So nothing is
asked of a network, and the page is the same for every bundle.
"""

import json
from pathlib import Path
from typing import Any

from engine.folders import ASSETS

BUNDLE_FOLDER = Path(__file__).parent
STYLES = (ASSETS / "earshot.css", BUNDLE_FOLDER / "trial.css", BUNDLE_FOLDER / "bundle.css")
SCRIPTS = tuple(BUNDLE_FOLDER / name for name in ("trial_player.js", "bundle.js", "trial.js"))  # so ordered
TRIAL = BUNDLE_FOLDER / "trial.html"


def page_html() -> str:
    """index.html."""
    parts = {
        "styles": "\n".join(map(_text, STYLES)),
        "trial": _text(TRIAL),
        "scripts": "\n".join(map(_text, SCRIPTS)),
    }
    page = _text(BUNDLE_FOLDER / "bundle.html")
    for name, text in parts.items():
        page = page.replace(f"<!-- {name} -->", text)
    return page


def manifest_script(manifest: dict[str, Any]) -> str:
    """manifest.js: pages that are opened from a disk may run scripts beside them, and read nothing else."""
    return f"window.earshotTest = {json.dumps(manifest, indent=1)};\n"


def sound_script(clip: str, mp3_base64: str) -> str:
    """A sound as a script, for pages that are opened from a disk."""
    return f'earshotSound("{clip}", "{mp3_base64}");\n'


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
