#!/bin/sh
# The best model of each corpus. Run from the project's root; replaces checkpoints/<corpus>-best.
# From 25 minutes (Piano-midi) to an hour and a half (MuseData) a fit, on one core. Nottingham begins with a fit of another
# recipe, whose checkpoint is kept in the folder first.
set -eu

python=.venv/bin/python

$python -m training fit training/recipes/first/nottingham-first.json --checkpoints first
$python -m training fit nottingham-best --begin-with first/nottingham-first --replace
$python -m training fit muse_data-best --replace
$python -m training fit piano_midi-best --replace
$python -m training fit jsb_chorales-best --replace
$python -m training fit spoken_digits-best --replace
$python -m training fit voice_prompts-best --replace

# What stands beside the networks, its numbers found on validation: where a piece goes like it did before, it goes on
# likewise; and chorales share tunes.
$python -m training remember nottingham-best --memories copies
$python -m training remember muse_data-best --memories copies
$python -m training remember piano_midi-best --memories copies
$python -m training remember jsb_chorales-best
