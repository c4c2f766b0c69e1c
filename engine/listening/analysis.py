"""Analysis: everything that votes say, as one object."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from engine.listening.record import placings_of
from engine.listening.statistics.abx import AbxPair, AbxTest, abx_pairs, abx_tests
from engine.listening.statistics.covariates import Covariates, covariates_of
from engine.listening.statistics.exclusion import counted
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
    """All of it.

    Args:
        num_records, num_listeners: that were given, whether they count or not.
        excluded: records that count nowhere, or not for strengths, by reason.
        corpora: those with preferences or rankings, most votes first.
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
        nats: model -> negative log-likelihood of the test split, where it is known.
        seed: of the resamples; the same votes and seed give the same intervals.
    """
    given = tuple(records)
    kept, excluded = counted(given)
    by_task = {name: [vote for vote in kept if vote.trial.task == name] for name in TASKS}
    tests = abx_tests(by_task[Abx.name])
    catches, others = _catches_apart(by_task[Preference.name])
    corpora = []
    for corpus in dict.fromkeys(vote.trial.corpus for vote in kept):
        own = [vote for vote in kept if vote.trial.corpus == corpus]
        ranking = rank(placings_of(own), np.random.default_rng(seed))
        if ranking.num_votes:
            corpora.append(CorpusAnalysis(corpus, ranking, likelihood_agreement(ranking, nats or {})))
        excluded += Counter(ranking.excluded)
    return Analysis(
        num_records=len(given),
        num_listeners=len({record.trial.listener for record in given}),
        excluded=dict(excluded.most_common()),
        corpora=tuple(sorted(corpora, key=lambda one: (-one.ranking.num_votes, one.corpus))),
        abx=tuple(tests),
        abx_pairs=tuple(abx_pairs(tests)),
        detections=tuple(detections(by_task[RealOrModel.name])),
        position=position_bias(catches, others),
        covariates=covariates_of(others),
    )


def _catches_apart(votes: Iterable[Vote]) -> tuple[list[Vote], list[Vote]]:
    """Preferences between a clip and itself, and all others."""
    apart: tuple[list[Vote], list[Vote]] = ([], [])
    for vote in votes:
        apart[not is_catch(vote.trial)].append(vote)
    return apart
