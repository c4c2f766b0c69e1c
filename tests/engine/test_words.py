"""Counts, lists and signs in sentences."""

from engine.words import counted, listed, signed


def test_one_is_not_plural():
    assert [counted(number, "vote") for number in (0, 1, 2, 1_200)] == [
        "0 votes",
        "1 vote",
        "2 votes",
        "1,200 votes",
    ]


def test_a_list_reads_as_a_sentence():
    assert [listed(list(parts)) for parts in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]


def test_a_minus_is_as_long_as_a_plus():
    assert [signed(-3), signed(2.5), signed(-0.123, "+.2f"), signed(0.123, "+.2f")] == [
        "−3",
        "2.5",
        "−0.12",
        "+0.12",
    ]
