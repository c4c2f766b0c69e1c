"""BundlePage: the one page of a bundle, made of the pieces that the app's trials are made of.

Everything but the manifest and the sounds stands in index.html itself: styles, player, test. So nothing is
asked of a network, and the page is the same for every bundle.
"""

import json
from pathlib import Path
from typing import Any

ASSETS = Path(__file__).resolve().parents[2] / "assets"
STYLES = ("earshot.css", "trial.css", "bundle.css")
SCRIPTS = ("trial_player.js", "bundle.js", "trial.js")  # in the order in which they build on each other


def page_html() -> str:
    """index.html."""
    parts = {
        "styles": "\n".join(map(_asset, STYLES)),
        "trial": _asset("trial.html"),
        "scripts": "\n".join(map(_asset, SCRIPTS)),
    }
    page = _asset("bundle.html")
    for name, text in parts.items():
        page = page.replace(f"<!-- {name} -->", text)
    return page


def manifest_script(manifest: dict[str, Any]) -> str:
    """manifest.js: pages that are opened from a disk may run scripts beside them, and read nothing else."""
    return f"window.earshotTest = {json.dumps(manifest, indent=1)};\n"


def sound_script(clip: str, wav_base64: str) -> str:
    """A sound as a script, for pages that are opened from a disk."""
    return f'earshotSound("{clip}", "{wav_base64}");\n'


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")
