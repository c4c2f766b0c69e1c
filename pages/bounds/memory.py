"""Memory: gives what draws have freed back to the system, where the C library is GNU's.

That library keeps what is freed, in an arena for each thread that has asked for memory: after an hour of
draws it held a gigabyte that nobody used.
"""

import ctypes
import gc
import itertools
import threading
import time

MAX_ARENAS = 2
ROUNDS_TO_COLLECT = 10  # from one garbage collection to the next
M_ARENA_MAX = -8  # from malloc.h


def start(every_seconds: float) -> None:
    """Limit the arenas, and give back free memory every ``every_seconds``; on GNU/Linux only."""
    library = _gnu()
    if library is None:
        return
    library.mallopt(M_ARENA_MAX, MAX_ARENAS)

    def give_back() -> None:
        for count in itertools.count(1):
            time.sleep(every_seconds)
            if count % ROUNDS_TO_COLLECT == 0:
                gc.collect()  # what closed pages leave is full of cycles, which Python would collect late
            library.malloc_trim(0)

    threading.Thread(target=give_back, daemon=True).start()


def _gnu() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL("libc.so.6")
        return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None
    except OSError:
        return None
