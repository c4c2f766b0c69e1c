"""Programs that try to vote without having listened, or send the same vote again and again."""

import json
import time

import pytest

from engine.listening.trial import Answer
from engine.listening.votes.store import NOT_YOURS
from pages.bounds.hourly import Hourly
from pages.house.sentence import sentence
from pages.house.visitor import Visitors, open_visitors
from pages.listen.clip_ledger import IMPOSSIBLE
from pages.listen.doubt import AT_ONCE, PROGRAM, Ears, doubt_of, is_program
from tests.engine.listening.listener import record
from tests.pages.caller import Caller, elapsed

PAIR = ["jsb_chorales-tanh", "jsb_chorales-gru"]
CLIP = "[0-9a-f]" * 16 + ".mp3"  # pattern of its file's name
HEARD = 3.0  # seconds of each clip
LISTENING_SECONDS = 2 * HEARD  # must really pass: the app checks answers against its own clock


class Machine:
    """A program at the Compare page."""

    def __init__(self, app):
        self.address = app.address
        self.config = json.loads(Caller(app.address, {}, "config").open())
        self.compare, self.trial = (Caller(app.address, self.config, page) for page in ("compare", "trial"))
        event = self.compare.event("arrive")
        self.visitor, _ = self.compare.ask(event, [None])

    def begin(self, trials: int = 2, visitor: object = None) -> str:
        """Begin a test; gives the id of its first trial."""
        event = self.compare.event("begin", "start")
        kept = self.visitor if visitor is None else visitor
        values = self.compare.values(event, models=PAIR, trials=trials, earshot_visitor=kept)
        return self.compare.ask(event, values)[1]

    def enter(self, trial_id: str) -> dict:
        """The trial as its page shows it."""
        page = Caller(self.address, self.config, "trial", f"?id={trial_id}")
        event = page.event("enter")
        return page.ask(event, [self.visitor])[1]

    def fetch(self, shown: dict) -> list[bytes]:
        """Fetch all clips; gives their bytes."""
        return [self.trial.get(lane["audio"]["url"]) for lane in shown["lanes"]]

    def hear(self, shown: dict) -> None:
        """Fetch all clips, and wait for as long as a vote claims they were heard."""
        self.fetch(shown)
        time.sleep(LISTENING_SECONDS)

    def tell(self, function: str, told: dict) -> dict:
        """Tell the trial's page something; gives what it shows then."""
        event = self.trial.event(function)
        return self.trial.ask(event, [self.visitor], told)[0]

    def vote(self, trial_id: str, choice: str = "0", heard: float = HEARD) -> dict:
        """Send an answer that says both clips were heard; gives what the page then shows."""
        told = {"trial": trial_id, "choice": choice, "heard_seconds": [heard] * 2}
        return self.tell("vote", told | {"response_seconds": 2 * heard})

    def own_votes(self) -> str:
        """Its own votes as JSON lines, as they are downloaded."""
        event = self.compare.event("own_votes")
        (shown,) = self.compare.ask(event, [self.visitor], {"kind": "jsonl"})
        return self.compare.get(shown["file"]["url"]).decode()


@pytest.fixture
def machine(app) -> Machine:
    return Machine(app)


def test_what_was_not_fetched_was_not_heard(machine):
    """37 votes were once accepted within 15 seconds from a client that fetched no clip."""
    first = machine.begin()
    time.sleep(LISTENING_SECONDS)
    assert "were not fetched" in machine.vote(first)["message"]
    shown = machine.enter(first)
    assert "were not fetched" in machine.vote(first)["message"]
    machine.trial.get(shown["lanes"][0]["audio"]["url"])
    assert "were not fetched" in machine.vote(first)["message"], "one of two is not both"
    machine.fetch(shown)
    told = machine.vote(first)
    assert told["state"] == "again" and sentence(IMPOSSIBLE) in told["message"]


def test_a_vote_is_kept_once_and_sent_again_does_nothing(app, machine):
    """60 replays once wrote 320 MB in 15 s and stalled the app for 9.6 s."""
    first = machine.begin()
    machine.hear(machine.enter(first))
    told = machine.vote(first)
    assert told["state"] == "kept" and not told["reveal"] and not told["lanes"]
    files = app.served_files(CLIP)
    assert len(files) >= 2
    seconds, again = elapsed(lambda: [machine.vote(first) for _ in range(60)])
    assert seconds < 20 and {reply["message"] for reply in again} == {told["message"]}
    assert app.served_files(CLIP) == files
    reveals = [machine.tell("reveal", {"trial": first}) for _ in range(3)]
    assert [len(told["reveal"]) for told in reveals] == [2, 2, 2]
    assert app.served_files(CLIP) == files, "a reveal plays the files that were fetched"


def test_in_mid_test_nobody_learns_the_seed_of_what_comes(machine):
    """From the seed, all later trials could once be computed: five of five X were guessed right."""
    first = machine.begin()
    machine.hear(machine.enter(first))
    machine.vote(first)
    assert '"trial_id"' in machine.own_votes() and "seed" not in machine.own_votes()
    assert machine.visitor not in machine.own_votes()
    shown = machine.tell("go_on", {"trial": first})
    machine.hear(shown)
    machine.vote(shown["trial"])
    assert '"design_seed"' in machine.own_votes(), "it is over"
    assert '"doubt": "program"' in machine.own_votes(), "kept, and it counts nowhere"


@pytest.mark.parametrize("forged", ["", "a" * 36, f"{'a' * 36}.{'b' * 32}", 7, ["x"], {"a": 1}, "é" * 36])
def test_an_id_that_was_not_given_here_is_nobodys(machine, forged):
    first = machine.begin(visitor=forged)
    told = machine.tell(
        "vote", {"trial": first, "choice": "0", "heard_seconds": [3, 3], "response_seconds": 6}
    )
    assert NOT_YOURS in told["message"]
    visitors = Visitors(b"secret")
    new = visitors.known_or_new(forged)
    assert new != forged and visitors.known_or_new(new) == new
    assert Visitors(b"another secret").known_or_new(new) != new


def test_the_secret_outlives_the_app_and_nobody_else_reads_it(tmp_path):
    first, again = (open_visitors(tmp_path, {}) for _ in range(2))
    assert again.is_known(first.known_or_new(None))
    (path,) = tmp_path.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    given = open_visitors(tmp_path, {"EARSHOT_SECRET": "sixteen characters"})
    assert not given.is_known(first.known_or_new(None))
    with pytest.raises(SystemExit, match="16 characters or more"):
        open_visitors(tmp_path, {"EARSHOT_SECRET": "short"})


def test_an_address_begins_so_many_tests_an_hour():
    tests = Hourly(3, "listening tests")
    for _ in range(3):
        tests.count("1.2.3.4")
    with pytest.raises(
        Exception, match="3 listening tests were begun from your address within the last hour"
    ):
        tests.count("1.2.3.4")
    tests.count("5.6.7.8")


def test_more_than_one_pair_of_ears_can_hear_is_doubted():
    """Two trials at once, each heard for eight seconds, both answered after ten."""

    def at(seconds: int) -> str:
        return f"2026-11-23T12:00:{seconds:02d}Z"

    def asked(number: int, issued: int, answered: int):
        made = record(tuple(PAIR), "0", trial_id=f"t{number}", issued_at=at(issued))
        answer = made.answer.model_copy(update={"heard_seconds": (4.0, 4.0), "answered_at": at(answered)})
        return made.model_copy(update={"answer": answer})

    def doubt(given) -> str:
        return doubt_of(given[-1].trial, given[-1].answer, given[:-1], False)

    assert doubt([asked(n, 0, 10) for n in range(2)]) == AT_ONCE
    assert doubt([asked(n, 10 * n, 10 * n + 9) for n in range(5)]) == ""
    assert doubt([asked(0, 0, 40), asked(1, 10, 20)]) == "", "a trial is left, and taken up again"


def test_a_program_is_told_from_a_browser():
    assert is_program({"user-agent": "python-urllib/3.11"}) and is_program({"user-agent": "Mozilla/5.0"})
    assert not is_program({"user-agent": "Mozilla/5.0 (X11)", "accept-language": "de"})
    assert PROGRAM in str(Answer.model_fields["doubt"].annotation)


def test_many_listeners_behind_one_address_are_not_sixty_at_once(monkeypatch):
    """Sixty votes at once from an address that may hold five listeners: five count."""
    now = [1000.0]
    monkeypatch.setattr("pages.listen.doubt.time.monotonic", lambda: now[0])
    ears = Ears(5)
    assert [ears.is_too_much("1.1.1.1", 6.0) for _ in range(60)].count(False) == 5
    assert not ears.is_too_much("2.2.2.2", 6.0)
    for _ in range(50):
        now[0] += 10.0
        assert not ears.is_too_much("3.3.3.3", 8.0), "one person at a time"
