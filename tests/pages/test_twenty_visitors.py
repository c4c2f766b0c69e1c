"""Twenty visitors, and one more who does his worst: no vote is lost, nobody sees an error.

For 4 seconds, or as many as EARSHOT_LOAD_SECONDS says; docs/listening.md has what came of it.
"""

import contextlib
import io
import json
import os
import sqlite3
import statistics
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pytest
import soundfile

from tests.engine.notes.raw_midi import midi_file, note
from tests.pages.caller import ANSWER_SECONDS, BusyError, Caller, elapsed
from tests.pages.listen.trial_visit import listen
from tests.pages.visit import Visit
from tests.server import serving

LOAD_SECONDS = float(os.environ.get("EARSHOT_LOAD_SECONDS", "4"))
NUM_CALLERS, NUM_BROWSERS = 18, 2
ARRIVAL_SECONDS = 4.0  # within which they come: not all in the same second
AGAIN_SECONDS = 3.0  # after which somebody who was told that the app is busy tries again
LISTENED_SECONDS = 3.3  # to each clip, a little more than what counts by the app's own clock
TRIALS = 2  # of each test
MODELS = ["jsb_chorales-best", "jsb_chorales-tanh", "jsb_chorales-gru", "jsb_chorales-lstm"]
MOST_ON_DISK = 1_100_000_000  # bytes
CHOICES = ("0", "1", "tie", "both_bad")
TUNE = midi_file(b"".join(note(pitch, 480) for pitch in (60, 62, 64, 65, 67, 61)), note(48, 2880))


@dataclass
class Log:
    """What all visitors have seen."""

    votes: dict[str, str] = field(default_factory=dict)  # that the app has said are kept: trial -> choice
    waits: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    num_busy: int = 0

    def summary(self) -> str:
        """A line for each thing that visitors wait for."""
        lines = [f"{len(self.votes)} votes, {self.num_busy} times busy, {len(self.wrong)} errors"]
        for what, seconds in sorted(self.waits.items()):
            median, worst = statistics.median(seconds), max(seconds)
            lines.append(f"{what}: {len(seconds)}, median {median:.1f} s, worst {worst:.1f} s")
        return "\n".join(lines)


@dataclass
class Person:
    """Somebody who does one thing after the other until the time is over."""

    address: str
    config: dict
    log: Log
    until: float
    seed: int
    visitor: str | None = None  # the id, as the app has given it

    def live(self) -> None:
        """Do one thing after the other, at random, until the time is over."""
        dice = np.random.default_rng(self.seed)
        acts = (self.draw, self.take_a_test, self.read_the_board, self.score)
        time.sleep(dice.uniform(0, ARRIVAL_SECONDS))
        try:
            while time.monotonic() < self.until:
                dice.choice(acts, p=[0.3, 0.5, 0.1, 0.1])(dice)
        except Exception as error:
            self.log.wrong.append(f"{type(error).__name__}: {error}")

    def open(self, path: str) -> Caller:
        """A page in a new tab."""
        page, mark, query = path.partition("?")
        tab = Caller(self.address, self.config, page, mark + query, f"8.8.{self.seed}.1")
        self.wait("a page", tab.open)
        return tab

    def ask(self, tab: Caller, function: str, what: str, told: object = None) -> list:
        """Trigger an event that needs no input but, perhaps, who asks; gives its outputs."""
        event = tab.event(function)
        values = tab.values(event, earshot_visitor=self.visitor)
        return self.wait(what, lambda: tab.ask(event, values, told))

    def wait(self, what, act):
        """Do it, and again after a while if the app is busy; all the time counts as waiting."""

        def persistently():
            while True:
                try:
                    return act()
                except BusyError:
                    self.log.num_busy += 1
                    time.sleep(AGAIN_SECONDS)

        seconds, result = elapsed(persistently)
        self.log.waits[what].append(seconds)
        return result

    def draw(self, dice: np.random.Generator) -> None:
        """Draw with the three models that are chosen to begin with."""
        tab = self.open("")
        self.ask(tab, "visit", "what Play shows first")
        event = tab.event("press", "sample")
        first: list[float] = []
        start = time.monotonic()
        values = tab.values(event, seed=int(dice.integers(2**31)), length=48, until_end=False)
        self.wait(
            "a draw, whole",
            lambda: tab.ask(event, values, hear=lambda count: first.append(time.monotonic() - start)),
        )
        self.log.waits["a draw, until it begins"].append(first[0])

    def take_a_test(self, dice: np.random.Generator) -> None:
        """Take the trials of one test while there is time, and hear each clip for as long as must be."""
        tab = self.open("compare")
        event = tab.event("begin", "start")
        models = [str(name) for name in dice.choice(MODELS, 2, replace=False)]
        values = tab.values(event, models=models, trials=TRIALS, earshot_visitor=self.visitor)
        self.visitor, trial_id = self.wait("a test, until it is set up", lambda: tab.ask(event, values))
        tab = self.open(f"trial?id={trial_id}")
        question = self.ask(tab, "enter", "a trial, until it is there")[1]
        for number in range(1, TRIALS + 1):
            self.answer(tab, question, str(dice.choice(CHOICES)))
            if number == TRIALS or time.monotonic() > self.until:
                break
            (question,) = self.ask(tab, "go_on", "the next trial", {"trial": question["trial"]})

    def answer(self, tab: Caller, question: dict, choice: str) -> None:
        """Listen, vote, and note what the app says of it."""
        assert question["state"] == "asking", question["message"]
        for lane in question["lanes"]:
            self.wait("a clip", lambda url=lane["audio"]["url"]: tab.get(url))
        begun = time.monotonic()
        time.sleep(LISTENED_SECONDS * len(question["lanes"]))
        told = {"trial": question["trial"], "choice": choice}
        told |= {"heard_seconds": [LISTENED_SECONDS] * len(question["lanes"])}
        told |= {"response_seconds": round(time.monotonic() - begun, 2)}
        (shown,) = self.ask(tab, "vote", "a vote, until it is kept", told)
        assert shown["state"] == "kept", shown["message"]
        self.log.votes[question["trial"]] = choice
        (shown,) = self.ask(tab, "reveal", "whose the clips were", {"trial": question["trial"]})
        assert shown["state"] == "answered" and shown["reveal"], shown["message"]

    def read_the_board(self, dice: np.random.Generator) -> None:
        """Look at everybody's votes."""
        shown = self.ask(self.open("board"), "show", "the Board")
        assert "vote" in str(shown) or "No models have been preferred" in str(shown), shown

    def score(self, dice: np.random.Generator) -> None:
        """Score a small file, and stop when some models have listened."""
        tab = self.open("score")
        upload = self.wait("an upload", lambda: tab.upload("tune.mid", TUNE))
        event, stop = tab.event("press", "score"), tab.event("press_stop", "stop")
        values = tab.values(event, piece="own", upload=upload)

        def hear(count: int) -> None:
            if count == 5:
                tab.ask(stop, [None])

        self.wait("a score, of some models", lambda: tab.ask(event, values, hear=hear))


class Abuser(threading.Thread):
    """Somebody who takes what he can get: draws by the dozen, replayed votes, bombs, rubbish for files.

    Args:
        until: by the clock of time.monotonic.
    """

    def __init__(self, address: str, config: dict, until: float):
        super().__init__(daemon=True)
        self.address, self.config, self.until = address, config, until
        self.comes_from = "9.9.9.9"
        self.done: defaultdict[str, int] = defaultdict(int)

    def run(self) -> None:
        """One after the other, and again; whatever the app says to it."""
        acts = (self.fill_the_queue, self.vote_without_listening, self.send_a_bomb, self.send_rubbish)
        while time.monotonic() < self.until:
            for act in acts:
                with contextlib.suppress(BusyError, RuntimeError, OSError):
                    act()
                self.done[act.__name__] += 1

    def open(self, page: str) -> Caller:
        """A page in a new tab."""
        return Caller(self.address, self.config, page, comes_from=self.comes_from)

    def fill_the_queue(self) -> None:
        """Ask for 64 long draws, 40 of them from one page, the others from pages that nobody has open."""
        for number in range(64):
            tab = self.open("")
            tab.session = "the same" if number < 40 else tab.session
            event = tab.event("press", "sample")
            call = {
                "data": tab.values(event, length=512, until_end=False),
                "fn_index": event["id"],
                "session_hash": tab.session,
            }
            with contextlib.suppress(BusyError, RuntimeError):
                taken = tab._post("gradio_api/queue/join", json.dumps(call).encode())
                leave = {"session_hash": tab.session, "fn_index": event["id"], "event_id": taken["event_id"]}
                threading.Timer(5.0, self.leave, [tab, leave]).start()

    @staticmethod
    def leave(tab: Caller, call: dict) -> None:
        """Give a draw up, or this machine would be busy with it for an hour."""
        with contextlib.suppress(BusyError, RuntimeError, OSError):
            tab._post("gradio_api/cancel", json.dumps(call).encode())

    def vote_without_listening(self) -> None:
        """Vote thirty times in a trial that was never heard."""
        tab = self.open("trial")
        event = tab.event("vote")
        told = {"trial": "t", "choice": "0", "heard_seconds": [9.0, 9.0], "response_seconds": 20.0}
        for _ in range(30):
            tab.ask(event, [None], told)

    def send_a_bomb(self) -> None:
        """Send a small file of a great length, to be scored."""
        buffer = io.BytesIO()
        with soundfile.SoundFile(buffer, "w", 384_000, 8, "PCM_16", format="FLAC") as file:
            for _ in range(60):
                file.write(np.zeros((384_000, 8), np.int16))
        tab = self.open("score")
        upload = tab.upload("bomb.flac", buffer.getvalue())
        event = tab.event("press", "score")
        tab.ask(event, tab.values(event, kind="waveform", clip="own", recording=upload))

    def send_rubbish(self) -> None:
        """Send a hundred megabytes of zeros, in files of ten."""
        tab = self.open("score")
        for number in range(10):
            tab.upload(f"{number}.mid", bytes(10_000_000))


class Watched:
    """Two visitors with a real browser each: one listens and votes, the other draws.

    Args:
        browser: of Playwright; both are driven in turns, since Playwright keeps to one thread.
    """

    def __init__(self, browser, address: str, log: Log):
        self.log = log
        self.listening, self.drawing = (Visit(browser, address, {}) for _ in range(NUM_BROWSERS))
        for visit in (self.listening, self.drawing):
            visit.page.set_default_timeout(1000 * ANSWER_SECONDS)
        self.drawing.go("")
        self.drawing.exactly(48)
        self.listening.go("compare")
        self.listening.pick("corpus", "Bach chorales")
        self.listening.choose(*MODELS[:2])
        self.listening.set("trials", 40)

    def live(self, until: float) -> None:
        """One draw and one trial after the other; the listener hears while the other draws."""
        page = self.listening.page
        page.click("#start")
        while time.monotonic() < until:
            seconds, _ = elapsed(lambda: page.wait_for_selector(".trial[data-state=asking]"))
            self.log.waits["a trial in a browser"].append(seconds)
            self.drawing.set("seed", len(self.log.votes))
            self.drawing.press()
            listen(self.listening, "a", "b")
            seconds, trial_id = elapsed(self.vote)
            self.log.waits["a vote in a browser"].append(seconds)
            self.log.votes[trial_id] = "0"
            self.log.waits["a draw in a browser, beside that"].append(
                elapsed(lambda: self.drawing.wait(3))[0]
            )
            page.click(".trial-next")

    def vote(self) -> str:
        """Vote for the first clip; the trial's id once the app has said that the answer is kept."""
        page = self.listening.page
        page.locator(".trial-answer").first.click()
        page.wait_for_selector(".trial[data-state=answered]")
        return page.url.partition("id=")[2]

    def close(self) -> None:
        """Leave, and log what went wrong, apart from refusals of the queue."""
        for visit in (self.listening, self.drawing):
            visit.close()
            self.log.wrong.extend(words for words in visit.wrong if "503" not in words)


@pytest.fixture
def votes_file(tmp_path):
    return tmp_path / "votes.sqlite3"


@pytest.fixture
def crowded(project_folder, tmp_path_factory, votes_file):
    """The app as it is shipped, with a file of votes of its own."""
    folder = tmp_path_factory.mktemp("crowded")
    command = [sys.executable, str(project_folder / "app.py")]
    with serving(command, folder, {"EARSHOT_VOTES": str(votes_file)}) as app:
        yield app


def kept(votes_file) -> dict[str, str]:
    """What the file holds: trial -> choice."""
    with contextlib.closing(sqlite3.connect(votes_file)) as database:
        rows = database.execute("SELECT trial_id, answer FROM trials WHERE answer IS NOT NULL").fetchall()
    assert len({trial_id for trial_id, _ in rows}) == len(rows), "each counts once"
    return {trial_id: json.loads(answer)["choice"] for trial_id, answer in rows}


@pytest.mark.slow
@pytest.mark.browser
def test_twenty_visitors_and_an_abuser_lose_no_vote_and_see_no_error(crowded, browser, votes_file):
    log = Log()
    config = json.loads(Caller(crowded.address, {}, "config").open())
    watched = Watched(browser, crowded.address, log)
    until = time.monotonic() + LOAD_SECONDS
    people = [Person(crowded.address, config, log, until, seed) for seed in range(NUM_CALLERS)]
    threads = [threading.Thread(target=person.live) for person in people]
    threads.append(Abuser(crowded.address, config, until))
    for thread in threads:
        thread.start()
    watched.live(until)
    for thread in threads:
        thread.join()
    watched.close()
    sys.stdout.write(f"\n{log.summary()}\n")  # seen with -s
    assert log.wrong == []
    assert "Traceback" not in crowded.news()
    assert len(log.votes) >= NUM_CALLERS // 3 and kept(votes_file) == log.votes
    assert all(threads[-1].done[act] for act in ("fill_the_queue", "send_a_bomb", "send_rubbish"))
    assert sum(path.stat().st_size for path in crowded.folder.rglob("served/**/*")) < MOST_ON_DISK
