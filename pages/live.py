"""Live: serves the page on which the models play in the browser: the files of engine/live, under /live.

They use nothing of Gradio's, so that the same files also make a static site.
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
FOR_EVER = "public, max-age=31536000, immutable"  # how long a browser keeps an address that names a version
ANEW = "no-cache"  # any other, which it asks for each time


class LiveFiles:
    """Middleware that answers requests for what lies under ``LIVE_ROUTE``, and passes on all others.

    Args:
        app: the ASGI app that answers the others.
        links: title -> address of each other page, relative to the page Live.
    """

    def __init__(self, app: ASGIApp, links: Mapping[str, str]):
        self.app, self.site = app, Site(links=tuple(links.items()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for one of the files; pass on any other."""
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
            content = await run_in_threadpool(self.site.content, name)
        except EngineError as error:
            return Response(f"{error}\n", 503, media_type="text/plain")
        if content is None:
            return await not_found(request, HTTPException(404))
        caching = FOR_EVER if request.url.query else ANEW
        return Response(content, headers={"cache-control": caching}, media_type=media_type(name))
