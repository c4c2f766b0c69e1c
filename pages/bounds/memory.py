"""Memory: gives what draws have freed back to the system, where the C library is GNU's.

That library keeps what is freed, in an arena for each thread that has asked for memory: after an hour of
draws it held a gigabyte that nobody used.
"""

import ctypes
import gc
import itertools
import threading

from pages.bounds.rounds import start_rounds

MAX_ARENAS = 2
ROUNDS_TO_COLLECT = 10  # from one garbage collection to the next
M_ARENA_MAX = -8  # from malloc.h


def start(every_seconds: float) -> threading.Event | None:
    """Limit the arenas, and give back free memory every ``every_seconds``; on GNU/Linux only.

    Returns:
        What ends it when it is set; None elsewhere.
    """
    library = _gnu()
    if library is None:
        return None
    library.mallopt(M_ARENA_MAX, MAX_ARENAS)
    rounds = itertools.count(1)

    def give_back() -> None:
        if next(rounds) % ROUNDS_TO_COLLECT == 0:
            gc.collect()  # what closed pages leave is full of cycles, which Python would collect late
        library.malloc_trim(0)

    return start_rounds(give_back, every_seconds)


def settle() -> None:
    """Let no later garbage collection look at what is there now, which stays as long as the app."""
    gc.freeze()


def _gnu() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL("libc.so.6")
        return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None
    except OSError:
        return None
