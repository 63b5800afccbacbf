"""Windows of minutes, against a loop over every window."""

from __future__ import annotations

import numpy as np
import pytest

from clarity.domain.minutes.rolling import any_within, median, rolling_mean


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 1.0])
@pytest.mark.parametrize(("before", "after"), [(0, 0), (3, 0), (0, 4), (7, 7), (99, 99)])
def test_windows_are_those_of_a_loop(share: float, before: int, after: int) -> None:
    rng = np.random.default_rng(1)
    flags = rng.random(60) < share
    values = np.where(flags, rng.integers(0, 99, 60), np.nan)
    windows = [slice(max(at - before, 0), at + after + 1) for at in range(60)]
    assert any_within(flags, before, after).tolist() == [flags[each].any() for each in windows]
    means = [
        np.mean(values[each][flags[each]]) if flags[each].any() else np.nan for each in windows
    ]
    assert rolling_mean(values, before, after) == pytest.approx(means, nan_ok=True)


def test_nothing_has_no_windows() -> None:
    assert not len(any_within(np.zeros(0, np.bool_), 1, 1))
    assert not len(rolling_mean(np.zeros(0), 1, 1))


@pytest.mark.parametrize("length", [1, 2, 7, 100])
def test_the_median_has_the_bits_of_numpys(length: int) -> None:
    values = np.random.default_rng(length).normal(60.0, 9.0, length)
    assert median(values) == np.median(values)
