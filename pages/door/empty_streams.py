"""Empty streams: a stream of answers that would bring nothing is not opened."""

import json
import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.door.routes import API_PATH
from pages.house import GradioQueue

PAGE_STREAM = f"{API_PATH}/queue/data"
CALL_STREAM = re.compile(rf"{API_PATH}/call/(?:v2/)?[^/]+/([\w-]+)/?")
NOT_WAITED_FOR = "no answer waits here: it has been read, or was never asked for"


class EmptyStreams:
    """Middleware that answers for streams with nothing to bring, and passes on every other request.

    Gradio (6.31) keeps such a stream open, or, where nothing was ever asked, raises an error in the middle of
    its answer. Its own page opens one now and then: it sends two events at nearly the same time, the stream
    of the first brings both answers, and the page then opens another for the second. Left open, that one
    would hold one of the six connections that a browser has for an app.

    Args:
        app: the ASGI app that answers the others.
        queue: the app's.
    """

    def __init__(self, app: ASGIApp, queue: GradioQueue):
        self.app, self.queue = app, queue

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for one stream, or pass a request on."""
        said = self._said(Request(scope)) if scope["type"] == "http" else None
        answer = self.app if said is None else Response(said, media_type="text/event-stream")
        await answer(scope, receive, send)

    def _said(self, request: Request) -> str | None:
        """All that a stream has to say; None where it has answers to bring, or is no stream."""
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        if path == PAGE_STREAM:
            return self.queue.last_words(request.query_params.get("session_hash", ""))
        call = CALL_STREAM.fullmatch(path)
        if request.method == "GET" and call and not self.queue.is_waited_for(call[1]):
            return f"event: error\ndata: {json.dumps(NOT_WAITED_FOR)}\n\n"
        return None
