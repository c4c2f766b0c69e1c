"""Speech beyond the paper, in the report: bits a sample of our models, of coders and of published models.

Each coder's own program coded one file of 16-bit samples, with all test windows of a corpus one after
another; its figure is the size of the coded file in bits over the number of samples. So a coder goes on
learning from window to window, while a model begins each anew.
"""

from collections.abc import Mapping, Sequence

from engine.checkpoints import Card
from training.report.leaderboard import BEST_MODEL, described
from training.report.markdown import DASH, decimals, table

CODERS: Mapping[str, Mapping[str, float]] = {  # corpus -> program -> bits a sample
    "spoken_digits": {"`wavpack -hh -x6`, 5.6.0": 9.719, "`flac -8 -e -p`, 1.4.2": 10.073},
    "voice_prompts": {"`wavpack -hh -x6`, 5.6.0": 9.545, "`flac -8 -e -p`, 1.4.2": 10.069},
}
CORPUS_NOTES: Mapping[str, str] = {
    "voice_prompts": "The prompts are decoded from G.722, which has 4 bits a sample: a coder that knew its "
    "tables and filters would need no more than that. No model here knows them.",
}
ANALOGUES = (  # of 8-bit samples of one-second words (SC09), recalled
    ("SampleRNN", 2.042, "Goel et al. 2022, arXiv 2202.09729"),
    ("WaveNet", 1.925, "Goel et al. 2022, arXiv 2202.09729"),
    ("SaShiMi", 1.873, "Goel et al. 2022, arXiv 2202.09729"),
    ("Mamba", 1.852, "Gu and Dao 2023, arXiv 2312.00752"),
)
SPEECH_COLUMNS = (
    "",
    "what it is",
    "valid, whole recordings",
    "test, whole recordings",
    "test, the paper's windows",
    "parameters",
)
WHOLE_FIGURE, WINDOWS_FIGURE = "bits_per_sample", "bits_per_sample_in_windows"


def sound_section(cards: Sequence[Card]) -> list[str]:
    """Tables of all models of sound; nothing while no best one is there."""
    speech = [card for card in cards if not card.facts.holds_notes]
    if not any(card.name.endswith(f"-{BEST_MODEL}") for card in speech):
        return []
    lines = [
        "## Speech, beyond the paper",
        "",
        "Bits a 16-bit sample. The best models are fitted to and scored on whole recordings; the windows are "
        "those on which the paper's models are scored, each from the start with nothing heard before. The "
        "coders had all test windows of a corpus in one file.",
        "",
    ]
    for corpus in dict.fromkeys(card.corpus.name for card in speech):
        of_corpus = [card for card in speech if card.corpus.name == corpus]
        rows = [[f"**{of_corpus[0].corpus.title}**", *[""] * (len(SPEECH_COLUMNS) - 1)]]
        rows += [_row(card) for card in sorted(of_corpus, key=_windows)]
        rows += [[name, "lossless coder", DASH, DASH, decimals(bits), DASH] for name, bits in _coders(corpus)]
        lines += [
            *table(SPEECH_COLUMNS, rows, 2),
            *([CORPUS_NOTES[corpus], ""] if corpus in CORPUS_NOTES else []),
        ]
    lines += [
        "Published figures of like models, on other data by another protocol (8-bit samples of one-second "
        "words at 16 kHz), recalled and not read again, so that none of them stands beside ours:",
        "",
        *table(
            ["model", "source", "bits an 8-bit sample"], [[*_analogue(analogue)] for analogue in ANALOGUES], 2
        ),
    ]
    return lines


def _row(card: Card) -> list[str]:
    is_whole = WINDOWS_FIGURE in card.metrics["test"]
    valid, test = (card.metrics.get(split, {}).get(WHOLE_FIGURE) for split in ("valid", "test"))
    whole = (valid, test) if is_whole else (None, None)
    return [
        f"`{card.name}`",
        described(card),
        *map(decimals, whole),
        decimals(_windows(card)),
        f"{card.num_parameters:,}",
    ]


def _windows(card: Card) -> float:
    test = card.metrics["test"]
    return test.get(WINDOWS_FIGURE, test[WHOLE_FIGURE])


def _coders(corpus: str) -> list[tuple[str, float]]:
    return sorted(CODERS.get(corpus, {}).items(), key=lambda coder: coder[1])


def _analogue(analogue: tuple[str, float, str]) -> tuple[str, str, str]:
    name, bits, source = analogue
    return name, source, decimals(bits)
