from __future__ import annotations

import dataclasses
import math
from datetime import date

import pytest

from clarity.domain.analysis import analyse
from clarity.domain.intake.samples import Samples
from clarity.domain.minutes.grid import build_grid
from clarity.domain.minutes.quality import assess
from clarity.domain.words.facts import SLEEP_ESTIMATED, Fact, duration, facts_digest, facts_from


def metric(name, value, unit, status="ok", reason=""):
    return {"name": name, "value": value, "unit": unit, "status": status, "reason": reason}


def analysis(*metrics, coverage=0.914, valid_days=6, days=7):
    return {
        "metrics": list(metrics),
        "quality": {"coverage": coverage, "valid_days": valid_days},
        "window": {"first_day": "2025-03-03", "days": days},
        "embedding": [0.1, 0.2],
        "user_id": "ada",
    }


def test_every_metric_of_an_analysis_has_words_of_its_own():
    grid = build_grid(Samples.empty(), date(2025, 3, 3), 7)

    facts = facts_from(analyse(grid, assess(grid)).to_document())

    assert {"sleep_efficiency", "daily_steps", "l5", "valid_days"} <= {f.metric for f in facts}
    assert [fact.metric for fact in facts if fact.topic == "other"] == []


def test_sleep_that_was_estimated_is_marked_so():
    document = analysis(metric("total_sleep_time", 432.0, "min"))

    estimated = facts_from(document | {"sleep": {"method": "movement_and_heart_rate"}})

    assert only(estimated, "total_sleep_time").note == SLEEP_ESTIMATED
    assert only(facts_from(document), "total_sleep_time").note == ""


def only(facts, name) -> Fact:
    return next(fact for fact in facts if fact.metric == name)


@pytest.mark.parametrize(
    ("name", "value", "unit", "text"),
    [
        ("total_sleep_time", 432.4, "min", "7 h 12 min a day"),
        ("total_sleep_time", 7.5, "h", "7 h 30 min a day"),
        ("wake_after_sleep_onset", 38.2, "min", "38 min"),
        ("sleep_onset_variability", 120.0, "min", "2 h"),
        ("sleep_efficiency", 84.1, "%", "84 %"),
        ("sleep_efficiency", 0.841, "", "84 %"),
        ("sleep_efficiency", 0.841, "fraction", "84 %"),
        ("daily_steps", 9847.3, "steps/day", "9,850 steps a day"),
        ("daily_steps", 42.4, "steps/day", "42 steps a day"),
        ("l5", 0.44, "steps/min", "0.4 steps a minute"),
        ("resting_heart_rate", 58.4, "count/min", "58 beats a minute"),
        ("interdaily_stability", 0.6249, "", "0.62"),
        ("a_new_metric", 1234.567, "kg", "1,234.57 kg"),
    ],
)
def test_a_value_is_rendered_as_a_person_reads_it(name, value, unit, text):
    facts = facts_from(analysis(metric(name, value, unit)))

    assert only(facts, name).text == text


def test_the_list_starts_with_how_much_data_there_is_and_is_numbered():
    facts = facts_from(analysis(metric("daily_steps", 9847.3, "steps/day")))

    assert [(fact.id, fact.metric, fact.text) for fact in facts] == [
        ("F1", "valid_days", "6 of 7 days"),
        ("F2", "coverage", "91 %"),
        ("F3", "daily_steps", "9,850 steps a day"),
    ]


def test_the_order_is_that_of_telling_whatever_the_order_of_the_metrics():
    sleep, steps = metric("total_sleep_time", 432.0, "min"), metric("daily_steps", 9.0, "steps/day")

    assert facts_from(analysis(sleep, steps)) == facts_from(analysis(steps, sleep))


def test_a_metric_with_a_published_reference_is_followed_by_it_and_its_source():
    facts = facts_from(analysis(metric("total_sleep_time", 432.0, "min")))

    reference = only(facts, "total_sleep_time.reference")
    assert (reference.status, reference.value) == ("reference", 420.0)
    assert "2015" in reference.note


def test_an_unknown_metric_is_a_fact_that_says_why():
    row = metric("total_sleep_time", None, "min", "insufficient", "needs 3 nights, found 1")

    fact = only(facts_from(analysis(row)), "total_sleep_time")

    assert (fact.status, fact.value) == ("insufficient", None)
    assert fact.text == "not known: needs 3 nights, found 1"


def test_a_metric_that_does_not_apply_says_why():
    row = metric("sleep_efficiency", None, "%", "not_applicable", "no time in bed was recorded")

    fact = only(facts_from(analysis(row)), "sleep_efficiency")

    assert fact.status == "not_applicable"
    assert fact.text == "not known: no time in bed was recorded"


@pytest.mark.parametrize("value", [None, math.nan, math.inf, "7", True])
def test_a_value_that_is_no_number_is_not_known_whatever_its_status_says(value):
    fact = only(facts_from(analysis(metric("daily_steps", value, "steps/day"))), "daily_steps")

    assert (fact.status, fact.value) == ("insufficient", None)


def test_a_reason_is_kept_short():
    row = metric("daily_steps", None, "steps/day", "insufficient", "x" * 5000)

    assert len(only(facts_from(analysis(row)), "daily_steps").text) < 250


@pytest.mark.parametrize(
    ("insight_type", "there", "absent"),
    [
        ("sleep", "total_sleep_time", "daily_steps"),
        ("activity", "daily_steps", "total_sleep_time"),
    ],
)
def test_the_insight_type_selects_the_facts(insight_type, there, absent):
    document = analysis(
        metric("total_sleep_time", 432.0, "min"), metric("daily_steps", 9847.3, "steps/day")
    )

    metrics = {fact.metric for fact in facts_from(document, insight_type=insight_type)}

    assert there in metrics
    assert "coverage" in metrics
    assert absent not in metrics


def test_another_insight_type_is_refused():
    with pytest.raises(ValueError, match="expected one of sleep, activity, general, found 'mood'"):
        facts_from(analysis(), insight_type="mood")


def test_no_identifier_date_or_embedding_becomes_a_fact():
    facts = facts_from(analysis(metric("daily_steps", 9847.3, "steps/day")))

    told = str([dataclasses.astuple(fact) for fact in facts])
    assert not any(private in told for private in ("ada", "2025-03", "0.1, 0.2"))


@pytest.mark.parametrize("document", [{}, {"metrics": None, "quality": 3}, {"metrics": ["x"]}])
def test_a_document_without_metrics_has_no_facts(document):
    assert facts_from(document) == ()


def test_days_without_a_window_are_told_alone():
    facts = facts_from({"quality": {"valid_days": 6}})

    assert [fact.text for fact in facts] == ["6 days"]


def test_the_digest_changes_with_what_a_reader_sees_and_not_below_it():
    def digest(steps):
        return facts_digest(facts_from(analysis(metric("daily_steps", steps, "steps/day"))))

    assert digest(9847.3) == digest(9848.1)
    assert digest(9847.3) != digest(9861.0)
    assert len(digest(1.0)) == 64


def test_a_duration_never_has_sixty_minutes():
    assert [duration(minutes) for minutes in (59.4, 59.6, 119.7, 0.2)] == [
        "59 min",
        "1 h",
        "2 h",
        "0 min",
    ]
