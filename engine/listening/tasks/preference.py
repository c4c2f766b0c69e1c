"""Preference: which of two clips is better?

A trial compares the two sources that were compared least so far; A is the one that was A less often in that
pair. One trial in CATCH_EVERY is a catch: the same clip twice, to see how often listeners hear a difference
that is not there and whether they favour a side.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from engine.listening.statistics.comparisons import Placing
from engine.listening.statistics.exclusion import BOTH_BAD, CATCH
from engine.listening.tasks.task import Lanes, Name, Task, of_task
from engine.listening.trial import Choice, Record, Trial, Vote
from engine.words import counted, listed

CATCH_EVERY = 8
TIE, SAID_BOTH_BAD = "tie", "both_bad"


def is_catch(trial: Trial) -> bool:
    """Whether both lanes of a preference trial play the same clip."""
    return trial.lanes[0].clip_sha256 == trial.lanes[1].clip_sha256


def winner(trial: Trial, choice: Choice) -> str | None:
    """The source that was preferred; None where none was, or both lanes play the same clip."""
    return None if is_catch(trial) or choice not in ("0", "1") else trial.lanes[int(choice)].source


class Preference(Task):
    """A or B, no difference, or both bad."""

    name = "preference"
    label = "Which do you prefer? (A or B)"
    hint = "Two clips a trial, chosen among the models so that every pair is heard equally often."
    question = "Which do you prefer?"
    summary = "two clips: say which you prefer."
    lane_names = ("A", "B")
    answers = (
        ("0", "A is better"),
        ("1", "B is better"),
        (TIE, "No difference"),
        (SAID_BOTH_BAD, "Both are bad"),
    )
    num_lanes = (2, 2)
    num_sources = (2, 12)
    num_trials = 10

    def lanes(
        self, sources: Lanes, num_trials: int, asked: Sequence[Record], rng: np.random.Generator
    ) -> list[Lanes]:
        """The least asked pairs first, with catches at random places."""
        pairs_asked = (trial.lanes for trial in of_task(self, asked) if not is_catch(trial))
        times = Counter(tuple(lane.source for lane in lanes) for lanes in pairs_asked)
        pairs = list(combinations(sources, 2))
        catches = _catches(num_trials, rng)
        trials = []
        for place in range(num_trials):
            if place in catches:
                source = sources[rng.integers(len(sources))]
                trials.append((source, source))
                continue
            order = rng.permutation(len(pairs))  # so that ties are broken at random
            first, second = min((pairs[k] for k in order), key=lambda p: times[p] + times[p[::-1]])
            more = times[first, second] - times[second, first]
            turned = more > 0 or (more == 0 and rng.random() < 0.5)
            pair = (second, first) if turned else (first, second)
            times[pair] += 1
            trials.append(pair)
        return trials

    def told(self, trial: Trial, choice: Choice, name: Name) -> str:
        """Which source was preferred to which."""
        first, second = (name(lane.source) for lane in trial.lanes)
        if is_catch(trial):
            return f"both were one clip, by {first}"
        if choice == TIE:
            return f"you heard no difference between {first} and {second}"
        if choice == SAID_BOTH_BAD:
            return f"you found both bad, {first} and {second}"
        preferred, passed_over = (first, second) if choice == "0" else (second, first)
        return f"you preferred {preferred} to {passed_over}"

    def is_like(self, mine: Record, theirs: Record) -> bool | None:
        """Whether another listener's answer has the same winner.

        None where ``theirs`` is no other listener's answer on the same two sources, or either has no winner.
        """
        if (
            theirs.answer is None
            or theirs.trial.task != self.name
            or theirs.trial.listener == mine.trial.listener
        ):
            return None
        pairs = [{lane.source for lane in record.trial.lanes} for record in (mine, theirs)]
        winners = [winner(record.trial, record.answer.choice) for record in (mine, theirs)]
        return None if pairs[0] != pairs[1] or None in winners else winners[0] == winners[1]

    def placing(self, vote: Vote) -> Placing:
        """A win for one side, or a tie; catches and "both bad" carry a reason not to count."""
        choice = vote.answer.choice
        reason = CATCH if is_catch(vote.trial) else BOTH_BAD if choice == SAID_BOTH_BAD else ""
        places = (1, 2) if choice == "0" else (2, 1) if choice == "1" else (1, 1)
        sources = tuple(lane.source for lane in vote.trial.lanes)
        return Placing(vote.trial.listener, sources, places, reason)

    def verdict(self, votes: Sequence[Vote], name: Name) -> str:
        """Counts: how often each source was preferred, and how often each other answer was given."""
        played: Counter[str] = Counter()
        won: Counter[str] = Counter()
        said: Counter[str] = Counter()
        pairs = [vote for vote in votes if not is_catch(vote.trial)]
        for vote in pairs:
            choice, sources = vote.answer.choice, [lane.source for lane in vote.trial.lanes]
            played.update(sources)
            if choice in (TIE, SAID_BOTH_BAD):
                said[choice] += 1
            else:
                won[sources[int(choice)]] += 1
        order = sorted(played, key=lambda source: (-won[source] / played[source], source))
        parts = [f"{name(source)} in {won[source]} of {counted(played[source], 'trial')}" for source in order]
        num_catches = len(votes) - len(pairs)
        further = (
            (said[TIE], f"you heard no difference in {said[TIE]}"),
            (said[SAID_BOTH_BAD], f"both were bad in {said[SAID_BOTH_BAD]}"),
            (num_catches, f"one clip was played against itself in {num_catches}"),
        )
        preferred = [f"you preferred {listed(parts)}"] if parts else []
        return "; ".join([*preferred, *(words for count, words in further if count)])


def _catches(num_trials: int, rng: np.random.Generator) -> set[int]:
    """Places of the catches, one in each whole group of CATCH_EVERY."""
    starts = range(0, num_trials - CATCH_EVERY + 1, CATCH_EVERY)
    return {start + int(rng.integers(CATCH_EVERY)) for start in starts}
