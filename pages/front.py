"""Front: what the HTML of a page says of it to tabs, search engines and links elsewhere, and a wrong address.

Gradio (6.31) writes its own name, words and picture into every page, and answers a wrong address with JSON.
"""

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.folders import ASSETS
from pages.house import base_style, rendered

ICON = ASSETS / "icon.png"
PICTURE = "/picture.png"  # of all pages, 1200 x 630; in assets under this name
TITLE = "Earshot"  # as the app is built; each page has its own
CHARSET = '<meta charset="utf-8" />'
GZIP_LEVEL = 6  # a page is five times as small
GRADIO_LINES = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')


@dataclass(frozen=True)
class Front:
    """The front of one page.

    Args:
        title: of its tab, and of a link to it.
        description: what can be done there, in a sentence or two.
    """

    title: str
    description: str

    def lines(self, address: str, site: str) -> str:
        """The HTML that stands in the page's head.

        Args:
            address: of the page.
            site: of the app, ending with a slash.
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
    """Writes the fronts of pages into them, on their way to the browser.

    Args:
        app: what answers.
        fronts: path, without its last slash -> front.
    """

    def __init__(self, app: ASGIApp, fronts: Mapping[str, Front]):
        self.app, self.fronts = app, fronts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; only a page is kept back until it is whole."""
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
        text = text.replace(CHARSET, f"{CHARSET}\n{lines}", 1)
        old, new = (f'"title":{json.dumps(title)}' for title in (TITLE, front.title))
        body = text.replace(old, new, 1).encode()
        if "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, GZIP_LEVEL, mtime=0)
            headers |= {"content-encoding": "gzip", "vary": "accept-encoding"}
    return Response(body, start["status"], headers)


async def not_found(request: Request, error: Exception) -> Response:
    """A page for people, and what Gradio says for programs."""
    if "text/html" not in request.headers.get("accept", ""):
        detail = error.detail if isinstance(error, HTTPException) else "Not Found"
        return JSONResponse({"detail": detail}, 404)
    site = str(request.base_url)
    template = Path(__file__).with_name("lost.html.jinja")
    page = rendered(template, lines=LOST.lines(site, site), style=base_style(), site=site)
    return HTMLResponse(page, 404)


def server_options(fronts: Mapping[str, Front], *middleware: Any) -> dict[str, Any]:
    """What FastAPI is given, as Gradio passes it on.

    Args:
        middleware: what a request meets first, outermost first.
    """
    return {
        "middleware": [*middleware, (FrontWriter, (), {"fronts": fronts})],
        "exception_handlers": {404: not_found},
    }
