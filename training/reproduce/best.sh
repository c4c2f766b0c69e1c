#!/bin/sh
# The best model of each corpus of music. Run from the project's root; replaces checkpoints/<corpus>-best.
# From 25 minutes (Piano-midi) to two hours (MuseData) a fit, on one core.
set -eu

python=.venv/bin/python

$python -m training fit nottingham-best --replace
$python -m training fit muse_data-best --replace
$python -m training fit piano_midi-best --replace
$python -m training fit jsb_chorales-best --replace

# Chorales share tunes: how much the training pieces' melodies are believed, found on validation.
$python -m training remember jsb_chorales-best
