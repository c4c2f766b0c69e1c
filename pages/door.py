"""Door: which requests are answered at all.

routes   those that the pages, gradio_client, curl and MCP use; Gradio (6.31) has more, which run programs
         on uploads or show what others did
Host     where the app listens on this machine alone, its own names: a foreign one comes from a page that
         has had its name point here
POST     of pages of this site, and of programs, which say nothing of where they come from
uploads  of a size that is said, with room made for them
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.bounds import Retention
from pages.front import PICTURE, not_found

LOOPBACK = ("localhost", "127.0.0.1", "::1")
HOSTS = "EARSHOT_HOSTS"  # of the environment: other names that a proxy may pass on, with commas between
UPLOAD = "/gradio_api/upload"
FILES = "/gradio_api/file="
SAFE = ("GET", "HEAD", "OPTIONS")
OVERHEAD = 100_000  # bytes of an upload beside the file
API = (
    "info|openapi.json|startup-events|upload|upload_progress|queue/(join|data|status)|cancel|reset|app_id|"
    r"theme.css|heartbeat/[\w-]+|file=.+|(run|api)/[\w-]+|call/(v2/)?[\w-]+(/[\w-]+)?|"
    r"stream/[\w-]+/[\w.-]+/\d+/[\w.-]+|mcp(/.*)?|token|user|login_check"
)
ALLOWED = re.compile(
    rf"/(gradio_api/({API})/?|config/?|theme.css|favicon.ico|robots.txt|manifest.json|pwa_icon(/\d+)?|"
    rf"{PICTURE[1:]}|(assets|static|svelte)/.+)"
)


@dataclass(frozen=True)
class Door:
    """Before everything else that answers.

    Args:
        app: what answers.
        pages: paths of the pages, without a last slash.
        hosts: names by which the app may be called; None for all.
        retention: of the folder of uploads.
        max_upload: bytes of a file.
        fetched: is told the path of each served file that is fetched.
    """

    app: ASGIApp
    pages: frozenset[str]
    hosts: frozenset[str] | None
    retention: Retention
    max_upload: int
    fetched: Callable[[str], None] = field(default=lambda path: None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        if scope["type"] != "http":
            return None
        request = Request(scope)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        refusal = self._refusal(request, path)
        if refusal is not None:
            return await refusal(scope, receive, send)
        if not (ALLOWED.fullmatch(path) or path.rstrip("/") in self.pages):
            return await (await not_found(request, HTTPException(404)))(scope, receive, send)
        if path.startswith(UPLOAD) and request.method == "POST":
            await run_in_threadpool(self.retention.make_room, int(request.headers["content-length"]))
        if path.startswith(FILES) and request.method == "GET":
            self.fetched(path.removeprefix(FILES))
        return await self.app(scope, receive, send)

    def _refusal(self, request: Request, path: str) -> JSONResponse | None:
        """Why this request is not answered; None if it is."""
        if self.hosts is not None and _name(request.headers.get("host", "")) not in self.hosts:
            return _refused(
                421, f"this app answers to {', '.join(sorted(self.hosts))}: name others in {HOSTS}"
            )
        if request.method not in SAFE and not is_from_here(request):
            return _refused(403, "pages of other sites may not use this app: open the app itself")
        if path.rstrip("/") == UPLOAD and request.method == "POST":
            length = request.headers.get("content-length", "")
            if not length.isdecimal():
                return _refused(411, "say how long the upload is, in Content-Length")
            if int(length) > self.max_upload + OVERHEAD:
                return _refused(
                    413, f"the file is larger than {self.max_upload / 1e6:g} MB: cut it, or export it anew"
                )
        return None


def is_from_here(request: Request) -> bool:
    """Whether a request comes from a page of this site, or from a program."""
    site = request.headers.get("sec-fetch-site")  # browsers say it where the connection is safe
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True
    own = {request.headers.get(name) for name in ("host", "x-forwarded-host")}
    return (urlsplit(origin).netloc or None) in own - {None}


def hosts_of(host: str, environment: Mapping[str, str]) -> frozenset[str] | None:
    """The names that are answered to where the app listens at ``host``."""
    if host.strip("[]") not in LOOPBACK:
        return None
    others = environment.get(HOSTS, "").split(",")
    return frozenset((*LOOPBACK, *(name.strip().lower() for name in others if name.strip())))


def _name(host: str) -> str:
    """Without its port."""
    return (urlsplit(f"//{host}").hostname or "").lower()


def _refused(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"detail": sentence}, status)
