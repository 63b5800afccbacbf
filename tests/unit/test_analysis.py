from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from clarity.domain.analysis import (
    HEADLINE,
    Analysis,
    analyse,
    best_week,
    confidence,
)
from clarity.domain.intake.samples import Samples
from clarity.domain.metric import Measure
from clarity.domain.minutes.grid import build_grid, grid_digest
from clarity.domain.minutes.quality import assess
from clarity.domain.person import Person
from clarity.domain.words.facts import facts_from
from tests.healthkit import MONDAY, PHONE, at, ordinary_week, pulse, read, sample, slept, steps


def value(analysis: Analysis, name: str) -> float | None:
    return next(metric.value for metric in analysis.metrics if metric.name == name)


def test_the_newest_week_that_passes_the_gate_is_taken():
    samples = read(ordinary_week(days=20))

    grid = best_week(samples)

    assert grid.first_day == MONDAY + timedelta(days=14)  # ends on the day of the last night
    assert assess(grid).sufficient


def test_days_off_the_wrist_send_it_further_back():
    later = pulse(at(MONDAY + timedelta(days=25), 600), 60)

    grid = best_week(read([*ordinary_week(days=10), later]))

    assert assess(grid).valid_days == 4
    assert grid.first_day == MONDAY + timedelta(days=6)


def test_where_no_week_passes_the_best_covered_is_taken():
    short = [pulse(at(MONDAY, m), 60) for m in range(600, 900, 5)]
    later = pulse(at(MONDAY + timedelta(days=20), 600), 60)

    grid = best_week(read([*short, later]))

    assert grid.worn.sum() > 200
    assert not assess(grid).sufficient


def test_no_samples_are_a_grid_of_no_days_that_does_not_pass():
    grid = best_week(Samples.empty())
    quality = assess(grid)

    assert grid.days == 0
    assert not quality.sufficient
    assert quality.missing == ("4 days with at least 10 h of wear are needed, 0 found",)
    assert {m.status for m in analyse(grid, quality).metrics} <= {"insufficient", "not_applicable"}


def test_samples_that_say_nothing_of_minutes_still_name_their_week():
    resting = sample("restingHeartRate", at(MONDAY, 0), 3600, value=50, unit="bpm")

    assert best_week(read([resting])).day(6) == MONDAY


def test_an_ordinary_week_has_every_metric():
    grid = build_grid(read(ordinary_week()), MONDAY)
    analysis = analyse(grid, assess(grid))

    absent = {metric.name for metric in analysis.metrics if metric.status != "ok"}
    assert absent == {"sleep_onset_latency"}  # nobody recorded when the person went to bed
    assert set(HEADLINE) <= {metric.name for metric in analysis.metrics}
    assert value(analysis, "sleep_efficiency") == pytest.approx(450 / 480)
    assert analysis.agreement is not None
    assert analysis.agreement > 0.8
    assert analysis.confidence > 0.9


def test_a_night_without_a_record_is_no_disagreement():
    grid = build_grid(read(ordinary_week()), MONDAY)
    stage = grid.stage.copy()
    stage[4 * 1440 - 360 : 5 * 1440 - 360] = -1

    partly = analyse(replace(grid, stage=stage), assess(grid))

    whole = analyse(grid, assess(grid)).agreement
    assert whole is not None
    assert partly.agreement == pytest.approx(whole, abs=0.05)


def test_details_are_metrics_of_other_names_and_words_speak_of_few():
    grid = build_grid(read(ordinary_week()), MONDAY)
    analysis = analyse(grid, assess(grid))
    document = analysis.to_document()
    names = [metric.name for metric in (*analysis.metrics, *analysis.details)]

    assert len(set(names)) == len(names)
    assert {"sleep_midpoint", "l5_onset", "rest_to_activity", "heart_rate_amplitude"} <= set(names)
    assert all(metric.value is None or metric.status == "ok" for metric in analysis.details)
    assert all(metric.reason for metric in analysis.details if metric.status != "ok")
    told = {fact.metric.split(".")[0] for fact in facts_from(document, person=Person())}
    assert told & {metric.name for metric in analysis.details} == {
        "sleep_midpoint",
        "moderate_minutes",
    }


def test_the_document_is_plain_and_says_when_the_person_slept():
    grid = build_grid(read(ordinary_week()), MONDAY)
    document = analyse(grid, assess(grid)).to_document()

    assert json.loads(json.dumps(document)) == document
    assert document["window"] == {"first_day": "2025-06-02", "last_day": "2025-06-08", "days": 7}
    assert document["sleep"]["periods"][1]["onset"] == "2025-06-02T23:00"  # type: ignore[index]  # a map
    assert document["grid_sha256"] == grid_digest(grid)


def test_a_phone_in_the_pocket_is_honestly_too_little():
    rows = [row for row in ordinary_week() if row["sample_type"] == "stepCount"]
    phone = [row | {"source_revision": steps(at(MONDAY, 0), 60, 1, source=PHONE)["source_revision"]}
             for row in rows]  # fmt: skip

    quality = assess(best_week(read(phone)))

    assert not quality.sufficient
    assert 0 < quality.coverage < 0.1


def test_confidence_follows_its_formula():
    grid = build_grid(read(ordinary_week()), MONDAY)
    quality = assess(grid)
    known = tuple(Measure(name, "", "").value(1.0) for name in HEADLINE)
    unknown = tuple(Measure(name, "", "").insufficient("test") for name in HEADLINE)

    sure = confidence(quality, known, 1.0)

    assert sure == pytest.approx(np.cbrt(quality.coverage), abs=1e-4)
    assert confidence(quality, known, -0.2) == pytest.approx(0.75 * sure, abs=1e-3)
    assert confidence(quality, known) == pytest.approx(0.875 * sure, abs=1e-3)
    assert confidence(quality, (*known[:3], *unknown[3:]), 1.0) < sure
    assert confidence(quality, unknown, 1.0) == 0


def test_recorded_and_detected_sleep_that_never_meet_agree_on_nothing():
    grid = build_grid(read(ordinary_week(stages=False)), MONDAY)

    assert analyse(grid, assess(grid)).agreement is None


def test_sleep_recorded_off_the_wrist_agrees_with_nothing():
    rows = [
        pulse(at(MONDAY + timedelta(days=day), minute), 60 + minute % 11)
        for day in range(7)
        for minute in range(600, 1000, 5)
    ]
    walks = [
        steps(at(MONDAY + timedelta(days=day), minute), 60, 60)
        for day in range(7)
        for minute in range(600, 1000, 10)
    ]
    app = [slept(at(MONDAY + timedelta(days=day), 60), 300, 1, source=PHONE) for day in range(7)]
    grid = build_grid(read([*rows, *walks, *app]), MONDAY)

    assert analyse(grid, assess(grid)).agreement is None
