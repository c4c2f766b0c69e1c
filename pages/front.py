"""Front: what a page's HTML tells tabs, search engines and links about it; and the page for a wrong address.

Gradio (6.31) writes its own name, words and picture into every page, and answers a wrong address with JSON.
"""

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.folders import ASSETS
from pages.house import base_style, early_script, rendered

ICON = ASSETS / "icon.png"
PICTURE = "/picture.png"  # what links to any page show, 1200 x 630 pixels; lies in assets/ under this name
TITLE = "Earshot"  # what Gradio writes into every page; each front puts its own in its place
CHARSET = '<meta charset="utf-8" />'
GZIP_LEVEL = 6  # makes a page five times smaller
MAX_COMPRESSED = 16  # pages that are kept so, some 400 kB each
GRADIO_LINES = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')


@dataclass(frozen=True)
class Front:
    """The front of one page.

    Args:
        title: of the page's tab, and of a link to the page.
        description: what can be done there, in a sentence or two.
    """

    title: str
    description: str

    def lines(self, address: str, site: str) -> str:
        """The lines of HTML for the page's head.

        Args:
            address: the page's, in full.
            site: the app's, ending with a slash.
        """
        return rendered(
            Path(__file__).with_name("front.html.jinja"),
            app=TITLE,
            title=self.title,
            description=self.description,
            address=address,
            site=site,
            picture=PICTURE[1:],
        )


LOST = Front("Not here · Earshot", "There is no such page.")


class FrontWriter:
    """Middleware that writes its front into each page, on the way to the browser.

    Args:
        app: the ASGI app that answers.
        fronts: path of a page, without its last slash -> its front.
    """

    def __init__(self, app: ASGIApp, fronts: Mapping[str, Front]):
        self.app, self.fronts = app, fronts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a page is held back until it is whole, anything else is passed on."""
        path = scope.get("path", "") if scope.get("method") == "GET" else None
        if path == PICTURE:
            await FileResponse(ASSETS / PICTURE[1:])(scope, receive, send)
        elif path is not None and (front := self.fronts.get(path.rstrip("/"))):
            await self._rewrite(front, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _rewrite(self, front: Front, scope: Scope, receive: Receive, send: Send) -> None:
        start: list[Message] = []
        body = bytearray()

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.append(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    await _answer(front, start[0], bytes(body), scope)(scope, receive, send)

        await self.app(scope, receive, keep)


def _answer(front: Front, start: Message, body: bytes, scope: Scope) -> Response:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    headers.pop("content-length", None)
    if start["status"] == 200 and headers.get("content-type", "").startswith("text/html"):
        request = Request(scope)
        text = GRADIO_LINES.sub("", body.decode())
        lines = front.lines(str(request.url.replace(query="")), str(request.base_url))
        text = text.replace(CHARSET, f"{CHARSET}\n{lines}\n<script>{early_script()}</script>", 1)
        old, new = (f'"title":{json.dumps(title)}' for title in (TITLE, front.title))
        body = text.replace(old, new, 1).encode()
        if "gzip" in request.headers.get("accept-encoding", ""):
            body = _compressed(body)
            headers |= {"content-encoding": "gzip", "vary": "accept-encoding"}
    return Response(body, start["status"], headers)


@lru_cache(MAX_COMPRESSED)
def _compressed(page: bytes) -> bytes:
    """Gzip of a page, which is the same for most visitors."""
    return gzip.compress(page, GZIP_LEVEL, mtime=0)


async def not_found(request: Request, error: Exception) -> Response:
    """The answer to a wrong address: a page for people, Gradio's JSON for programs."""
    if "text/html" not in request.headers.get("accept", ""):
        detail = error.detail if isinstance(error, HTTPException) else "Not Found"
        return JSONResponse({"detail": detail}, 404)
    site = str(request.base_url)
    template = Path(__file__).with_name("lost.html.jinja")
    page = rendered(template, lines=LOST.lines(site, site), style=base_style(), site=site)
    return HTMLResponse(page, 404)


def server_options(fronts: Mapping[str, Front], *middleware: Any) -> dict[str, Any]:
    """The options that Gradio passes on to FastAPI.

    Args:
        fronts: path of a page, without its last slash -> its front.
        middleware: more of it, each as (class, arguments, keyword arguments), the outermost first.
    """
    return {
        "middleware": [*middleware, (FrontWriter, (), {"fronts": fronts})],
        "exception_handlers": {404: not_found},
    }
