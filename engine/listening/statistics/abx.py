"""ABX: could a listener tell two sources apart? A test is one listener's trials, their number set before."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from engine.listening.statistics.exact_tests import ExactTest, exact_test
from engine.listening.trial import Vote


@dataclass(frozen=True)
class AbxTest:
    """One test of one listener.

    Args:
        sources: whose clips A and B were, in alphabetical order.
        num_trials: fixed before the start.
        num_answered: trials whose answers count.
        result: None until all are answered, because a p-value would not be valid earlier.
    """

    test_id: str
    listener: str
    corpus: str
    sources: tuple[str, ...]
    num_trials: int
    num_answered: int
    result: ExactTest | None

    @property
    def sentence(self) -> str:
        """What the test says, in the words that its listener reads."""
        if self.result is None:
            return (
                f"the test was not finished: {self.num_answered} of {self.num_trials} trials count, and p "
                "holds only for the number that was fixed before the start"
            )
        could = "could" if self.result.is_significant else "could not"
        return f"you {could} tell them apart: {self.result.words}"


@dataclass(frozen=True)
class AbxPair:
    """All tests of one pair of sources.

    There is no p-value for all of them together, since nobody fixed their number.

    Args:
        num_finished, num_unfinished: numbers of tests.
        num_told_apart: finished tests with p < 0.05; guessing gets there in one of twenty at most.
        right, trials: right answers and all answers in the finished tests.
    """

    corpus: str
    sources: tuple[str, ...]
    num_finished: int
    num_unfinished: int
    num_told_apart: int
    right: int
    trials: int


def abx_tests(votes: Iterable[Vote]) -> list[AbxTest]:
    """The tests that answers to ABX trials make up, one for each test id and listener."""
    ordered = sorted(votes, key=_test_of)
    return [_abx_test(list(group)) for _, group in groupby(ordered, key=_test_of)]


def abx_pairs(tests: Iterable[AbxTest]) -> list[AbxPair]:
    """The tests grouped by corpus and pair of sources."""
    ordered = sorted(tests, key=_pair_of)
    return [_abx_pair(*pair, list(group)) for pair, group in groupby(ordered, key=_pair_of)]


def _pair_of(test: AbxTest) -> tuple[str, tuple[str, ...]]:
    return test.corpus, test.sources


def _abx_pair(corpus: str, sources: tuple[str, ...], tests: list[AbxTest]) -> AbxPair:
    results = [test.result for test in tests if test.result is not None]
    return AbxPair(
        corpus=corpus,
        sources=sources,
        num_finished=len(results),
        num_unfinished=len(tests) - len(results),
        num_told_apart=sum(result.is_significant for result in results),
        right=sum(result.successes for result in results),
        trials=sum(result.trials for result in results),
    )


def _test_of(vote: Vote) -> tuple[str, str]:
    return vote.trial.test_id, vote.trial.listener


def _abx_test(votes: list[Vote]) -> AbxTest:
    first = votes[0].trial
    answers = {vote.trial.number: _is_right(vote) for vote in votes}
    decided = [right for right in answers.values() if right is not None]
    is_whole = len(decided) == first.num_trials and all(
        vote.trial.num_trials == first.num_trials for vote in votes
    )
    sources = {lane.source for vote in votes for lane in vote.trial.lanes[:2]}
    return AbxTest(
        test_id=first.test_id,
        listener=first.listener,
        corpus=first.corpus,
        sources=tuple(sorted(sources)),
        num_trials=first.num_trials,
        num_answered=len(decided),
        result=exact_test(sum(decided), len(decided)) if is_whole else None,
    )


def _is_right(vote: Vote) -> bool | None:
    """Whether the answer names the lane that X repeats; None where X is neither or both."""
    *lanes, x = vote.trial.lanes
    for key in ("clip_sha256", "source"):
        same = [str(number) for number, lane in enumerate(lanes) if getattr(lane, key) == getattr(x, key)]
        if len(same) == 1:
            return vote.answer.choice == same[0]
    return None
