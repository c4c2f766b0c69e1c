#!/bin/sh
# The eighteen models of the paper: tanh, GRU and LSTM on six corpora. Run from the project's root; replaces checkpoints/.
# Two cores took two hours for the music without its further seeds; one core took three hours for the digits.
set -eu

python=.venv/bin/python

# The corpora, where they are not there yet; this alone needs the network.
$python -m training fetch jsb_chorales
$python -m training fetch nottingham
$python -m training fetch muse_data
$python -m training fetch piano_midi
$python -m training fetch spoken_digits
$python -m training fetch voice_prompts

# Music: the best of ten learning rates; two more seeds of the winners where docs/results.md gives a spread.
$python -m training search nottingham-tanh nottingham-gru nottingham-lstm --replace
$python -m training search muse_data-tanh training/recipes/undisturbed/muse_data-gru.json muse_data-lstm --replace
$python -m training search training/recipes/undisturbed/jsb_chorales-tanh.json training/recipes/undisturbed/jsb_chorales-gru.json jsb_chorales-lstm --seeds 3 --replace
$python -m training search training/recipes/undisturbed/piano_midi-tanh.json training/recipes/undisturbed/piano_midi-gru.json piano_midi-lstm --seeds 3 --replace

# Draws of five of these swell into noise: fitted again with disturbed reading, at the rates that the searches found.
$python -m training fit jsb_chorales-tanh --replace
$python -m training fit jsb_chorales-gru --replace
$python -m training fit piano_midi-tanh --replace
$python -m training fit piano_midi-gru --replace
$python -m training fit muse_data-gru --replace

# Speech: ten rates for a fifth of the epochs, the best three of them to the end.
$python -m training search spoken_digits-tanh spoken_digits-gru spoken_digits-lstm --rungs 1/5:3 --replace
$python -m training search voice_prompts-tanh voice_prompts-gru voice_prompts-lstm --rungs 1/5:3 --replace
