"""Exact tests against scipy and against counting, and the words in which they are told."""

from math import comb, sqrt

import pytest
from scipy.stats import binomtest

from engine.listening.statistics.exact_tests import exact_test, interval_words, p_words


@pytest.mark.parametrize(
    ("right", "number", "p"), [(8, 10, 0.0547), (9, 10, 0.0107), (12, 16, 0.0384), (9, 16, 0.4018)]
)
def test_p_is_that_of_the_binomial_distribution(right, number, p):
    result = exact_test(right, number)
    assert result.p_value == pytest.approx(p, abs=5e-5)
    assert result.p_value == pytest.approx(binomtest(right, number, 0.5, alternative="greater").pvalue)
    assert result.p_value == pytest.approx(sum(comb(number, k) for k in range(right, number + 1)) / 2**number)


def test_two_sided_p_is_that_of_scipy():
    for right in range(13):
        assert exact_test(right, 12, "two-sided").p_value == pytest.approx(binomtest(right, 12).pvalue)


def test_the_interval_is_wilsons():
    """His formula, from E. B. Wilson, JASA 22, 1927."""
    result, z, n = exact_test(9, 16), 1.959964, 16
    middle = (9 / n + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * sqrt(9 / n * 7 / n / n + z * z / (4 * n * n))
    assert (result.low, result.high) == (pytest.approx(middle - reach), pytest.approx(middle + reach))
    assert interval_words(result.low, result.high) == "33 % to 77 %"


def test_nothing_and_everything_right_have_intervals_too():
    assert exact_test(0, 5).low == pytest.approx(0) and exact_test(0, 5).high < 0.5
    assert exact_test(5, 5).high == pytest.approx(1) and exact_test(5, 5).p_value == pytest.approx(1 / 32)


def test_words():
    assert exact_test(9, 16).words == "9 of 16, p = 0.40"
    assert [p_words(p) for p in (0.0384, 0.0999, 0.00005, 1.0)] == [
        *("p = 0.038", "p = 0.10", "p < 0.001", "p = 1.00")
    ]
    assert exact_test(12, 16).is_significant and not exact_test(8, 10).is_significant
