"""Verdict: what came of one test, in a sentence for who took it: counts, and the statistics of its task."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from engine.listening.statistics.abx import abx_tests
from engine.listening.statistics.exclusion import counted
from engine.listening.statistics.real_or_model import detections
from engine.listening.trial import BOTH_BAD, TIE, Record

Name = Callable[[str], str]
NOTHING_COUNTS = "No answer of this test counts."


def verdict(records: Iterable[Record], name: Name) -> str:
    """Of all answered trials of one test by one listener.

    Args:
        name: what a source is called.
    """
    kept, _ = counted(records)
    if not kept:
        return NOTHING_COUNTS
    sentence = SENTENCES[kept[0].trial.task](kept, name)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _abx(records: Sequence[Record], name: Name) -> str:
    return abx_tests(records)[0].sentence


def _real_or_model(records: Sequence[Record], name: Name) -> str:
    found = detections(records)
    if found:
        return "; ".join(one.sentence_of(name(one.source)) for one in found)
    called = sum(record.answer is not None and record.answer.choice == "model" for record in records)
    return f"every clip of this test was a real one, and you called {called} of {len(records)} a model's"


def _preference(records: Sequence[Record], name: Name) -> str:
    played: Counter[str] = Counter()
    won: Counter[str] = Counter()
    said: Counter[str] = Counter()
    pairs = [record for record in records if not record.trial.is_catch]
    for record in pairs:
        choice = record.answer.choice if record.answer is not None else ""
        sources = [lane.source for lane in record.trial.lanes]
        played.update(sources)
        if choice in (TIE, BOTH_BAD):
            said[choice] += 1
        else:
            won[sources[int(choice)]] += 1
    order = sorted(played, key=lambda source: (-won[source] / played[source], source))
    parts = [f"{name(source)} in {won[source]} of {_trials(played[source])}" for source in order]
    said_words = [
        words
        for count, words in (
            (said[TIE], f"you heard no difference in {said[TIE]}"),
            (said[BOTH_BAD], f"both were bad in {said[BOTH_BAD]}"),
            (len(records) - len(pairs), f"one clip was played against itself in {len(records) - len(pairs)}"),
        )
        if count
    ]
    preferred = [f"you preferred {_listed(parts)}"] if parts else []
    return "; ".join([*preferred, *said_words])


def _rank(records: Sequence[Record], name: Name) -> str:
    places: dict[str, list[int]] = {}
    for record in records:
        for lane, place in zip(
            record.trial.lanes, record.answer.choice if record.answer else (), strict=True
        ):
            places.setdefault(lane.source, []).append(int(place))
    means = {source: sum(own) / len(own) for source, own in places.items()}
    order = sorted(means, key=lambda source: (means[source], source))
    listed = _listed([f"{name(source)} {means[source]:.1f}" for source in order])
    return f"mean place over {_trials(len(records))}, where 1 is the best: {listed}"


def _trials(count: int) -> str:
    return f"{count} trial{'' if count == 1 else 's'}"


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


SENTENCES: dict[str, Callable[[Sequence[Record], Name], str]] = {
    "preference": _preference,
    "abx": _abx,
    "rank": _rank,
    "real_or_model": _real_or_model,
}
