"""The load that `python -m tests.bench.load` puts on the chain, in short."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.bench.load import FUNCTIONS, Load, flood_line, memory_lines, memory_table, row
from tests.bench.load_cost import measured
from tests.bench.load_measure import Watch, slope, spark
from tests.bench.load_phones import Plan


@pytest.fixture(scope="module")
def load(running) -> Load:
    return Load(running)


@pytest.mark.parametrize(("kind", "written"), [("steady", 6), ("together", 3)])
def test_each_upload_of_a_crowd_has_its_insight_and_its_wait(load, kind, written) -> None:
    plan = Plan("", f"test-{kind}", 3, kind, seconds=2, rate=3, patience=60)

    result = load.run(plan)

    assert result.report.written == written
    assert result.report.ends == {"completed": result.report.written}
    assert 0 < result.quantile(0.5) <= result.quantile(0.99) <= result.report.seconds
    assert all(result.ms(name) > 0 for name in (*FUNCTIONS, "cloud", "pat", "phones"))
    assert row(result)[:3] == ["3", row(result)[1], str(result.report.written)]


def test_others_are_told_apart_from_one_who_floods(load) -> None:
    plan = Plan("", "test-flood", 3, "flood", seconds=3, rate=3, patience=60, flood=20)

    result = load.run(plan)

    before, beside = result.parts()
    assert result.report.answers == {"ingested": plan.flood}
    assert result.report.ends == {"completed": 9}
    assert before.waits
    assert beside.waits
    assert len(before.waits) + len(beside.waits) <= 9
    assert before.unfinished == beside.unfinished == 0
    assert result.handled == 9 + plan.flood
    began, ended = result.report.flood
    assert 1 <= began < ended
    assert f"{plan.flood} ingested" in flood_line(result)


def test_what_came_while_the_functions_stood_still_is_worked_off(load) -> None:
    result, drain = load.drained(1.5)

    assert result.report.ends == {"completed": result.report.written}
    assert drain > 0
    assert max(result.waits) > min(1.0, drain)


def test_memory_is_watched_by_process(load) -> None:
    with Watch(load.cloud.state, every=0.05) as watch:
        result = load.run(Plan("", "watched", 1, "closed", seconds=1, patience=60))

    assert result.report.ends == {"completed": result.report.written}
    assert watch.times == sorted(watch.times)
    assert memory_lines(watch).row_count == memory_table(watch).row_count == len(watch.seen[0])
    assert all(watch.of(name).min() > 1 for name in (*FUNCTIONS, "cloud", "pat"))


@pytest.mark.parametrize(
    ("growth", "verdict"), [(0.0, "flat"), (50.0, "grows"), (-50.0, "flat"), (1.0, "flat")]
)
def test_a_slope_is_told_with_its_bounds(growth, verdict) -> None:
    times = np.arange(0.0, 1200.0)
    noise = np.random.default_rng(7).normal(0, 0.2, len(times))

    found = slope(times, 150 + growth * times / 3600 + noise)

    assert found.low < growth < found.high
    assert found.verdict == verdict


def test_what_swings_too_much_is_not_called_flat() -> None:
    times = np.arange(0.0, 1200.0)
    steps = np.random.default_rng(7).normal(0, 3, len(times)).cumsum()

    assert slope(times, 150 + np.abs(steps)).verdict != "flat"


@pytest.mark.parametrize("values", [1, 25])
def test_of_too_few_values_no_slope_is_told(values) -> None:
    found = slope(np.arange(values), np.full(values, 150.0))

    assert found.level == 150.0
    assert np.isnan(found.per_hour)
    assert found.verdict == "cannot be told apart from growth"


def test_a_line_of_bars_goes_from_nothing_to_the_highest() -> None:
    assert spark([0, 4, 8], 3) == "▁▅█"
    assert spark([]) == ""


def test_an_upload_costs_the_same_after_years_and_beside_others() -> None:
    used = [tally for _, tally in measured(others=5, days=120)]

    week, season, years, crowded = ((each.writes, each.calls, each.found) for each in used)
    assert season == years
    assert crowded == week
    assert all(one[:2] == other[:2] for one, other in pairwise((week, season, years)))
