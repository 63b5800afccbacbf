"""Published values: whole, in the metric's own unit, and only beside what they were measured of."""

from __future__ import annotations

import re

import pytest

from clarity.domain.analysis import analyse
from clarity.domain.metric import Measure
from clarity.domain.metrics.references import (
    OTHER_AGES,
    REFERENCES,
    Reference,
    reference_for,
    reference_of,
)
from clarity.domain.minutes.quality import assess
from tests.unit.report_page import waves, week

EVERY = [*REFERENCES.values(), *(each for ages in OTHER_AGES.values() for each in ages)]


@pytest.mark.parametrize("reference", EVERY)
def test_a_reference_names_its_people_and_its_source(reference: Reference):
    assert re.search(r"doi:10\.\d{4,9}/\S+$", reference.source)
    assert re.search(r"\b(19|20)\d\d\b", reference.source)
    assert reference.population
    assert reference.text
    if reference.low is not None and reference.high is not None:
        assert reference.low < reference.high


def test_a_text_without_a_range_says_that_there_is_none():
    open_ended = [r for r in REFERENCES.values() if r.low is None and r.high is None]

    assert open_ended
    assert all(reference.text.startswith("no agreed range") for reference in open_ended)


def test_every_reference_is_of_a_metric_in_its_unit():
    grid = week("office-worker")
    analysis = analyse(grid, assess(grid))
    units = {metric.name: metric.unit for metric in (*analysis.metrics, *analysis.details)}

    assert {name: REFERENCES[name].unit for name in REFERENCES} == {
        name: units[name] for name in REFERENCES
    }


def test_ranges_of_steps_say_nothing_of_counts():
    grid = waves(signal="counts")
    analysis = analyse(grid, assess(grid))
    metrics = [metric for metric in analysis.details if metric.unit == "counts/min"]

    assert all(reference_of(metric) is None for metric in metrics)
    other = Measure("daily_steps", "counts/day", "sum").value(5.0)
    assert reference_of(other) is None


def test_a_resting_heart_rate_found_otherwise_than_by_the_device_has_no_range():
    device = Measure("resting_heart_rate", "beats/min", "median of the device's daily resting rate")
    asleep = Measure("resting_heart_rate", "beats/min", "5th percentile of the heart rate asleep")

    assert reference_of(device.value(60.0)) is not None
    assert reference_of(asleep.value(60.0)) is None


@pytest.mark.parametrize(
    ("age", "low", "high"),
    [
        (5, None, None),
        (6, 540.0, 720.0),
        (12, 540.0, 720.0),
        (13, 480.0, 600.0),
        (17, 480.0, 600.0),
        (18, 420.0, None),
        (60, 420.0, None),
        (61, 420.0, 540.0),
        (64, 420.0, 540.0),
        (65, 420.0, 480.0),
        (90, 420.0, 480.0),
        (None, 420.0, None),
    ],
)
def test_how_much_sleep_is_recommended_goes_by_age(age, low, high):
    """policy 3: Watson 2015, Hirshkowitz 2015 and Paruthi 2016, for their own ages only."""
    found = reference_for("total_sleep_time", age)

    assert (found.low, found.high) == (low, high) if found else low is high is None


@pytest.mark.parametrize("name", OTHER_AGES)
def test_no_two_references_are_for_the_same_age(name: str):
    ages = [REFERENCES[name].ages, *(each.ages for each in OTHER_AGES[name])]

    assert all(
        one[1] < other[0] for one, other in zip(sorted(ages), sorted(ages)[1:], strict=False)
    )


@pytest.mark.parametrize("name", REFERENCES)
def test_no_reference_for_adults_is_one_for_minors(name: str):
    """policy 11: what is published of adults is not held against the young."""
    assert all(
        found.ages[1] < 18 for age in range(18) if (found := reference_for(name, age)) is not None
    )


def test_what_was_measured_of_some_ages_is_not_for_others():
    assert reference_for("wake_after_sleep_onset", 70) is None
    assert reference_for("wake_after_sleep_onset", 40) is not None
    assert reference_for("daily_mood", 40) is None
