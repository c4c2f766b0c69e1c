"""Numbers, lists and tables as Markdown."""

import pytest

from training.report.markdown import decimals, listing, table, with_sign


@pytest.mark.parametrize(
    ("parts", "text"), [([], "none"), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_a_list_reads_as_a_sentence(parts, text):
    assert listing(parts) == text


def test_numbers():
    assert [decimals(8.4556), decimals(8.0, 1), decimals(None)] == ["8.456", "8.0", "–"]
    assert [with_sign(0.1), with_sign(-0.6264)] == ["+0.100", "-0.626"]


def test_a_table_sets_words_left_and_numbers_right():
    assert table(["a", "b"], [["x", "1"]]) == ["| a | b |", "| :--- | ---: |", "| x | 1 |", ""]
