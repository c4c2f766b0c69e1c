#!/bin/sh
# What the best models owe to their seed, and what head, cell and memory are each worth. Run from the project's root.
# `spread` publishes the seed that is best on validation, so its checkpoints go elsewhere: the shipped ones stay.
set -eu

python=.venv/bin/python

$python -m training spread jsb_chorales-best --seeds 3 --checkpoints training/runs/spread
$python -m training spread piano_midi-best --seeds 3 --checkpoints training/runs/spread

# Twelve models a corpus, of at most 200,000 parameters: 24 fits.
$python -m training ablate jsb_chorales nottingham
