"""A fit that is killed again and again: ``python -m tests.training.fitting.killed_fit FOLDER SEED``.

Each attempt is a process of its own that knows nothing but FOLDER/run. It is killed with -9 after a random
time, longer from attempt to attempt, until one comes to its end: its weights and curve then lie in FOLDER.
Prints how many were killed. Processes are forked, after a fit of something else, so that what torch
imports, at once and at its first update, is imported once. tqdm gets a lock of one process and no thread:
its own lock is shared between forks, and a fork killed while holding it would stop all that come after.
"""

import json
import os
import signal
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from engine.checkpoints.checkpoint import weight_bytes
from tests.training import tiny
from training.fitting import fit as fit_module
from training.fitting.fit import Fit, FitOptions

LONGER_SECONDS = 0.02  # from attempt to attempt, at most: the moment of the kill is what is tried
RECIPE = tiny.recipe(model={"cells": tiny.layers("lstm", hidden_size=16)}, max_epochs=40)


def fit_to_the_end(folder: Path) -> None:
    """What every attempt tries."""
    fit = Fit(RECIPE, tiny.music(), FitOptions(torch.device("cpu"), folder / "run", quiet=True))
    (folder / "weights").write_bytes(weight_bytes(fit.run()))
    (folder / "curve").write_text(json.dumps(asdict(fit.progress.curve)))


def kill_until_it_ends(folder: Path, seed: int) -> int:
    """Returns how many attempts were killed."""
    rng = np.random.default_rng(seed)
    for attempt in range(1_000):
        child = os.fork()
        if child == 0:
            fit_module.SECONDS_BETWEEN_STATES = 0.0  # after every update: most kills fall into a write
            fit_to_the_end(folder)
            os._exit(0)
        time.sleep(rng.uniform(0, LONGER_SECONDS * (attempt + 1)))
        os.kill(child, signal.SIGKILL)  # of a child that has ended, but was not waited for, this is no error
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            return attempt if os.WEXITSTATUS(status) == 0 else -1
    return -1


if __name__ == "__main__":
    torch.set_num_threads(1)
    tqdm.monitor_interval = 0
    tqdm.set_lock(threading.RLock())
    with tempfile.TemporaryDirectory() as other:
        tiny.fit(tiny.recipe(max_epochs=1), Path(other))
    sys.stdout.write(str(kill_until_it_ends(Path(sys.argv[1]), int(sys.argv[2]))))
