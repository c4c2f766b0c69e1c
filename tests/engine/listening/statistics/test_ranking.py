"""The ranking: order, intervals, groups, and the sentences without which it would be misread."""

import numpy as np
import pytest

from engine.listening.statistics.ranking import MIN_LISTENERS, MIN_VOTES, letters_of, rank
from tests.engine.listening.crowd import TRUTH, crowd_votes
from tests.engine.listening.listener import placings, record

TWO = ("model-a", "model-b")


def ranking_of(records, seed: int = 0, num_resamples: int = 100):
    return rank(placings(records), np.random.default_rng(seed), num_resamples)


def votes(choices, num_listeners: int = 1, sources=TWO, task: str = "preference"):
    """A record for each choice, the listeners taking turns."""
    return [
        record(sources, choice, task, trial_id=f"t{number}", listener=f"l{number % num_listeners}")
        for number, choice in enumerate(choices)
    ]


def test_a_large_crowd_shows_its_taste():
    ranking = ranking_of(crowd_votes(np.random.default_rng(3), votes_each=60))
    assert [standing.player for standing in ranking.standings] == list(TRUTH)
    for standing in ranking.standings:
        assert standing.strength == pytest.approx(TRUTH[standing.player], abs=0.15)
        assert standing.low < standing.strength < standing.high
    assert sum(standing.strength for standing in ranking.standings) == pytest.approx(0)
    assert not ranking.is_preliminary and ranking.resampled == "listener"
    assert [standing.group for standing in ranking.standings] == ["a", "b", "c", "d", "e"]
    assert (ranking.num_votes, ranking.num_listeners, ranking.num_ties) == (3000, 50, 0)
    assert not any("ties" in note for note in ranking.notes)


def test_the_win_matrix_stands_in_the_order_of_the_standings():
    ranking = ranking_of(votes(["1"] * 3 + ["0"] + ["tie"]))
    assert [standing.player for standing in ranking.standings] == ["model-b", "model-a"]
    assert ranking.wins == ((0, 3.5), (1.5, 0))
    assert [(standing.won, standing.compared, standing.votes) for standing in ranking.standings] == [
        (3.5, 5, 5),
        (1.5, 5, 5),
    ]


def test_ties_shrink_and_the_ranking_says_so():
    plain, tied = (ranking_of(votes(["0"] * 30 + ["1"] * 10 + ["tie"] * count)) for count in (0, 40))
    assert 0 < tied.standings[0].strength < plain.standings[0].strength
    assert "40 of 80 comparisons were ties and count as half a win for each side: this shrinks" in " ".join(
        tied.notes
    )


@pytest.mark.parametrize(
    ("count", "num_listeners", "is_preliminary"),
    [
        (MIN_VOTES - 1, 1, True),
        (MIN_VOTES, 1, False),  # the taste of one listener is worth knowing
        (MIN_VOTES, MIN_LISTENERS - 1, True),
        (MIN_VOTES, MIN_LISTENERS, False),
    ],
)
def test_few_votes_or_listeners_are_preliminary(count, num_listeners, is_preliminary):
    ranking = ranking_of(votes(["0", "1", "0"] * (count // 3) + ["0"] * (count % 3), num_listeners))
    assert ranking.is_preliminary == is_preliminary
    assert any("preliminary" in note and str(MIN_VOTES) in note for note in ranking.notes) == is_preliminary
    assert (ranking.standings[0].group == "") == is_preliminary


def test_each_player_needs_the_votes():
    """A newcomer is preliminary, and keeps nobody else from being in a group."""
    newcomer = [
        record(("model-a", "model-c"), "0", trial_id=f"n{number}", listener="l0") for number in range(5)
    ]
    ranking = ranking_of(votes(["0"] * 30 + ["1"] * 10) + newcomer)
    standings = {standing.player: standing for standing in ranking.standings}
    assert [standings[f"model-{name}"].group for name in "abc"] == ["a", "b", ""]
    assert standings["model-c"].is_preliminary and not ranking.is_preliminary
    assert "Players with fewer than 30 votes are preliminary" in " ".join(ranking.notes)


def test_what_was_drawn_again_is_said():
    said = {count: " ".join(ranking_of(votes(["0", "1"] * 20, count)).notes) for count in (1, 3, 20)}
    assert "the votes of the one listener again" in said[1]
    assert "3 listeners are too few to draw from" in said[3] and "too narrow" in said[3]
    assert "drawing listeners again" in said[20]


def test_recordings_and_anchor_are_set_beside_the_models():
    sources = (*TWO, "real", "anchor")
    ranking = ranking_of(votes([(2, 3, 1, 4), (3, 2, 1, 4), (2, 3, 1, 4)], sources=sources, task="rank"))
    assert [standing.player for standing in ranking.standings] == ["real", "model-a", "model-b", "anchor"]
    assert [standing.is_reference for standing in ranking.standings] == [True, False, False, True]
    assert ranking.standings[1].strength + ranking.standings[2].strength == pytest.approx(0)
    assert [standing.caveat.partition(":")[0] for standing in ranking.standings] == [
        *("won every comparison", "", "", "lost every comparison")
    ]


def test_sets_that_never_met_cannot_be_compared():
    apart = votes(["0", "1"]) + [
        record(("model-c", "model-d"), choice, trial_id=f"o{choice}") for choice in ("0", "1")
    ]
    assert "Not all have been compared with each other" in " ".join(ranking_of(apart).notes)
    assert "Not all" not in " ".join(ranking_of(votes(["0", "1"])).notes)


def test_no_vote_and_one_vote():
    empty = ranking_of([])
    assert empty.standings == () and empty.is_preliminary and empty.wins == ()
    (first, second) = ranking_of(votes(["0"])).standings
    assert first.player == "model-a" and first.strength == -second.strength > 0
    assert first.low is None and first.high is None


def test_the_same_seed_gives_the_same_intervals():
    records = crowd_votes(np.random.default_rng(0), 12, 5)
    assert ranking_of(records) == ranking_of(records) != ranking_of(records, seed=1)


@pytest.mark.parametrize(
    ("apart", "letters"),
    [
        ([], ["a", "a", "a"]),
        ([(0, 2)], ["a", "ab", "b"]),
        ([(0, 1), (0, 2), (1, 2)], ["a", "b", "c"]),
        ([(0, 1), (0, 2)], ["a", "b", "b"]),
        ([(0, 1)], ["a", "b", "ab"]),  # the last is so uncertain that it could be either
    ],
)
def test_letters(apart, letters):
    differ = np.zeros((3, 3), dtype=bool)
    for first, second in apart:
        differ[first, second] = differ[second, first] = True
    assert letters_of(differ) == letters
