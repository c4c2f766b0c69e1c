"""Connection: uvicorn's, except where bytes that are not HTTP come when the answer has already begun."""

import h11
from uvicorn.config import HTTP_PROTOCOLS
from uvicorn.protocols.http.h11_impl import H11Protocol

BEFORE_THE_ANSWER = (h11.IDLE, h11.SEND_RESPONSE)


class Connection(H11Protocol):
    """One connection of a client.

    A refusal is sent before the request's body has ended. Where the rest turns out not to be HTTP, uvicorn
    would answer a second time, which h11 refuses with an error that reaches the log as a traceback.
    """

    def send_400_response(self, msg: str) -> None:
        """Answer that this was not an HTTP request, if no answer has begun yet, and hang up."""
        if self.conn.our_state in BEFORE_THE_ANSWER:
            super().send_400_response(msg)
        else:
            self.transport.close()


def install() -> None:
    """Have every server of this process use it: Gradio starts its server itself, and lets nobody choose."""
    HTTP_PROTOCOLS["auto"] = f"{__name__}:{Connection.__name__}"
