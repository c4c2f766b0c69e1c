"""Rounds: work that is done again and again beside the app, in a thread of its own."""

import threading
from collections.abc import Callable

ROUNDS = "earshot-rounds"  # the name of every such thread


def start_rounds(act: Callable[[], None], every_seconds: float) -> threading.Event:
    """Call ``act`` now and ``every_seconds`` after each call has ended, for as long as the program runs.

    Args:
        act: raises nothing; an error would be the last round.

    Returns:
        What ends the rounds when it is set; the thread is gone once a round under way has ended.
    """
    ended = threading.Event()

    def go_on() -> None:
        act()
        while not ended.wait(every_seconds):
            act()

    threading.Thread(target=go_on, name=ROUNDS, daemon=True).start()
    return ended
