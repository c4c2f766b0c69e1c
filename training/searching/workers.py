"""Workers: processes that take jobs, on this machine or on many (Dask).

Dask notices a worker that dies, and gives its job to another; since a fit's state is on disk, the other
goes on where the first one stood. Many machines see the project's folder, and the corpora, under the same
paths (a network disk). In that folder run ``python -m dask scheduler`` on one of them, and
``python -m dask worker tcp://HOST:8786 --nworkers auto --nthreads 1`` on each.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import dask
from distributed import Client, KilledWorker, LocalCluster

from engine.errors import EngineError, InvalidValueError

SECONDS_TO_CONNECT = 10
WORKER_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    # Long batches ask for hundreds of megabytes at every update: pages that are kept need no clearing again.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(2**34),
    "MALLOC_TOP_PAD_": str(2**26),
}
DASK_SETTINGS = {
    "distributed.nanny.pre-spawn-environ": WORKER_ENVIRONMENT,
    "distributed.scheduler.allowed-failures": 20,
    "distributed.admin.tick.limit": "1h",
    "distributed.worker.daemon": True,
}


def workers_died(error: KilledWorker) -> EngineError:
    """What to say where a job has ended one worker after another."""
    return EngineError(
        f"workers died again and again ({str(error).splitlines()[0]}): they may lack memory; give fewer "
        "--workers; nothing that was finished is lost"
    )


def num_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def open_workers(count: int, scheduler: str | None = None) -> Iterator[Client]:
    """Workers of our own, ``count`` of them, or those of a running scheduler.

    Raises:
        InvalidValueError: no scheduler answers there.
    """
    with dask.config.set(DASK_SETTINGS):
        if scheduler is not None:
            try:
                client = Client(scheduler, timeout=SECONDS_TO_CONNECT)
            except (OSError, ValueError) as error:
                raise InvalidValueError(
                    f"no Dask scheduler answers at {scheduler!r} ({str(error).splitlines()[0]}): start one "
                    "with `python -m dask scheduler`, workers with `python -m dask worker tcp://HOST:8786`"
                ) from None
            with client:
                yield client
            return
        with (
            LocalCluster(
                n_workers=count, threads_per_worker=1, memory_limit=0, dashboard_address="127.0.0.1:0"
            ) as cluster,
            Client(cluster) as client,
        ):
            yield client
