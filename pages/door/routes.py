"""Routes: which paths the pages, gradio_client, curl and MCP use; Gradio (6.31) has more.

Among those are some that run programs on uploads, fetch what others have on the net, or show what others did.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

API = "/gradio_api"
UPLOAD, FILES = f"{API}/upload", f"{API}/file="
WITH_MCP = "GRADIO_MCP_SERVER"  # of the environment
PLAIN = "config|theme.css|favicon.ico|picture.png|robots.txt|manifest.json"
OF_API = (
    "info|openapi.json|startup-events|upload|upload_progress|queue/(join|data|status)|cancel|reset|app_id|"
    r"theme.css|heartbeat/[\w-]{1,64}|run/predict|api/predict"
)


class Routes:
    """The paths that are answered.

    Args:
        pages: paths of the pages, without a last slash.
        endpoints: names of those that programs may call.
        folder: of the files that may be fetched.
        environment: whether there are tools for assistants.
    """

    def __init__(
        self,
        pages: Iterable[str],
        endpoints: Iterable[str],
        folder: Path,
        environment: Mapping[str, str],
    ):
        self._pages = frozenset(pages)
        names = "|".join(map(re.escape, sorted(endpoints)))
        parts = [OF_API, rf"call/(v2/)?({names})(/[\w-]+)?", rf"file={re.escape(str(folder))}/[^\0]+"]
        if environment.get(WITH_MCP, "").lower() in ("true", "1"):
            parts.append("mcp(/.*)?")
        self._allowed = re.compile(
            rf"{API}/({'|'.join(parts)})/?|/({PLAIN})/?|/pwa_icon(/\d+)?|/(assets|static|svelte|live)/.*|/live"
        )

    def __contains__(self, path: str) -> bool:
        return path.rstrip("/") in self._pages or self._allowed.fullmatch(path) is not None
