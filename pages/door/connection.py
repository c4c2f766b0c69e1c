"""Connection: uvicorn's own, but for nonsense that comes when the answer has already begun."""

import h11
from uvicorn.config import HTTP_PROTOCOLS
from uvicorn.protocols.http.h11_impl import H11Protocol

BEFORE_THE_ANSWER = (h11.IDLE, h11.SEND_RESPONSE)


class Connection(H11Protocol):
    """One connection of a client.

    A refusal does not wait for the end of a body, which may turn out to be no body at all: uvicorn would
    then answer once more, which h11 refuses with an error that reaches the log as a traceback.
    """

    def send_400_response(self, msg: str) -> None:
        """Say that this was no request of HTTP, if nothing has been said of it yet; hang up."""
        if self.conn.our_state in BEFORE_THE_ANSWER:
            super().send_400_response(msg)
        else:
            self.transport.close()


def install() -> None:
    """Have every server of this process use it: Gradio starts its own, and passes no protocol on."""
    HTTP_PROTOCOLS["auto"] = f"{__name__}:{Connection.__name__}"
