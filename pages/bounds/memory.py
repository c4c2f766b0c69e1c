"""Memory: what draws have used goes back to the system, where the C library is GNU's.

It keeps for itself what is freed, in an arena for each thread that has asked for any: an hour of draws left
it with a gigabyte that nobody used.
"""

import ctypes
import gc
import itertools
import threading
import time

MAX_ARENAS = 2
ROUNDS_TO_COLLECT = 10
M_ARENA_MAX = -8  # of malloc.h


def start(every_seconds: float) -> None:
    """Have few arenas, and give back what is free every so many seconds; does nothing but on GNU/Linux."""
    library = _gnu()
    if library is None:
        return
    library.mallopt(M_ARENA_MAX, MAX_ARENAS)

    def give_back() -> None:
        for count in itertools.count(1):
            time.sleep(every_seconds)
            if count % ROUNDS_TO_COLLECT == 0:
                gc.collect()  # what pages have left refers to itself, and Python would wait long
            library.malloc_trim(0)

    threading.Thread(target=give_back, daemon=True).start()


def _gnu() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL("libc.so.6")
        return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None
    except OSError:
        return None
