"""Comparison: a model's draws against what was held out of its corpus, for notes and for sound alike."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.checkpoints import Checkpoint
from engine.representations import Representation
from training.corpora import Corpus, CorpusData
from training.draws import music, speech
from training.draws.options import DrawsOptions


def compare_draws(
    checkpoint: Checkpoint,
    corpus: Corpus,
    data: CorpusData,
    options: DrawsOptions,
    others: Sequence[Checkpoint] = (),
) -> dict[str, Any]:
    """Figures of the draws and of held-out pieces, and how well a classifier tells them apart.

    Args:
        data: the loaded corpus.
        others: the paper's models of the same corpus.

    Raises:
        InvalidValueError: the corpus has too few held-out pieces.
    """
    if data.representation.facts.holds_notes:
        return music.compare_music(checkpoint, data, options)
    return speech.compare_speech(checkpoint, corpus, options, others)


def comparison_text(comparison: Mapping[str, Any], representation: Representation) -> str:
    """A comparison in words: the classifier first, then each figure of the draws and of real pieces."""
    holds_notes = representation.facts.holds_notes
    kinds = [kind for kind in ("drawn", "real", "paper") if kind in comparison]
    lines = [
        f"{comparison['num_draws']} draws from nothing at temperature {comparison['temperature']:g}, "
        f"beside held-out {'pieces' if holds_notes else 'recordings'}",
        "",
    ]
    for window, auc in comparison["auc"].items():
        by = f"{window} frames" if holds_notes else window
        said = "too few are that long" if auc is None else f"{auc['mean']:.3f} ± {auc['deviation']:.3f}"
        lines.append(f"{f'told apart by {by} (AUC, 0.5: not at all)':88} {said}")
    lines += ["", f"{'':88} " + " ".join(f"{kind:>8}" for kind in kinds)]
    for key, words in (music.MUSIC_FIGURE_TITLES if holds_notes else speech.SPEECH_FIGURE_TITLES).items():
        figures = (comparison[kind].get(key) for kind in kinds)
        texts = ("–" if figure is None else f"{figure:.3f}" for figure in figures)
        lines.append(f"{words:88} " + " ".join(f"{text:>8}" for text in texts))
    return "\n".join(lines)
