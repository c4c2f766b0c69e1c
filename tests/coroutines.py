"""A coroutine run to its end by a test, also while Playwright's own loop stands open in the same thread."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def run_in_thread(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What the coroutine gives, or raises; asyncio allows a second loop in another thread only."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
