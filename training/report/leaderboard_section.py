"""Leaderboard of the report: all published figures and ours, in words, in tables and as data."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from engine.checkpoints import Card
from engine.words import counted
from training.report.evidence import nats
from training.report.leaderboard import Board, BoardEntry, FigureSource, described
from training.report.markdown import DASH, decimals, listing, table
from training.searching import FitResult

LEADERBOARD_COLUMNS = ["model", "nats", "kind", "average", "how known", "parameters", "source", "note"]
MEMORY_WORDS = {"melody_memory": "the melodies", "copy_memory": "the memory of the piece's own past"}
BEST_MODEL_COLUMNS = [
    *("checkpoint", "model", "train", "valid", "test", "test, mean of sequences"),
    *("test, first frames left out", "parameters"),
]
PART_COLUMNS = {  # column -> figure, and its decimals
    "share of frames repeated": ("share_of_repeated_frames", 3),
    "nats, repeated": ("nats_per_frame_of_repeated_frames", 3),
    "nats, other frames": ("nats_per_frame_of_new_frames", 3),
    "known pieces": ("num_known_pieces", 0),
    "nats, known": ("nats_per_frame_of_known_pieces", 3),
    "new pieces": ("num_new_pieces", 0),
    "nats, new": ("nats_per_frame_of_new_pieces", 3),
    "sharing": ("num_pieces_sharing_frames", 0),
}
KIND_SIGNS = {"bound": "≤ ", "estimate": "≈ "}  # before a figure, since a table is read figure by figure


def leaderboard_section(boards: Sequence[Board], spreads: Mapping[str, Sequence[FitResult]]) -> list[str]:
    """The section of docs/results.md: what can be compared, our best models, and a table a corpus.

    Args:
        spreads: name of a best model -> its results from all seeds.
    """
    lines = ["## Leaderboard", "", *_counts(boards), "", *lowest(boards), "", *_protocol(), ""]
    lines += [
        *_best(boards),
        *_parts(boards),
        *_spreads(spreads, {board.best.name: board.best for board in boards if board.best}),
    ]
    for board in boards:
        lines += [f"### {board.title}", "", *_table(board, True)]
        if others := _table(board, False):
            lines += ["Other frames or another split, so not to be compared with the above:", "", *others]
    return [*lines, *_sources(boards)]


def _counts(boards: Sequence[Board]) -> list[str]:
    published = [entry for board in boards for entry in board.entries if _is_published(entry)]
    known = {word: sum(entry.known == word for entry in published) for word in ("read", "cited", "recalled")}
    exact = sum(entry.kind == "exact" for entry in published)
    return [
        "Beyond the paper: every figure that we know to be published on the test splits of the four corpora "
        f"of music, and ours among them, in nats per frame. Of {counted(len(published), 'figure')} "
        f"{exact} are exact. We have read {known['read']} in the papers themselves and {known['cited']} in "
        f"later papers, which are named; {known['recalled']} are recalled and **to be verified** before "
        "anybody quotes them. “≤”: a bound, the exact figure is lower or the same. “≈”: an estimate, the "
        "exact figure may lie on either side. **Bold**: ours, the model that is meant to be played and the "
        "best of the paper's size (chosen on validation)."
    ]


def _is_published(entry: BoardEntry) -> bool:
    """Whether others print it: it is neither ours nor computed here with somebody's program."""
    return entry.source is not None and entry.known != "computed"


def lowest(boards: Sequence[Board]) -> list[str]:
    """For each corpus our lowest figure and the lowest published ones that can be compared."""
    return [f"- {board.title}: {listing(_lowest(board))}." for board in boards]


def _lowest(board: Board) -> list[str]:
    own = [entry for entry in board.entries if entry.checkpoint]
    others = [entry for entry in board.entries if _is_published(entry) and entry.comparable]
    exact = [entry for entry in others if entry.kind == "exact"]
    read = [entry for entry in exact if entry.known != "recalled"]
    name = own[0].method.removeprefix("Earshot, ") if own else ""
    phrases = [f"ours {figure(own[0])} ({name})"] if own else ["no model of ours yet"]
    for words, among in (
        ("the lowest exact figure read in print", read),
        ("the lowest exact one recalled", [entry for entry in exact if entry not in read]),
        ("the lowest of another kind", [entry for entry in others if entry not in exact]),
        ("the best general-purpose compressor", [entry for entry in board.entries if _is_yardstick(entry)]),
    ):
        if among:
            phrases.append(f"{words} {figure(among[0])} ({among[0].method}, {among[0].source.short})")
    return phrases


def _is_yardstick(entry: BoardEntry) -> bool:
    return entry.source is not None and entry.known == "computed"


def _protocol() -> list[str]:
    facts = {
        "Ours": "Exact, every frame scored, the first from zeros, all nats over all frames, and no "
        "information but the frames before: no bars, no key, no marks of held notes, no training on test "
        "pieces. Models are chosen on validation.",
        "Memory": "The models that are meant to be played copy from the piece's own past, and from nothing "
        "else: what they say of a frame is given by the frames before it, and sums to 1 over all frames. "
        "That is no outside information, but much of the gain: the figures without it stand in the tables.",
        "Clock": "Some of them are told the number of the frame, counted from the start of the piece, modulo "
        "4, or 8 and 6. It is no outside information either. In fitting they are told by how much a piece "
        "was moved from the key in which it is written; in scoring each of the thirteen keys that are "
        "averaged over is told how far it is from the piece as it is given: this "
        "is known to whoever transposes it.",
        "Compressors": "zpaq and xz are given every frame as its pitches from the highest on, and code the "
        "test split after the training split; the nats are the bytes that the test split adds. They learn "
        "from test pieces as they go.",
        "First frame": "Bai et al., Wang et al. and the code of Chung et al. are given the first frame and "
        "score the others. That moves a figure by some hundredths of a nat at most; ours without the first "
        "frames stands in the tables.",
        "Average": "All nats over all frames, or the mean of each sequence's own mean: on MuseData the "
        "second is about 0.7 nats the lower for models of the paper's size, on Piano-midi.de 0.3 the higher. "
        "Most papers do not say which is theirs. Krishnan et al. print both.",
        "Kind": "Only exact figures can be ranked. Models with latent variables have bounds. Machines whose "
        "partition function must be estimated (RBM, RTRBM, DBN) have estimates that may flatter them; the "
        "DBN-LSTM's have not been repeated by others that we know of.",
        "Key": "The public files are nearly all in C major or C minor, test pieces too, so a figure without "
        "transposed training data is one in a known key all the same. Data made anew from MIDI files (SRNN) "
        "keep the pieces' own keys.",
        "Frame": "A frame is an eighth note, of JSB Chorales a quarter note. In shorter frames most things "
        "repeat, and figures fall to a half and less: RNN-NADE on chorales 5.03, 3.78 and 2.05 in quarters, "
        "eighths and sixteenths (recalled). Such figures stand apart.",
        "Beat": "The code that Johnson published of the network before those of 2017 reads the number of the "
        "frame, modulo 16, from the start of the piece: the same clock as ours. Whether the experiments of "
        "2017 do so we have not been able to check.",
        "RNN-NADE": "Two figures are in circulation for JSB Chorales: 5.56 in the paper of 2012, 5.19 in "
        "later ones. Both are in the table.",
        "Split": "One tune of Nottingham's test split is a tune of its training split, note for note, and "
        "half of JSB Chorales' test pieces have melodies of training pieces, for everybody who uses them: "
        "see the parts below.",
        "Left out": "Figures per note or per token instead of per frame (Music Transformer, TonicNet and "
        "other work on chorales in sixteenths), and papers whose figures we could not read, among them "
        "Walder 2016 (arXiv 1606.01368), which takes the rhythm as given, and Seq-U-Net (arXiv 1911.06393).",
    }
    return [
        "What can be compared, and what cannot:",
        "",
        *(f"- {name}. {text}" for name, text in facts.items()),
    ]


def _best(boards: Sequence[Board]) -> list[str]:
    rows = []
    for board in boards:
        if card := board.best:
            test = [nats(card.metrics, "test", average) for average in ("sequence_mean", "without_first")]
            pooled = [nats(card.metrics, split, "pooled") for split in ("train", "valid", "test")]
            figures = [decimals(value) for value in (*pooled, *test)]
            rows.append([f"`{card.name}`", described(card), *figures, f"{card.num_parameters:,}"])
    if not rows:
        return ["The models that are meant to be played, `<corpus>-best`, are not fitted yet.", ""]
    return [
        "The models that are meant to be played, pooled but where said:",
        "",
        *table(BEST_MODEL_COLUMNS, rows, 2),
    ]


def _parts(boards: Sequence[Board]) -> list[str]:
    """Separate figures for repeated frames and for known pieces; nothing where no card has them."""
    cards = [board.best for board in boards if board.best]
    rows = [
        [f"`{card.name}`", *(decimals(test.get(key), places) for key, places in PART_COLUMNS.values())]
        for card in cards
        if "num_known_pieces" in (test := card.metrics.get("test", {}))
    ]
    if not rows:
        return []
    return [
        "The same, test, in parts (`python -m training evaluate NAME --parts`). Repeated: a frame that ends "
        "a run heard before in its piece (16 frames, 8 for chorales). Known: a piece at least half of whose "
        "highest voice lies in runs of 16 frames that training pieces have, transposed or not; new: one that "
        "has no such run. Sharing: pieces with 32 whole frames in a row of a training piece.",
        "",
        *table(["checkpoint", *PART_COLUMNS], rows),
    ]


def _spreads(spreads: Mapping[str, Sequence[FitResult]], best: Mapping[str, Card]) -> list[str]:
    """What other seeds give, and which memories of the model those fits lack."""
    sentences = []
    for name, results in spreads.items():
        if len(results) > 1:
            lacks = [
                words
                for key, words in MEMORY_WORDS.items()
                if key in best[name].model and not _has(results, key)
            ]
            alone = f", without {listing(lacks)}" if lacks else ""
            sentence = (
                f"`{name}` from {len(results)} seeds{alone}, test: {_median_and_best(results, 'pooled')}"
            )
            if _has(results, "melody_memory"):
                without = _median_and_best(results, "without_melodies")
                sentence += f"; the network without the melodies: {without}"
            sentences.append(f"{sentence}.")
    return [line for sentence in sentences for line in (sentence, "")]


def _has(results: Sequence[FitResult], memory: str) -> bool:
    return any(memory in result.recipe["model"] for result in results)


def _median_and_best(results: Sequence[FitResult], average: str) -> str:
    known = (nats(result.metrics, "test", average) for result in results)
    figures = sorted(value for value in known if value is not None)
    every = listing(decimals(value) for value in figures)
    return f"median {decimals(median(figures))}, best {decimals(figures[0])} (all: {every})"


def _table(board: Board, comparable: bool) -> list[str]:
    entries = [entry for entry in board.entries if entry.comparable == comparable]
    return table(LEADERBOARD_COLUMNS, map(_row, entries), len(LEADERBOARD_COLUMNS)) if entries else []


def _row(entry: BoardEntry) -> list[str]:
    mark = "**" if entry.checkpoint else ""
    return [
        f"{mark}{entry.method}{mark}",
        f"{mark}{figure(entry)}{mark}",
        entry.kind,
        entry.average,
        how_known(entry),
        DASH if entry.parameters is None else f"{entry.parameters:,}",
        _link(entry.source) if entry.source else f"`{entry.checkpoint}`",
        entry.note,
    ]


def figure(entry: BoardEntry) -> str:
    """The figure as printed, to hundredths or thousandths, after ≤ or ≈; ours always to thousandths."""
    ends = (entry.nats,) if entry.to is None else (entry.nats, entry.to)
    return KIND_SIGNS.get(entry.kind, "") + " to ".join(
        _decimals(end, bool(entry.checkpoint)) for end in ends
    )


def _decimals(value: float, is_ours: bool) -> str:
    text = decimals(value)
    return text if is_ours or text[-1] != "0" else text[:-1]


def how_known(entry: BoardEntry) -> str:
    """How a figure is known, in words; for one that was read elsewhere, where."""
    if entry.known == "cited":
        return f"read in {entry.read_in.short}"
    return {"read": "read", "recalled": "recalled", "computed": "computed here"}[entry.known]


def _link(source: FigureSource) -> str:
    return f"[{source.short}]({source.url})" if source.url else source.short


def _sources(boards: Sequence[Board]) -> list[str]:
    by_citation = {
        entry.source.citation: entry.source for board in boards for entry in board.entries if entry.source
    }
    cited = sorted(by_citation.values(), key=lambda source: (source.short, source.citation))
    return ["### Sources", "", *(f"- {_cited(source)}" for source in cited), ""]


def _cited(source: FigureSource) -> str:
    return f"[{source.citation}]({source.url})" if source.url else source.citation


def leaderboard_json(boards: Sequence[Board]) -> list[dict[str, Any]]:
    """The boards as data, for assets/results.json."""
    return [
        {
            "corpus": board.corpus,
            "title": board.title,
            "entries": [_entry(entry) for entry in board.entries],
        }
        for board in boards
    ]


def _entry(entry: BoardEntry) -> dict[str, Any]:
    source = entry.source
    return {
        "method": entry.method,
        "figure": figure(entry),
        "nats": round(entry.nats, 9),
        "to": entry.to,
        "kind": entry.kind,
        "known": entry.known,
        "read_in": entry.read_in.short if entry.read_in else None,
        "average": entry.average,
        "parameters": entry.parameters,
        "source": source and {"name": source.short, "citation": source.citation, "url": source.url},
        "note": entry.note,
        "comparable": entry.comparable,
        "checkpoint": entry.checkpoint,
    }
