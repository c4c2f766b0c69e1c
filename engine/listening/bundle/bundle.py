"""Bundle: a listening test as a folder that needs no server, and next to it the key: whose the clips are.

    DIR/index.html           the test, in any browser, from a disk or a static host
    DIR/manifest.js          the task, and the ids of trials and clips
    DIR/sounds/<id>.js       a clip: an MP3 file in base64, as a script. Apart from scripts, a page opened
                             from a disk gets sound only by <audio>, which cannot play two clips on one clock
    DIR.key.json             BundleKey

Conventions
    ids      drawn by ``secrets``, not from the seed, so that no file's name can be computed
    order    the manifest lists trials in the order of their ids, which reveals nothing; each listener hears
             them in an order drawn in the browser. Sides are as the design balanced them
    files    all sounds have one length, all files one modification time
    seed     the same seed gives the same sounds and sides. Anybody who knows it and has the models can tell
             whose each clip is, so only the key holds it
"""

import base64
import io
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import soundfile
from torch import Tensor

from engine.checkpoints import Checkpoint
from engine.errors import EngineError, InvalidValueError
from engine.listening.bundle.bundle_key import BundleKey
from engine.listening.bundle.bundle_page import manifest_script, page_html, sound_script
from engine.listening.clips import make_clips
from engine.listening.hearing import Hearing
from engine.listening.record import question_of
from engine.listening.session import Session
from engine.listening.tasks import TASKS
from engine.listening.trial import Trial
from engine.sound import Audio, mp3_bytes
from engine.whole_file import write_whole

FILE_TIME = 946_684_800  # modification time of all files: the first second of the year 2000


@dataclass(frozen=True)
class BundlePlan:
    """What a bundle is made of.

    Args:
        session: the test; its ``test_id`` is the bundle's.
        checkpoints: the models, by name.
        pieces: the excerpts, by the names that the session gives them.
        origin: where the clips come from (whom to name, and the licence), for the foot of the page.
    """

    session: Session
    checkpoints: Mapping[str, Checkpoint]
    pieces: Mapping[str, Tensor]
    origin: str


def new_id() -> str:
    """An opaque random id that can be a file's name: 16 hexadecimal digits."""
    return secrets.token_hex(8)


def key_path(out: Path) -> Path:
    """Where the key of the bundle in ``out`` lies."""
    return out.with_name(f"{out.name}.key.json")


def check_place(out: Path) -> None:
    """Refuse a place for a bundle that holds something already; called before any work is done.

    Raises:
        InvalidValueError: something is there, or the folder above is missing.
    """
    if not out.name or out.name == "..":
        raise InvalidValueError(f"--out {out} must name a new folder")
    if not out.parent.is_dir():
        raise InvalidValueError(f"the folder {out.parent} does not exist: make it first")
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise InvalidValueError(f"{out} exists and is not an empty folder: choose another place")
    if key_path(out).exists():
        raise InvalidValueError(
            f"{key_path(out)} exists: without it the answers to an older bundle cannot be read, so move it "
            "away or choose another place for the bundle"
        )


def write_bundle(out: Path, plan: BundlePlan, note: Callable[[str], None] = lambda text: None) -> BundleKey:
    """Write the folder and its key, whole or not at all.

    Args:
        note: called with a line of text that says which trial is being made.

    Raises:
        EngineError: the place is taken, a clip cannot be made, or the disk refuses.
    """
    check_place(out)
    partial = out.with_name(f".{out.name}.{new_id()}.partial")
    try:
        (partial / "sounds").mkdir(parents=True)
        trials = _write_sounds(partial / "sounds", plan, note)
        key = BundleKey(session=plan.session, trials=tuple(trials))
        _write_page(partial, plan, trials)
        _make_times_equal(partial)
        write_whole(key_path(out), (key.model_dump_json(indent=1) + "\n").encode())
        try:
            os.replace(partial, out)
        except OSError:
            key_path(out).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise EngineError(
            f"could not write the bundle {out} ({error.strerror or error}): free space on its disk, or "
            "choose a folder that you may write to"
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return key


def _write_sounds(folder: Path, plan: BundlePlan, note: Callable[[str], None]) -> list[Trial]:
    """Write all clips, one trial at a time, since a test may not fit in memory; returns the trials."""
    session, trials, longest = plan.session, [], 0
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    for planned in session.trials:
        note(f"trial {planned.number} of {len(session.trials)}")
        material = session.material(plan.checkpoints, plan.pieces[planned.prime])
        clips = make_clips(planned.plan, material, tuple(new_id() for _ in planned.sources))
        for clip in clips:
            (folder / f"{clip.lane.clip}.wav").write_bytes(clip.wav)
            longest = max(longest, len(clip.wav))
        trials.append(session.trial(planned.number, clips, new_id(), now))
    seconds = [_finish(path, longest) for path in sorted(folder.glob("*.wav"))]
    return [trial.model_copy(update={"seconds": max(seconds)}) for trial in trials]


def _finish(path: Path, num_bytes: int) -> float:
    """Pad a WAV file to the longest one's size and replace it by a script; returns its length in seconds.

    Music ends with its last note, so the length of a trial would give away models that end early.
    """
    wav = path.read_bytes()
    samples, rate = soundfile.read(io.BytesIO(wav), dtype="float32")
    samples = np.pad(samples, (0, (num_bytes - len(wav)) // 2))
    mp3 = mp3_bytes(Audio(samples, rate))
    path.with_suffix(".js").write_text(sound_script(path.stem, base64.b64encode(mp3).decode()))
    path.unlink()
    return len(samples) / rate


def _write_page(folder: Path, plan: BundlePlan, trials: list[Trial]) -> None:
    hearing = Hearing.of(trials[0])
    manifest = {
        "bundle": plan.session.test_id,
        "task": plan.session.task,
        **question_of(plan.session.task),
        "summary": TASKS[plan.session.task].summary,
        "seconds": round(trials[0].seconds, 3),
        "counts_from": round(hearing.counts_from, 3),
        "needed": round(hearing.needed, 3),
        "enough": round(hearing.enough, 3),
        "origin": plan.origin,
        "trials": [
            {"trial": trial.trial_id, "lanes": [lane.clip for lane in trial.lanes]}
            for trial in sorted(trials, key=lambda trial: trial.trial_id)
        ],
    }
    (folder / "manifest.js").write_text(manifest_script(manifest), encoding="utf-8")
    (folder / "index.html").write_text(page_html(), encoding="utf-8")


def _make_times_equal(folder: Path) -> None:
    """Give all files and folders one time; files first, since a folder's time changes with its files."""
    for path in sorted(folder.rglob("*"), reverse=True):
        os.utime(path, (FILE_TIME, FILE_TIME))
    os.utime(folder, (FILE_TIME, FILE_TIME))
