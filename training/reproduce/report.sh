#!/bin/sh
# Figures of the shipped models on their test splits, and docs/results.md with its pictures. Run from the project's root.
set -eu

python=.venv/bin/python

$python -m training evaluate jsb_chorales-best --split test
$python -m training evaluate nottingham-best --split test
$python -m training evaluate muse_data-best --split test
$python -m training evaluate piano_midi-best --split test

# Cards keep what fits have measured; the report reads those, and what searches have left in training/results.
$python -m training report
