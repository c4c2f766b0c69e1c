"""``python -m training search``: what it refuses; what it finds is in searching/test_campaign.py."""

import re

import pytest

SEARCH = ("search", "--corpus", "midi:{songs}", "--cell", "gru", "--name", "mine")
REFUSALS = {
    "search nothing": (("search",), "name a recipe .*or give --corpus, --cell and --name"),
    "search recipe": (("search", "jsb_chorales-gr"), "unknown recipe 'jsb_chorales-gr'.*did you mean"),
    "search corpus": ((*SEARCH, "--corpus", "bach"), "unknown corpus 'bach'"),
    "one name for two": (
        ("search", "jsb_chorales-gru", "jsb_chorales-tanh", "--name", "mine"),
        "--name names one checkpoint",
    ),
    "one recipe twice": (
        ("search", "jsb_chorales-gru", "jsb_chorales-gru"),
        "two recipes are called .*after the other",
    ),
    "no workers": ((*SEARCH, "--workers", "0"), "--workers 0 must be from 1 to"),
    "rungs in words": ((*SEARCH, "--rungs", "1/5:3", "a half"), "--rungs 1/5:3 a half: give 1/N:K"),
    "rungs that fall": ((*SEARCH, "--rungs", "1/5:3", "1/15:2"), "each later than the one before"),
    "no seeds": ((*SEARCH, "--seeds", "0"), "--seeds 0 must be from 1 to"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_be_done_gets_one_sentence(case, command, midi_folder):
    arguments, message = REFUSALS[case]
    assert re.search(
        message, command.refusal(*(argument.format(songs=midi_folder) for argument in arguments))
    )
