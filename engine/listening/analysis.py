"""Analysis: from records of trials to everything that their votes say, as one object."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from engine.listening.record import placings_of
from engine.listening.statistics.abx import AbxPair, AbxTest, abx_pairs, abx_tests
from engine.listening.statistics.covariates import Covariates, covariates_of
from engine.listening.statistics.exclusion import votes_that_count
from engine.listening.statistics.likelihood_agreement import LikelihoodAgreement, likelihood_agreement
from engine.listening.statistics.position_bias import PositionBias, position_bias
from engine.listening.statistics.ranking import Ranking, rank
from engine.listening.statistics.real_or_model import Detection, detections
from engine.listening.tasks import TASKS
from engine.listening.tasks.abx import Abx
from engine.listening.tasks.preference import Preference, is_catch
from engine.listening.tasks.real_or_model import RealOrModel
from engine.listening.trial import Record, Vote


@dataclass(frozen=True)
class CorpusAnalysis:
    """What was preferred among the models of one corpus, and what likelihood has to do with it."""

    corpus: str
    ranking: Ranking
    agreement: LikelihoodAgreement


@dataclass(frozen=True)
class Analysis:
    """Everything that votes say; ``engine analyse --json`` prints its fields.

    Args:
        num_records, num_listeners: how many there were, including those that do not count.
        excluded: reason -> number of records that count nowhere, or not for the strengths of rankings.
        corpora: those with preferences or rankings, most votes first.
        abx, abx_pairs: each listener's tests, and the tests of each pair of sources together.
        detections: how well each model's clips were told from real ones.
        position, covariates: what else may have swayed preferences.
    """

    num_records: int
    num_listeners: int
    excluded: Mapping[str, int]
    corpora: tuple[CorpusAnalysis, ...]
    abx: tuple[AbxTest, ...]
    abx_pairs: tuple[AbxPair, ...]
    detections: tuple[Detection, ...]
    position: PositionBias
    covariates: Covariates


def analyse(records: Iterable[Record], nats: Mapping[str, float] | None = None, seed: int = 0) -> Analysis:
    """The statistics of votes.

    Args:
        nats: model -> negative log-likelihood of the test split per frame (per sample of sound), where known.
        seed: of the resampling; the same votes and seed give the same intervals.
    """
    all_records = tuple(records)
    kept, excluded = votes_that_count(all_records)
    by_task = {name: [vote for vote in kept if vote.trial.task == name] for name in TASKS}
    tests = abx_tests(by_task[Abx.name])
    catches, preferences = _catches_apart(by_task[Preference.name])
    corpora = []
    for corpus in dict.fromkeys(vote.trial.corpus for vote in kept):
        own = [vote for vote in kept if vote.trial.corpus == corpus]
        ranking = rank(placings_of(own), np.random.default_rng(seed))
        if ranking.num_votes:
            corpora.append(CorpusAnalysis(corpus, ranking, likelihood_agreement(ranking, nats or {})))
        excluded += Counter(ranking.excluded)
    return Analysis(
        num_records=len(all_records),
        num_listeners=len({record.trial.listener for record in all_records}),
        excluded=dict(excluded.most_common()),
        corpora=tuple(sorted(corpora, key=lambda part: (-part.ranking.num_votes, part.corpus))),
        abx=tuple(tests),
        abx_pairs=tuple(abx_pairs(tests)),
        detections=tuple(detections(by_task[RealOrModel.name])),
        position=position_bias(catches, preferences),
        covariates=covariates_of(preferences),
    )


def _catches_apart(votes: Iterable[Vote]) -> tuple[list[Vote], list[Vote]]:
    """Preferences between a clip and itself, and all other preferences."""
    apart: tuple[list[Vote], list[Vote]] = ([], [])
    for vote in votes:
        apart[not is_catch(vote.trial)].append(vote)
    return apart
