"""Differences between the paper's experiment and ours, one frank paragraph each.

What a card or a results file knows is taken from there, so that a sentence stays true when models are
fitted again; the rest says what the code of this folder does.
"""

import math
from collections.abc import Callable

from engine.words import counted
from training.paper import PAPER_MUSIC, PaperCorpus
from training.report.evidence import TableEntry, TableEvidence, better_average, is_reached, nats
from training.report.markdown import decimals, listing, with_sign
from training.report.summary import agreeing_pairs, first_frame_sentence, gap_sentences
from training.report.tables import AVERAGE_TITLES, names_of
from training.searching import RATE_BASE

FORMER_SETTINGS = {
    "final_share": 1.0,
    "epsilon": 1e-8,
    "momentum": 0.0,
    "chunk_frames": None,
}  # of cards that are older than these settings


def differences(evidence: TableEvidence) -> list[str]:
    """All paragraphs, each with a name in bold."""
    paragraphs = {
        "Averaging": _averaging(evidence),
        "The first frame": _first_frame(evidence),
        "Inputs": _inputs(),
        "Learning rates": _learning_rates(evidence),
        "Fall of the learning rate": _fall(evidence),
        "Halving": _halving(),
        "Batch size": _batch_size(evidence),
        "Reach of the gradient": _reach(evidence),
        "Early stopping": _early_stopping(evidence),
        "RMSProp": _rmsprop(evidence),
        "Gradient norm": _gradient_norm(evidence),
        "Weight noise": _weight_noise(evidence),
        "Disturbed reading": _disturbed(evidence),
        "Initial weights": _initial_weights(),
        "Speech": _speech(),
        "Seeds": _seeds(evidence),
        "Where the figures differ": _figures(evidence),
    }
    return [line for name, text in paragraphs.items() for line in (f"**{name}.** {text}", "")]


def _setting(evidence: TableEvidence, read: Callable[[dict], object]) -> str:
    """A setting of the fitted recipes: the value alone where all agree, else each value with its models."""
    groups: dict[str, list[TableEntry]] = {}
    for entry in evidence.fitted:
        value = read(entry.card.training.recipe)
        text = f"{value:g}".replace("e-0", "e-") if isinstance(value, float) else str(value)
        groups.setdefault(text, []).append(entry)
    if len(groups) <= 1:
        return next(iter(groups), "as the recipe says")
    return "; ".join(f"{text} ({names_of(entries, evidence)})" for text, entries in groups.items())


def _optimiser(evidence: TableEvidence, key: str) -> str:
    return _setting(evidence, lambda recipe: recipe["optimiser"].get(key, FORMER_SETTINGS.get(key)))


def _averaging(evidence: TableEvidence) -> str:
    counts = []
    for corpus in PAPER_MUSIC:
        entries = tuple(entry for entry in evidence.of(corpus) if entry.card)
        if entries:
            passes = [
                f"{sum(is_reached(entry, average) for entry in entries)} {title}"
                for average, title in AVERAGE_TITLES.items()
            ]
            counts.append(f"{corpus.title} {' and '.join(passes)} of {len(entries)}")
    text = (
        "The paper prints “average negative log-probabilities” and does not say over what; its objective is "
        "written per sequence. Pooled: all nats of a split over all its frames, so that long pieces count "
        "more. Mean of sequences: the mean of each piece's nats per frame. The table gives both, and ◂ "
        "marks the better one, which must be the same for all cells of a corpus."
    )
    shifts = [shift for corpus in PAPER_MUSIC if (shift := _shift(evidence, corpus))]
    if shifts:
        text += f" Mean of sequences minus pooled, our test figures, mean over cells: {listing(shifts)}."
    return f"{text} At or under the printed figure: {'; '.join(counts)}." if counts else text


def _shift(evidence: TableEvidence, corpus: PaperCorpus) -> str:
    """By how much the two averages differ on a corpus."""
    pairs = [[entry.nats("test", average) for average in AVERAGE_TITLES] for entry in evidence.of(corpus)]
    shifts = [mean - pooled for pooled, mean in pairs if pooled is not None and mean is not None]
    return f"{corpus.title} {with_sign(sum(shifts) / len(shifts))}" if shifts else ""


def _first_frame(evidence: TableEvidence) -> str:
    return (
        "The authors' published code (librnn) predicts frames 2 to T and does not score the first. We score "
        f"every frame, the first from zeros. {first_frame_sentence(evidence)}"
    ).rstrip()


def _inputs() -> str:
    widths = listing(f"{corpus.width} for {corpus.title}" for corpus in PAPER_MUSIC)
    return (
        f"The paper's frames have {widths}: as many as the highest MIDI number of the corpus. Ours have "
        "88, the keys of a piano, for all. The inputs that are left out are silent in all data, so they cost "
        "next to nothing to predict; but with the paper's units our recurrent layers are somewhat "
        "smaller than its own (the table of sizes has both)."
    )


def _learning_rates(evidence: TableEvidence) -> str:
    text = (
        "The paper draws ten from log-uniform U(-12, -6) and does not say to what base. To base 2 that is "
        "2.4e-4 to 1.6e-2, to base e 6.1e-6 to 2.5e-3, to base 10 1e-12 to 1e-6. Ours is base "
        f"{RATE_BASE:g}: it lies around the 1e-3 of the authors' own code, while in base e half of the rates "
        "would be below 1.2e-4, and in base 10 all below 1e-6, too slow to get far in the 500 epochs that "
        "the paper shows."
    )
    by_hand = [entry for entry in evidence.fitted if not entry.has_rate_of_search]
    if by_hand:
        text += f" Picked by hand, not by a search (training/LOG.md): {names_of(by_hand, evidence)}."
    searches = [entry.search for entry in evidence.searched]
    if not searches:
        return text
    rates = [trial.learning_rate for search in searches for trial in search.trials]
    text += f" The rates drawn lie between {min(rates):.2e} and {max(rates):.2e}"
    best = [search.trials[search.best].learning_rate for search in searches if search.best is not None]
    if not best:
        return f"{text}."
    beyond = sum(rate > math.e**-6 for rate in best)
    return (
        f"{text}, the winners between {min(best):.2e} and {max(best):.2e}; {beyond} of "
        f"{counted(len(best), 'winner')} above what base e reaches."
    )


def _fall(evidence: TableEvidence) -> str:
    text = (
        "The paper says nothing of it; the authors' code lets the rate fall linearly to a hundredth over "
        "500 epochs. "
    )
    share = _optimiser(evidence, "final_share")
    if share == "1":
        return f"{text}Ours stays as it is."
    return (
        f"{text}Ours falls linearly from the rate that the search chose, at the first update, to a share of "
        f"it after the last epoch that the recipe allows: {share}. A fit that patience ends has not gone "
        "all the way."
    )


def _halving() -> str:
    return (
        "The paper does not say how long its ten candidates ran. Ours start from the same initial weights, "
        "see the same batches and the same noise, and those that are behind on validation are dropped early "
        "(the tables of the search say when). A slow rate that would have won in the end can be lost in "
        "this way."
    )


def _batch_size(evidence: TableEvidence) -> str:
    return (
        f"Not stated. Ours, in sequences an update: {_optimiser(evidence, 'batch_size')}. The authors' code "
        "takes one sequence at a time, so it makes many more and noisier updates an epoch. Batches hold "
        "sequences of about equal length."
    )


def _reach(evidence: TableEvidence) -> str:
    text = "The paper says nothing of it; the authors' code takes the gradient through whole sequences."

    def reach(recipe: dict) -> str:
        frames = recipe["optimiser"].get("chunk_frames")
        return "whole sequences" if frames is None else f"{frames} frames"

    reaches = _setting(evidence, reach)
    if "frames" not in reaches:
        return f"{text} So does ours."
    return (
        f"{text} Ours: {reaches}. Where it is a number of frames, long pieces are read in parts of so many, "
        "with an update after each; the state goes on from part to part, the gradient does "
        "not. Scores are those of whole sequences."
    )


def _early_stopping(evidence: TableEvidence) -> str:
    return (
        "On validation, as in the paper, which gives no patience. Ours stops after so many epochs without a "
        f"better validation figure: {_setting(evidence, lambda recipe: recipe['patience'])}; and after at "
        f"most {_setting(evidence, lambda recipe: recipe['max_epochs'])}. What counts is nats per frame or "
        f"step, pooled, and the weights of the best epoch are kept.{_unfinished(evidence)} The paper's "
        "figures show 500 epochs of music and 1,000 of speech."
    )


def _unfinished(evidence: TableEvidence) -> str:
    """A sentence on the fits that ended with the last epoch, not by patience."""
    entries = [
        entry
        for entry in evidence.fitted
        if entry.card.training.epochs - entry.best_epoch < entry.card.training.recipe["patience"]
    ]
    if not entries:
        return " Patience ended them all."
    falling = [entry for entry in entries if entry.curve.final_fall > 0]
    falls = [f"`{entry.name}` {entry.curve.final_fall:.4f}" for entry in falling]
    text = f" Ended by the last epoch, so they might have gone lower: {names_of(entries, evidence)}."
    if falls:
        text += f" By how much these fell on validation over the last tenth, an epoch: {listing(falls)}."
    return text


def _rmsprop(evidence: TableEvidence) -> str:
    return (
        "The paper gives no settings. The authors' code: decay of the running mean of squared gradients "
        "0.95, its root at least 1e-2, momentum 0.9, and the momentum's own norm clipped at 1. Ours "
        f"(torch's RMSprop): decay {_optimiser(evidence, 'decay')}; added to the root "
        f"{_optimiser(evidence, 'epsilon')}; momentum {_optimiser(evidence, 'momentum')}; its norm is not "
        "clipped. Where these differ, the same learning rate does not mean the same."
    )


def _gradient_norm(evidence: TableEvidence) -> str:
    return (
        f"Rescaled where it is longer than {_optimiser(evidence, 'max_gradient_norm')}, as in the paper. Of "
        "what, the paper does not say: ours is that of the mean over the batch of each sequence's summed "
        "nats, over all parameters, the output layer's too."
    )


def _weight_noise(evidence: TableEvidence) -> str:
    return (
        f"Gaussian with standard deviation {_optimiser(evidence, 'weight_noise')}, as in the paper. Ours is "
        "drawn once an update and added to all parameters of the recurrent layer, biases and peepholes "
        "among them, not to those of the output layer. The figures of the tables are those of the clean "
        "weights; the training curves are seen through the noise."
    )


def _disturbed(evidence: TableEvidence) -> str:
    text = "The paper has none of it."
    entries = [entry for entry in evidence.fitted if entry.undisturbed is not None]
    if not entries:
        return f"{text} Nor has any fit here: what is read is what the corpus has."
    figures = "; ".join(map(_with_and_without, entries))
    return (
        f"{text} Draws of the plain fits of {names_of(entries, evidence)} swell into noise sooner or later: "
        "one odd frame makes the next one odder. So these were fitted again at the same rate, and in a share "
        "of the frames that they read, not of those that they predict, notes were flipped (`read_noise`, "
        "`disturbed` in training/fitting/batching.py). Without and with it, nats per frame, pooled: "
        f"{figures}. The recipes of the plain fits are in training/recipes/undisturbed, their figures in "
        "training/results/undisturbed."
    )


def _with_and_without(entry: TableEntry) -> str:
    plain, recipe = entry.undisturbed, entry.card.training.recipe
    figures = [
        f"{split} {decimals(nats(plain.metrics, split, 'pooled'))} and "
        f"{decimals(entry.nats(split, 'pooled'))}"
        for split in ("valid", "test")
    ]
    ran = plain.metrics["draws"]
    runaways = f"{ran['runaways']} of {ran['num_draws']} draws of {ran['num_frames']:,} frames run away"
    if drawn := entry.card.draws:
        now = round(drawn["drawn"]["runaways"] * drawn["num_draws"])
        runaways += f", now {now} of {drawn['num_draws']}"
    share = recipe["regularisation"]["read_noise"]
    return f"`{entry.name}` ({100 * share:g} % of frames) {', '.join(figures)}, {runaways}"


def _initial_weights() -> str:
    return (
        "Not stated. Ours: Glorot for inputs and output layer, orthogonal for the recurrence, peepholes 0; "
        "biases 0, but 1 at the forget gate, -3 for notes (most are silent), and the means of the mixture "
        "spread over -1 to 1. The authors' code draws weights uniformly from -0.1 to 0.1."
    )


def _speech() -> str:
    return (
        "Ubisoft A and B were never published, so `spoken_digits` and `voice_prompts` stand in for them, "
        "with the same number of sequences and their lengths (7,230 of 500 samples; 800 of 8,000). How the "
        "paper scaled its amplitudes, how far a step advances, and whether its figure is per step or per "
        "sample is not stated; a density in nats moves with the scale. Ours: standardised by one mean and "
        "scale of the training windows; a step reads 20 samples, predicts the next 10 and advances by 10; "
        "components are diagonal; their log scale is bounded below at half a 16-bit step, in fitting and in "
        "scoring. Only the differences between cells are the same experiment."
    )


def _seeds(evidence: TableEvidence) -> str:
    several = [entry for entry in evidence.fitted if len(entry.seeds()) > 1]
    single = [entry for entry in evidence.fitted if len(entry.seeds()) == 1]
    text = "The paper prints one figure a cell and no spread."
    if several:
        text += f" {_widest(several)}"
    if single:
        text += (
            f" From one seed alone, so that nothing is known of their spread: {names_of(single, evidence)}."
        )
    return text


def _widest(entries: list[TableEntry]) -> str:
    """The largest range over seeds of a test figure, in the pooled average."""
    ranges = {entry.name: entry.seed_nats("test", "pooled") for entry in entries}
    widths = {name: figures[-1] - figures[0] for name, figures in ranges.items() if figures}
    if not widths:
        return ""
    widest = max(widths, key=widths.get)
    return f"Over our seeds a test figure moves by up to {widths[widest]:.3f} nats (`{widest}`, pooled)."


def _figures(evidence: TableEvidence) -> str:
    sentences = gap_sentences(evidence)
    same, total = agreeing_pairs(evidence)
    if total:
        sentences.append(
            "Pairs of cells that the paper's test figures tell apart and that stand in the same order here: "
            f"{same} of {total}."
        )
    worse = [
        entry
        for corpus in PAPER_MUSIC
        for entry in evidence.of(corpus)
        if entry.card and not is_reached(entry, better_average(evidence.of(corpus)))
    ]
    if worse:
        sentences.append(f"Over the printed test figure: {names_of(worse, evidence)}.")
    return " ".join(sentences) or "No music model is fitted yet."
