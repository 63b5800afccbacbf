"""Published values: whole, in the metric's own unit, and only beside what they were measured of."""

from __future__ import annotations

import re

import pytest

from clarity.domain.analysis import analyse
from clarity.domain.metric import Measure
from clarity.domain.metrics.references import REFERENCES, reference_of
from clarity.domain.minutes.quality import assess
from tests.unit.report_page import waves, week


@pytest.mark.parametrize("name", REFERENCES)
def test_a_reference_names_its_people_and_its_source(name: str):
    reference = REFERENCES[name]

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
