"""Real or model: is a clip from the corpus, or did a model continue it? It is real with probability 1/2."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from engine.listening.statistics.real_or_model import CALLED_MODEL, CALLED_REAL, detections
from engine.listening.tasks.task import Lanes, Name, Task, of_task
from engine.listening.trial import REAL, Choice, Record, Trial, Vote


class RealOrModel(Task):
    """One clip: the listener says whether it is from the corpus or a model's."""

    name = "real_or_model"
    label = "Real or model?"
    hint = "One clip a trial: half of them are from the corpus."
    question = "Is this from the corpus, or did a model continue it?"
    summary = (
        "one clip: it is from a corpus of recordings or pieces, or a model went on by itself; say which."
    )
    lane_names = ("The clip",)
    answers = ((CALLED_REAL, "From the corpus"), (CALLED_MODEL, "A model"))
    num_lanes = (1, 1)
    num_sources = (1, 12)
    num_trials = 10
    hides_references = False

    def lanes(
        self, sources: Lanes, num_trials: int, asked: Sequence[Record], rng: np.random.Generator
    ) -> list[Lanes]:
        """The corpus half the time, else the model that was asked about least."""
        times = Counter(trial.lanes[0].source for trial in of_task(self, asked))
        trials = []
        for _ in range(num_trials):
            source = REAL
            if rng.random() < 0.5:
                order = rng.permutation(len(sources))
                source = min((sources[k] for k in order), key=lambda name: times[name])
                times[source] += 1
            trials.append((source,))
        return trials

    def told(self, trial: Trial, choice: Choice, name: Name) -> str:
        """Whose clip it was, and whether the answer was right."""
        source = trial.lanes[0].source
        is_right = (source == REAL) == (choice == CALLED_REAL)
        return f"{'right' if is_right else 'wrong'}: it was {name(source)}"

    def verdict(self, votes: Sequence[Vote], name: Name) -> str:
        """The d′ of each model, or a count if every clip was a real one."""
        detected = detections(votes)
        if detected:
            return "; ".join(detection.sentence_of(name(detection.source)) for detection in detected)
        called = sum(vote.answer.choice == CALLED_MODEL for vote in votes)
        return f"every clip of this test was a real one, and you called {called} of {len(votes)} a model's"
