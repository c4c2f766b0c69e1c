"""Door: middleware that decides which requests are answered at all.

routes   only paths that Earshot uses
names    only under the app's own names, where it listens on this machine alone or is told its names
POST     only from pages of this site and from programs, with a declared size and a body that is checked
uploads  one file each; limited, from an address, at once and in bytes an hour; room is made for them
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.errors import InvalidValueError
from pages.bounds import Hourly, Retention, address_of, attempt
from pages.door.body import (
    MAX_JSON,
    UPLOAD_OVERHEAD,
    BodyError,
    again,
    check_json,
    check_upload,
    declared_bytes,
    read_whole,
)
from pages.door.names import Names
from pages.door.routes import FILES_PATH, UPLOAD_PATH, Routes
from pages.front import not_found

MAX_UPLOADS, MAX_UPLOADS_OF_ADDRESS = 8, 2  # at once
MEGABYTES_AN_HOUR = 400  # from an address
LEAST_MEGABYTES = 1  # that even the smallest upload counts as


class Door:
    """What every request meets first.

    Args:
        app: the ASGI app behind the door.
        routes: paths that are answered.
        names: what the app is called.
        retention: keeps the folder of uploads within its bounds.
        max_upload: bytes of the largest file.
        fetched: called with the path of each served file that a browser has fetched to its end.
    """

    def __init__(
        self,
        app: ASGIApp,
        routes: Routes,
        names: Names,
        retention: Retention,
        max_upload: int,
        fetched: Callable[[str], None],
    ):
        self.app, self.routes, self.names = app, routes, names
        self.retention, self.max_upload, self.fetched = retention, max_upload, fetched
        self._uploading: Counter[str] = Counter()
        self._hourly = Hourly(MEGABYTES_AN_HOUR, "MB", "uploaded")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            try:
                await self._answer(Request(scope), receive, send)
            except BodyError as error:
                with contextlib.suppress(Exception):  # the server's, if the client is gone already
                    await _refused(error.status, error.sentence)(scope, receive, send)

    async def _answer(self, request: Request, receive: Receive, send: Send) -> None:
        scope = request.scope
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if refusal := self.names.refusal(request):
            await _refused(*refusal)(scope, receive, send)
        elif path not in self.routes:
            await (await not_found(request, HTTPException(404)))(scope, receive, send)
        elif request.method == "POST" and path.rstrip("/") == UPLOAD_PATH:
            await self._upload(request, receive, send)
        elif request.method not in ("GET", "HEAD", "OPTIONS"):
            declared_bytes(request, MAX_JSON)
            body = await read_whole(receive, MAX_JSON)
            check_json(body)
            await self.app(scope, again(body, receive), send)
        elif request.method == "GET" and path.startswith(FILES_PATH):
            await self.app(scope, receive, self._noting(path.removeprefix(FILES_PATH), send))
        else:
            await self.app(scope, receive, send)

    async def _upload(self, request: Request, receive: Receive, send: Send) -> None:
        """Pass an upload on; it is read whole and checked before Gradio writes it."""
        most, address = self.max_upload + UPLOAD_OVERHEAD, address_of(request)
        size = declared_bytes(request, most)
        with self._place(address):
            try:
                self._hourly.count(address, max(LEAST_MEGABYTES, round(size / 1e6)))
            except InvalidValueError as error:
                raise BodyError(429, str(error)) from None
            body = await read_whole(receive, most)
            check_upload(body)
            await run_in_threadpool(attempt, partial(self.retention.make_room, size))
            await self.app(request.scope, again(body, receive), send)

    @contextlib.contextmanager
    def _place(self, address: str) -> Iterator[None]:
        """Holds a place among the uploads at once; raises BodyError if there is none."""
        if self._uploading[address] >= MAX_UPLOADS_OF_ADDRESS or self._uploading.total() >= MAX_UPLOADS:
            raise BodyError(429, "other files are being uploaded: send this one in a minute")
        self._uploading[address] += 1
        try:
            yield
        finally:
            self._uploading[address] -= 1
            self._uploading += Counter()  # without those that have come to zero

    def _noting(self, path: str, send: Send) -> Send:
        """A ``send`` that reports when the file at ``path`` has been sent whole."""
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            await send(message)
            if message["type"] == "http.response.start":
                status = message["status"]
            elif status == 200 and not message.get("more_body"):
                self.fetched(path)
                self.retention.touch(path)

        return noted


def _refused(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"detail": sentence}, status)
