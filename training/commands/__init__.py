"""Commands of ``python -m training``, one a file: its arguments, and ``run``, which does the work."""

from training.commands import (
    ablate,
    ending,
    evaluate,
    fetch,
    fit,
    list,
    primes,
    remember,
    report,
    search,
    spread,
)

# name, help, module with add_arguments(command) and run(options)
COMMANDS = (
    ("list", "recipes, corpora and checkpoints", list),
    ("fetch", "download a corpus from its origin", fetch),
    ("fit", "fit a recipe, or a cell on a corpus or your own folder", fit),
    ("search", "the best of ten learning rates, for one recipe or several", search),
    ("spread", "fit a recipe from several seeds, and publish the best on validation", spread),
    ("remember", "give a checkpoint memories: of training melodies, of a piece's own past", remember),
    ("ending", "learn when the pieces of a corpus end, and write that on its checkpoints", ending),
    ("ablate", "fit every head, cell and memory at equal numbers of parameters", ablate),
    ("evaluate", "exact likelihood of a split under a checkpoint, or how its draws compare", evaluate),
    ("report", "write docs/results.md, its pictures and assets/results.json", report),
    ("primes", "cut the excerpts that the app ships from the corpora again", primes),
)

__all__ = ["COMMANDS"]
