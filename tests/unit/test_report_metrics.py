"""The table of measures: plain names, values as people read them, and what is published of each."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from clarity.domain.analysis import analyse
from clarity.domain.metric import CLOCK, Metric
from clarity.domain.metrics.references import REFERENCES
from clarity.domain.minutes.quality import assess
from clarity.domain.report.measures import glance, metrics_section
from clarity.domain.report.names import ERRORS, GROUPS, name_of
from tests.unit.report_page import at, found, fragment, number_in, texts, waves, week


def ok(name: str, value: float, unit: str, method: str = "m") -> Metric:
    return Metric(name, value, unit, "ok", "", method)


def section(*metrics: Metric):
    grid = week("office-worker")
    analysis = replace(analyse(grid, assess(grid)), metrics=metrics, details=())
    return fragment(metrics_section(analysis))


def rows(*metrics: Metric) -> list[list[str]]:
    return [
        [texts(cell) for cell in row] for row in section(*metrics).iter("tr") if row.get("class")
    ]


def test_values_are_written_as_people_read_them():
    written = rows(
        ok("total_sleep_time", 421.6, "min"),
        ok("sleep_efficiency", 0.914, ""),
        ok("sleep_midpoint", 205.0, CLOCK),
        ok("intradaily_variability", 0.5274, ""),
        ok("l5", 0.0, "steps/min"),
        ok("daily_steps", 9812.4, "steps/day"),
    )

    assert [row[1] for row in written] == [
        "7 h 02 min measured",
        "91.4 % measured",
        "03:25 measured",
        "0.527 measured",
        "0 steps/min measured",
        "9,812 steps/day measured",
    ]


def test_a_measure_has_a_plain_name_its_term_and_its_method():
    row = rows(ok("wake_after_sleep_onset", 12.0, "min", "minutes awake"))[0]

    assert row[0] == (
        "Awake between falling asleep and waking up wake after sleep onset, WASO minutes awake"
    )


def test_each_measure_of_an_analysis_has_words_of_its_own():
    analyses = [
        analyse(grid, assess(grid)) for grid in (week("office-worker"), waves(signal="counts"))
    ]
    names = {m.name for analysis in analyses for m in (*analysis.metrics, *analysis.details)}

    assert set(ERRORS.values()) <= names
    assert {n for n in names if name_of(n).group == "other"} == set(ERRORS.values())


def test_a_measure_that_nobody_named_stands_under_other():
    root = section(ok("some_new_thing", 2.0, "m"))

    assert [texts(caption) for caption in root.iter("caption")] == ["Other"]
    assert "Some new thing" in texts(root)


def test_groups_stand_in_their_order_with_their_headers():
    root = section(ok("daily_steps", 1.0, "steps/day"), ok("sleep_midpoint", 1.0, CLOCK))

    assert [texts(c) for c in root.iter("caption")] == [GROUPS["sleep"], GROUPS["activity"]]
    assert {cell.get("scope") for cell in root.iter("th")} == {"col", "row"}


def test_an_error_stands_beside_its_value_and_has_no_row():
    written = rows(
        ok("cosinor_acrophase", 900.0, CLOCK),
        ok("cosinor_acrophase_error", 42.0, "min"),
    )

    assert [row[1] for row in written] == ["15:00 \u00b1 42.0 min (95 % confidence) measured"]


@pytest.mark.parametrize(
    ("name", "value", "unit", "place"),
    [
        ("total_sleep_time", 400.0, "min", "below"),
        ("total_sleep_time", 420.0, "min", "within"),
        ("wake_after_sleep_onset", 20.0, "min", "within"),
        ("wake_after_sleep_onset", 90.0, "min", "above"),
        ("respiratory_rate", 11.0, "breaths/min", "below"),
        ("respiratory_rate", 15.0, "breaths/min", "within"),
        ("respiratory_rate", 40.0, "breaths/min", "above"),
    ],
)
def test_the_place_in_a_range_is_said_in_words_and_drawn_inside_its_bar(name, value, unit, place):
    root = section(ok(name, value, unit))

    bar = found(root, "position")[0]
    here = number_in(r"^M([\d.]+)", at(found(bar, "here")[0], "d"))

    assert f"is {place} the published range" in at(bar, "aria-label")
    assert f"{place} the range" in texts(root)
    assert 4 <= here <= float(at(bar, "width")) - 4


def test_an_efficiency_has_a_bar_that_ends_at_one():
    root = section(ok("sleep_efficiency", 0.99, ""))

    end = number_in(r"H([\d.]+)V", at(found(root, "range")[0], "d"))
    here = number_in(r"^M([\d.]+)", at(found(root, "here")[0], "d"))
    assert here < end == 156


def test_a_measure_without_an_agreed_range_says_so_and_has_no_bar():
    root = section(
        ok("interdaily_stability", 0.5, ""), ok("peak_30_min_cadence", 90.0, "steps/min")
    )

    assert texts(found(root, "none")[0]) == "no agreed range"
    assert "no agreed range: the mean was 71" in texts(root)
    assert not found(root, "position")


def test_sources_are_numbered_in_the_order_in_which_they_are_used():
    root = section(
        ok("sleep_efficiency", 0.9, ""),
        ok("total_sleep_time", 400.0, "min"),
        ok("wake_after_sleep_onset", 10.0, "min"),
    )

    notes = {item.get("id"): texts(item) for item in found(root, "sources")[0]}
    links = [(texts(link), link.get("href")) for link in root.iter("a")]

    assert links == [("[1]", "#source1"), ("[2]", "#source2"), ("[1]", "#source1")]
    assert "Ohayon" in notes["source1"]
    assert "Watson" in notes["source2"]
    assert len(notes) == 2


def test_measures_that_lack_for_the_same_reason_stand_together_with_it():
    lacking = rows(
        Metric("l5", None, "steps/min", "insufficient", "4 days <needed>", "m"),
        Metric("m10", None, "steps/min", "insufficient", "4 days <needed>", "m"),
        Metric("relative_amplitude", None, "", "not_applicable", "", "m"),
    )

    assert lacking == [
        [
            "Movement in the quietest 5 h L5 Movement in the most active 10 h M10",
            "\u2013 not enough data: 4 days <needed>",
        ],
        ["Contrast of day and night relative amplitude, RA", "\u2013 does not apply"],
    ]


def test_nothing_on_the_page_judges():
    grid = week("office-worker")
    words = texts(fragment(metrics_section(analyse(grid, assess(grid))))).lower()

    assert not re.search(r"normal|healthy range|disorder|diagnos|poor", words)


def test_a_week_of_counts_has_no_range_of_steps():
    grid = waves(signal="counts")
    words = texts(fragment(metrics_section(analyse(grid, assess(grid)))))

    assert "counts/min" in words
    assert REFERENCES["daily_steps"].text not in words


def test_the_first_numbers_are_those_that_are_known():
    grid = waves()

    words = texts(fragment(glance(analyse(grid, assess(grid)))))

    assert "Steps a day 43," in words
    assert "Resting heart rate" not in words
    assert list(glance(replace(analyse(grid, assess(grid)), metrics=(), details=()))) == []
    assert list(glance(None)) == []
    assert list(metrics_section(None)) == []
