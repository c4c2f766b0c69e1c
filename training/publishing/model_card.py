"""Model card: a checkpoint's README.md, made from its card."""

from typing import Any

from engine.cells import cell_title
from engine.checkpoints import Card
from engine.words import counted, listed
from training.fitting import Recipe, make_recipe

HUB_LICENCES = {  # how a corpus's licence begins -> the Hub's name of the licence of the weights
    "CC BY-SA 4.0": "cc-by-sa-4.0",
    "CC BY-SA 3.0": "cc-by-sa-3.0",
    "CC BY-SA": "cc-by-sa-4.0",
    "whatever": "other",  # a user's own folder, whose licence is not known
}
UNTIL_END = "until the piece ends"
FIGURE_WORDS = {  # figure -> its label in the table
    "nats_per_frame": "nats per frame, pooled",
    "nats_per_frame_sequence_mean": "nats per frame, mean over sequences",
    "nats_per_frame_without_first": "nats per frame, pooled, first frames left out",
    "nats_per_frame_without_copies": "nats per frame, pooled, without the memory of the piece's own past",
    "nats_per_frame_without_melodies": "nats per frame, pooled, by the network alone, without memories",
    "nats_per_step": "nats per step of {samples_per_frame} samples",
    "nats_per_sample": "nats per sample",
    "bits_per_sample": "bits per 16-bit sample",
    "bits_per_sample_in_windows": "bits per 16-bit sample in the paper's windows, each from the start",
}


def model_card(card: Card) -> str:
    """Markdown with the Hub's front matter."""
    return "\n".join([*_front_matter(card), *_introduction(card), *_metrics(card), *_use(card), ""])


def hub_licence(corpus_licence: str) -> str:
    """The Hub's name of the licence of weights: the corpus's own where it asks for that, else MIT, ours."""
    names = (name for start, name in HUB_LICENCES.items() if corpus_licence.startswith(start))
    return next(names, "mit")


def _front_matter(card: Card) -> list[str]:
    tags = ["earshot", card.cell, card.representation["name"].replace("_", "-")]
    licence = hub_licence(card.corpus.licence)
    facts = [f"license: {licence}", "library_name: earshot", "tags:", *(f"- {tag}" for tag in tags)]
    return ["---", *facts, "---", ""]


def _introduction(card: Card) -> list[str]:
    layers = card.num_layers
    recipe = make_recipe(card.training.recipe)
    memory = ", each layer followed by attention over the frames before" if card.has_attention else ""
    average = ""
    if card.num_keys > 1:
        average = (
            f" Its prediction is the mean over {card.num_keys} keys, in each of which it hears every frame."
        )
    procedure = (
        "by the procedure of Chung et al. 2014 (arXiv 1412.3555)"
        if recipe.optimiser.method == "rmsprop"
        else "for the best draws, with much that Chung et al. 2014 (arXiv 1412.3555) did not use"
    )
    return [
        f"# {card.name}",
        "",
        f"{counted(layers, 'recurrent layer')} of {card.num_units} {cell_title(card.cell)} units{memory} "
        f"({card.num_recurrent_parameters:,} recurrent weights, {card.num_parameters:,} in all), fitted on "
        f"{card.corpus.title} {procedure}.{average}",
        "",
        *_told(card),
        *_melodies(card),
        *_copies(card),
        *_ending(card),
        f"Representation: {_plain(card.representation)}. Head: {_plain(card.model['head'])}.",
        "",
        f"{_fitted(recipe)}; "
        f"{card.training.updates:,} updates in {card.training.epochs} epochs and "
        f"{card.training.seconds / 60:.1f} minutes ({card.training.device}, torch {card.training.torch}). "
        "The learning curve is in curve.json.",
        "",
        *_height(card),
    ]


def _height(card: Card) -> list[str]:
    if not card.corpus.transposition_words:
        return []
    return [
        f"Draws are {card.corpus.transposition_words}, in sound and in MIDI files; rolls and likelihoods "
        "keep the corpus's pitches.",
        "",
    ]


def _told(card: Card) -> list[str]:
    told = []
    if clock := card.model.get("clock"):
        told.append(f"the number of the frame modulo {listed([str(length) for length in clock])}")
    if card.model.get("told_keys"):
        told.append("by how many semitones the piece is transposed")
    return [f"Besides the frames before, the network is told {listed(told)}.", ""] if told else []


def _melodies(card: Card) -> list[str]:
    if not card.knows_melodies:
        return []
    memory = card.model["melody_memory"]
    numbers = _plain({key: value for key, value in memory.items() if key != "num_places"})
    return [
        "Besides its weights it keeps the highest pitch of each of the "
        f"{memory['num_places']:,} frames of its training pieces; where a piece goes like one of them, "
        "that training piece has a say in the highest pitch of the next frame "
        f"(engine/models/melody_memory.py; chosen on validation: {numbers}). So a draw may "
        "continue a tune of the training pieces, and the likelihood of those pieces themselves means "
        "nothing.",
        "",
    ]


def _copies(card: Card) -> list[str]:
    if "copy_memory" not in card.model:
        return []
    return [
        "Next to the network there is a memory of the piece's own past: where the piece went like this "
        "before, it expects the piece to go on the same way, frame for frame, transposed by some "
        "semitones, or in the highest voice (engine/models/copy_memory.py; how much each is trusted was "
        "chosen on validation). Nothing but the piece itself is read.",
        "",
    ]


def _ending(card: Card) -> list[str]:
    if card.ending is None:
        return []
    return [
        f"Draws may last {UNTIL_END}: after each frame the draw may end, with a probability that was "
        "fitted on the training pieces and reads the notes so far, not the network (engine/endings). It is "
        "part of no likelihood.",
        "",
    ]


def _fitted(recipe: Recipe) -> str:
    """The settings of the fit in one line; what is switched off is left out."""
    optimiser, regularisation = recipe.optimiser, recipe.regularisation
    method = {"rmsprop": "RMSProp", "adamw": "AdamW"}[optimiser.method]
    facts = [f"{method}, learning rate {optimiser.learning_rate:g}", f"batches of {optimiser.batch_size}"]
    settings = {
        "weight decay": optimiser.weight_decay,
        "weight noise": optimiser.weight_noise,
        "dropout": regularisation.dropout,
        "dropout in the head": regularisation.list_dropout,
        "averaged weights": regularisation.averaging,
        "transposed by semitones up to": regularisation.transposition,
        "epochs before transposition begins": regularisation.written_epochs,
        "frames disturbed before they are read": regularisation.read_noise,
        "louder or quieter by dB up to": regularisation.loudness,
        "noise on what is read, as a share of its level, up to": regularisation.hiss,
    }
    facts += [f"{words} {value:g}" for words, value in settings.items() if value]
    facts += ["streams begun at a random place"] * regularisation.any_start
    facts += [f"begun with the weights of a fit of `{recipe.begins_with}`"] * bool(recipe.begins_with)
    return ", ".join([*facts, f"seed {recipe.seed}"])


def _plain(spec: dict[str, Any]) -> str:
    return ", ".join(
        f"{key} {value:.6g}" if isinstance(value, float) else f"{key} {value}" for key, value in spec.items()
    )


def _metrics(card: Card) -> list[str]:
    splits = list(card.metrics)
    figures = [figure for figure in FIGURE_WORDS if any(figure in card.metrics[split] for split in splits)]
    rows = [
        f"| {FIGURE_WORDS[figure].format(**card.representation)} | "
        + " | ".join(_four_places(card.metrics[split].get(figure)) for split in splits)
        + " |"
        for figure in figures
    ]
    head = [
        "| exact negative log-likelihood | " + " | ".join(splits) + " |",
        "| --- |" + " --- |" * len(splits),
    ]
    return [*head, *rows, ""]


def _four_places(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _use(card: Card) -> list[str]:
    suffix = (
        "--seconds 3 --out draw.wav"
        if "sample_rate" in card.representation
        else "--frames 128 --out draw.mid"
    )
    return [
        "```",
        f"python -m engine sample {card.name} --seed 7 {suffix}",
        f"python -m training evaluate {card.name} --split test --json",
        "```",
        "",
        f"Corpus: {card.corpus.title}, {card.corpus.homepage}, {card.corpus.licence}. {card.corpus.citation}",
    ]
