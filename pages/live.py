"""Live: serves, under /live, the page on which models play in the browser, with all files that it needs.

engine/live/site.py says which; they use nothing of Gradio's, so that the same files also make a static site.
"""

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.errors import EngineError
from engine.live import Site, media_type
from pages.front import not_found

LIVE_ROUTE = "/live"
VERSIONED = ("models/", "banks/")  # where the page adds a file's digest to its address, as the query
FOR_EVER = "public, max-age=31536000, immutable"  # such a file: a browser keeps it
ANEW = "no-cache"  # any other: a browser asks again each time


class LiveFiles:
    """Middleware that answers requests for what lies under ``LIVE_ROUTE``, and passes on all others.

    Args:
        app: the ASGI app that answers the others.
        links: title -> address of each other page, relative to the page Live, the home page first.
    """

    def __init__(self, app: ASGIApp, links: Mapping[str, str]):
        self.app, self.files = app, Site(links=tuple(links.items()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET and HEAD for what lies under ``LIVE_ROUTE``, if with 404; pass on all else."""
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        is_ours = path == LIVE_ROUTE or path.startswith(f"{LIVE_ROUTE}/")
        if scope["type"] != "http" or not is_ours or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        await (await self._answer(Request(scope), path))(scope, receive, send)

    async def _answer(self, request: Request, path: str) -> Response:
        if path == LIVE_ROUTE:
            return RedirectResponse(request.url.replace(path=f"{request.url.path}/"))
        name = path.removeprefix(f"{LIVE_ROUTE}/") or "index.html"
        try:
            content = await run_in_threadpool(self.files.content, name)
        except EngineError as error:
            return Response(f"{error}\n", 503, media_type="text/plain")
        if content is None:
            return await not_found(request, HTTPException(404))
        caching = FOR_EVER if request.url.query and name.startswith(VERSIONED) else ANEW
        return Response(content, headers={"cache-control": caching}, media_type=media_type(name))
