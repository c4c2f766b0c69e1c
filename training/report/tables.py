"""Tables of the report: table 2 with the paper's figures and ours, sizes, and time."""

from collections.abc import Sequence

from engine.cells import CELLS, cell_title
from engine.models import build_model, with_sizes
from engine.registry import build
from training.corpora import CORPORA
from training.paper import (
    PAPER_CELLS,
    PAPER_MUSIC,
    PAPER_SPEECH,
    TABLE_1,
    TABLE_2,
    PaperCorpus,
    PaperModels,
    paper_model,
)
from training.report.evidence import TableEntry, TableEvidence, better_average, is_reached
from training.report.markdown import DASH, decimals, listing, table

AVERAGE_TITLES = {"pooled": "pooled", "sequence_mean": "mean of sequences"}
CELL_TITLES = [CELLS[cell].title for cell in PAPER_CELLS]
MUSIC_COLUMNS = ["corpus", "split", "nats per frame", *CELL_TITLES]


def music_table(evidence: TableEvidence) -> list[str]:
    """The paper's figures and ours, by all averages; bold where ours is at or under the printed one."""
    rows = []
    for corpus in PAPER_MUSIC:
        entries = evidence.of(corpus)
        better = better_average(entries)
        rows.append([f"**{corpus.title}**", "train", "paper", *_printed(corpus.train)])
        rows += [
            ["", "", f"ours, {AVERAGE_TITLES[key]}", *_ours(entries, "train", key)] for key in AVERAGE_TITLES
        ]
        rows.append(["", "test", "paper", *_printed(corpus.test)])
        for key, title in AVERAGE_TITLES.items():
            mark = " ◂" if key == better and any(entry.card for entry in entries) else ""
            rows.append(["", "", f"ours, {title}{mark}", *_ours(entries, "test", key)])
        rows.append(["", "", "ours, pooled, first frames left out", *_ours(entries, "test", "without_first")])
    return table(MUSIC_COLUMNS, rows, num_text_columns=3)


def _printed(figures: dict[str, float]) -> list[str]:
    return [f"{figures[cell]:.2f}" for cell in PAPER_CELLS]


def _ours(entries: tuple[TableEntry, ...], split: str, average: str) -> list[str]:
    def text(entry: TableEntry) -> str:
        figure = decimals(entry.nats(split, average))
        return f"**{figure}**" if split == "test" and is_reached(entry, average) else figure

    return [text(entry) for entry in entries]


def speech_table(evidence: TableEvidence) -> list[str]:
    """Nats per step and bits per sample; the paper's figures of the private sets for the pattern alone."""
    rows = []
    for corpus in PAPER_SPEECH:
        entries = evidence.of(corpus)
        title = f"**{our_title(corpus)}**"
        for split in ("train", "test"):
            rows.append([title, split, "ours, nats per step", *_ours_of_speech(entries, split)])
            bits = [decimals(_bits(entry, split)) for entry in entries]
            rows.append(["", "", "ours, bits per 16-bit sample", *bits])
            title = ""
        for split in ("train", "test"):
            rows.append(["", split, f"paper, {corpus.title}", *_printed(getattr(corpus, split))])
    return table(["corpus", "split", "figure", *CELL_TITLES], rows, num_text_columns=3)


def _ours_of_speech(entries: tuple[TableEntry, ...], split: str) -> list[str]:
    return [decimals(entry.nats(split, "pooled")) for entry in entries]


def _bits(entry: TableEntry, split: str) -> float | None:
    return None if entry.card is None else entry.card.metrics.get(split, {}).get("bits_per_sample")


def our_title(corpus: PaperCorpus) -> str:
    """Title of our corpus that stands in for one of the paper's."""
    return CORPORA[corpus.ours].title


def sizes_table() -> list[str]:
    """Numbers of parameters, theirs as printed and ours counted on built models."""
    head = [
        "models", "cell", "units", "paper's table 1", "recurrent, at the paper's input widths",
        "with biases", "recurrent, at our input width", "with biases", "whole model",
    ]  # fmt: skip
    rows = [_sizes(models, cell) for models in TABLE_1 for cell in PAPER_CELLS]
    return table(head, rows, num_text_columns=2)


def _sizes(models: PaperModels, cell: str) -> list[str]:
    units = models.units[cell]
    at_theirs = [recurrent_sizes(cell, width, units) for width in models.widths]
    width = models.frames.frame_size * models.frames.context_frames
    weights, with_biases = recurrent_sizes(cell, width, units)
    whole = build_model(with_sizes(paper_model(cell, models.representation), models.frames)).num_parameters()
    means = (sum(sizes) / len(sizes) for sizes in zip(*at_theirs, strict=True))
    return [
        models.title if cell == PAPER_CELLS[0] else "",
        cell_title(cell),
        str(units),
        f"{models.num_parameters[cell] / 1000:.1f}·10³",
        *(f"{mean:,.0f}" for mean in means),
        f"{weights:,}",
        f"{with_biases:,}",
        f"{whole:,}",
    ]


def recurrent_sizes(cell: str, width: int, units: int) -> tuple[int, int]:
    """Parameters of one recurrent layer, without biases and with them."""
    built = build("cell", CELLS, {"name": cell, "input_size": width, "hidden_size": units})
    sizes = {name: parameter.numel() for name, parameter in built.named_parameters()}
    total = sum(sizes.values())
    return total - sum(size for name, size in sizes.items() if "bias" in name), total


def time_table(evidence: TableEvidence) -> list[str]:
    """Seconds per epoch, epochs, and minutes, by corpus."""
    rows = []
    for corpus in (*PAPER_MUSIC, *PAPER_SPEECH):
        entries = evidence.of(corpus)
        seconds = [decimals(entry.seconds_per_epoch, 2) for entry in entries]
        rows.append([f"**{our_title(corpus)}**", "seconds per epoch", *seconds])
        rows.append(["", "epochs (best)", *(_epochs(entry) for entry in entries)])
        minutes = [decimals(entry.card.training.seconds / 60, 1) if entry.card else DASH for entry in entries]
        rows.append(["", "minutes in all", *minutes])
    return table(["corpus", "", *CELL_TITLES], rows, num_text_columns=2)


def _epochs(entry: TableEntry) -> str:
    return DASH if entry.card is None else f"{entry.card.training.epochs} ({entry.best_epoch})"


def machines(evidence: TableEvidence) -> list[str]:
    """One line for each machine and way of fitting: which models."""
    groups: dict[str, list[TableEntry]] = {}
    for entry in evidence.fitted:
        training = entry.card.training
        if entry.is_of_search:
            where = (
                f"among the candidates of a search on {entry.search.machine or 'a machine that is not named'}"
            )
        else:
            torch = training.torch.partition("+")[0]
            where = f"by a fit of its own (device {training.device}, torch {torch})"
        groups.setdefault(where, []).append(entry)
    return [f"- Each {where}: {names_of(entries, evidence)}." for where, entries in groups.items()]


def names_of(entries: Sequence[TableEntry], evidence: TableEvidence) -> str:
    """The entries in words: a corpus's title where all its fitted models are among them, else each model."""
    names = []
    for corpus in TABLE_2:
        fitted = [entry for entry in evidence.of(corpus) if entry.card]
        named = [entry for entry in fitted if entry in entries]
        whole = named == fitted and len(fitted) > 1
        names += [our_title(corpus)] if whole else [f"`{entry.name}`" for entry in named]
    return listing(names)
