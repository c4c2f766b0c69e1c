"""Routes: the paths that the pages, gradio_client, curl and MCP use, which alone are answered.

Gradio (6.31) has more: some run programs on uploads, fetch other sites' files, or show what others did.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

API_PATH = "/gradio_api"
UPLOAD_PATH, FILES_PATH = f"{API_PATH}/upload", f"{API_PATH}/file="
MCP_VARIABLE = "GRADIO_MCP_SERVER"  # of the environment
PLAIN_PATHS = "config|theme.css|favicon.ico|picture.png|robots.txt|manifest.json"
API_PATHS = (
    "info|openapi.json|startup-events|upload|upload_progress|queue/(join|data|status)|cancel|reset|app_id|"
    r"theme.css|heartbeat/[\w-]{1,64}|run/predict|api/predict"
)


class Routes:
    """The paths that are answered.

    Args:
        pages: paths of the pages, without a last slash.
        endpoints: names of the endpoints that programs may call.
        folder: of the files that may be fetched.
        environment: says whether there are tools for assistants, in ``MCP_VARIABLE``.
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
        parts = [API_PATHS, rf"call/(v2/)?({names})(/[\w-]+)?", rf"file={re.escape(str(folder))}/[^\0]+"]
        if environment.get(MCP_VARIABLE, "").lower() in ("true", "1"):
            parts.append("mcp(/.*)?")
        self._allowed = re.compile(
            rf"{API_PATH}/({'|'.join(parts)})/?|/({PLAIN_PATHS})/?|/pwa_icon(/\d+)?|/(assets|static|svelte|live)/.*|/live"
        )

    def __contains__(self, path: str) -> bool:
        return path.rstrip("/") in self._pages or self._allowed.fullmatch(path) is not None
