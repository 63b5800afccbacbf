"""What the model gets: observed minutes as they are, short gaps filled in, the rest unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from clarity.domain.intake.samples import Samples
from clarity.domain.minutes.grid import Grid, build_grid, grid_of_minutes
from clarity.domain.minutes.imputation import fill_gaps, model_input
from tests.healthkit import MONDAY, at, ordinary_week, pulse, read


def test_a_short_gap_is_filled_from_the_other_days_and_counted():
    rows = [row for row in ordinary_week() if not _on(row, MONDAY + timedelta(days=2), 10, 12)]
    grid = build_grid(read(rows), MONDAY)
    gap = int(np.isnan(grid.steps).sum())

    values, share = model_input(grid)

    assert values.dtype == np.float32
    assert values.shape == (10_080,)
    assert 60 < gap <= 180
    assert share == pytest.approx(gap / 10_080)
    assert fill_gaps(grid).imputed.sum() == gap
    begin = 2 * 1440 + 620
    assert values[begin] == pytest.approx(np.nanmedian(grid.steps.reshape(7, 1440)[:, 620]))


def test_a_long_gap_stays_unknown():
    rows = [row for row in ordinary_week() if not _on(row, MONDAY + timedelta(days=2), 8, 20)]
    grid = build_grid(read(rows), MONDAY)

    values, share = model_input(grid)

    assert share == 0
    assert np.isnan(values).sum() == np.isnan(grid.steps).sum() > 180


def test_a_gap_that_other_days_do_not_know_stays_unknown():
    rows = [pulse(at(MONDAY, m), 60) for m in [*range(0, 600, 20), *range(700, 1440, 20)]]

    values, share = model_input(build_grid(read(rows), MONDAY))

    assert share == 0
    assert np.isnan(values[650])


def test_the_model_takes_a_week_only():
    with pytest.raises(ValueError, match="expected a grid of 7 days, found 3"):
        model_input(build_grid(Samples.empty(), MONDAY, 3))


@pytest.mark.parametrize("channel", ["steps", "counts"])
def test_up_to_ten_minutes_are_a_line_between_their_neighbours(channel: str):
    grid = holed(channel, 600, 610)

    filled = fill_gaps(grid)

    assert filled.signal == channel
    expected = np.interp(np.arange(600, 610), [599, 610], grid.movement[[599, 610]])
    assert filled.movement[600:610] == pytest.approx(expected)
    assert np.flatnonzero(filled.imputed).tolist() == list(range(600, 610))


@pytest.mark.parametrize("channel", ["steps", "counts"])
@pytest.mark.parametrize(("minutes", "imputed"), [(11, 11), (180, 180), (181, 0)])
def test_more_are_the_median_of_other_days_and_beyond_three_hours_nothing(
    channel: str, minutes: int, imputed: int
):
    grid = holed(channel, 600, 600 + minutes)

    filled = fill_gaps(grid)

    assert filled.imputed.sum() == imputed
    days = grid.movement.reshape(7, 1440)
    assert filled.imputed.sum() == 0 or np.array_equal(
        filled.movement[600 : 600 + minutes], np.nanmedian(days[1:, 600 : 600 + minutes], axis=0)
    )


def test_a_short_gap_at_the_edge_has_no_line():
    """Nothing lies on its other side, so the other days tell."""
    grid = holed("steps", 0, 5)

    filled = fill_gaps(grid)

    assert filled.imputed.sum() == 5
    assert np.array_equal(
        filled.steps[:5], np.nanmedian(grid.steps.reshape(7, 1440)[1:, :5], axis=0)
    )


def test_what_is_known_and_everything_else_stay_as_they_were():
    grid = holed("counts", 600, 650)

    filled = fill_gaps(grid)

    known = ~np.isnan(grid.counts)
    assert np.array_equal(filled.counts[known], grid.counts[known])
    assert np.isnan(filled.steps).all()
    assert filled.worn is grid.worn
    assert not grid.imputed.any()


@pytest.mark.parametrize("known", [3, 2])
def test_three_other_days_must_know_the_minute(known: int):
    grid = holed("steps", 600, 650)
    steps = grid.steps.copy()
    steps[1440 * (known + 1) :] = np.nan

    filled = fill_gaps(replace(grid, steps=steps))

    assert filled.imputed[600:650].all() == (known == 3)


def test_an_empty_grid_stays_empty():
    assert not fill_gaps(build_grid(Samples.empty(), MONDAY)).imputed.any()
    assert len(fill_gaps(build_grid(Samples.empty(), MONDAY, 0)).imputed) == 0


def holed(channel: str, low: int, high: int) -> Grid:
    """A week of restless minutes, without those from `low` to `high` of its first day."""
    values = np.random.default_rng(4).integers(0, 90, 10_080).astype(np.float64)
    values[low:high] = np.nan
    return grid_of_minutes(MONDAY, 7, {channel: values}, worn=np.ones(10_080, np.bool_))


def _on(row: dict[str, object], day: date, first_hour: int, last_hour: int) -> bool:
    low = at(day, first_hour * 60).strftime("%Y-%m-%dT%H:%M")
    high = at(day, last_hour * 60).strftime("%Y-%m-%dT%H:%M")
    return low <= str(row["start_date"])[:16] < high
