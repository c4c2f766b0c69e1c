"""Commands of ``python -m engine``, one in each file: its arguments, and ``run``, which does the work."""

from engine.commands import analyse, bundle, list, live, render, sample, score

# name, help, module with add_arguments(command) and run(options)
COMMANDS = (
    ("list", "checkpoints, with their test likelihoods", list),
    ("sample", "draw from a model into a .mid or .wav file", sample),
    ("score", "likelihood of a MIDI or sound file under models", score),
    ("render", "play a MIDI or sound file into a .wav file at a safe level", render),
    ("bundle", "a blind listening test in a folder, for any browser", bundle),
    ("live", "a page on which the models play in the browser, for any static host", live),
    ("analyse", "statistics of the votes of a listening test", analyse),
)

__all__ = ["COMMANDS"]
