"""Facts: what an analysis shows, in the person's language, rounded as they read it."""

from __future__ import annotations

import dataclasses
import math
from datetime import date

import pytest

from clarity.domain.analysis import analyse
from clarity.domain.intake.samples import Samples
from clarity.domain.minutes.grid import build_grid
from clarity.domain.minutes.quality import assess
from clarity.domain.person import Person
from clarity.domain.words.facts import SLEEP_ESTIMATED, Fact, facts_digest, facts_from
from clarity.domain.words.readings import READINGS
from tests.unit.report_page import week

ADA = Person()


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


def told(*metrics, insight_type="general", person=ADA, **quality):
    return facts_from(analysis(*metrics, **quality), insight_type=insight_type, person=person)


def only(facts, name) -> Fact:
    return next(fact for fact in facts if fact.metric == name)


STEPS = metric("daily_steps", 9847.3, "steps/day")
SLEEP = metric("total_sleep_time", 432.0, "min")


def test_a_measured_week_has_facts_of_each_kind_of_insight():
    grid = week("office-worker")
    document = analyse(grid, assess(grid)).to_document()

    names = {
        name: {fact.metric for fact in facts_from(document, insight_type=name, person=ADA)}
        for name in ("sleep", "activity", "general")
    }

    assert {"window", "valid_days", "coverage"} <= set.intersection(*names.values())
    assert {"total_sleep_time", "sleep_midpoint", "sleep_regularity_index"} <= names["sleep"]
    assert {"daily_steps", "moderate_minutes", "m10"} <= names["activity"]
    assert {"total_sleep_time", "daily_steps"} <= names["general"]
    assert set(READINGS) - set().union(*names.values()) == {"social_jet_lag"}


def test_an_empty_week_says_what_is_not_known():
    """policy 5: too little data and a device that cannot tell are two things."""
    grid = build_grid(Samples.empty(), date(2025, 3, 3), 7)

    facts = facts_from(analyse(grid, assess(grid)).to_document(), person=ADA)

    assert only(facts, "total_sleep_time").status == "not_applicable"
    assert only(facts, "circadian_rhythm_strength").status == "insufficient"
    assert "sleep_midpoint" not in {fact.metric for fact in facts}


def test_sleep_that_was_estimated_is_marked_so():
    document = analysis(SLEEP)

    estimated = facts_from(document | {"sleep": {"method": "movement_and_heart_rate"}}, person=ADA)

    assert only(estimated, "total_sleep_time").note == SLEEP_ESTIMATED
    assert only(facts_from(document, person=ADA), "total_sleep_time").note == ""


@pytest.mark.parametrize(
    ("name", "value", "unit", "text"),
    [
        ("total_sleep_time", 432.4, "min", "7 h 12 min"),
        ("total_sleep_time", 7.5, "h", "7 h 30 min"),
        ("wake_after_sleep_onset", 38.2, "min", "38 min"),
        ("sleep_onset_variability", 120.0, "min", "2 h"),
        ("sleep_onset_variability", 119.7, "min", "2 h"),
        ("sleep_efficiency", 84.1, "%", "84 %"),
        ("sleep_efficiency", 0.841, "", "84 %"),
        ("sleep_efficiency", 0.841, "fraction", "84 %"),
        ("sleep_midpoint", 1439.7, "min after midnight", "00:00"),
        ("sleep_midpoint", 215.2, "min after midnight", "03:35"),
        ("daily_steps", 9847.3, "steps/day", "9,850 steps a day"),
        ("daily_steps", 42.4, "steps/day", "42 steps a day"),
        ("moderate_minutes", 21.6, "min/day", "22 min"),
        ("resting_heart_rate", 58.4, "count/min", "58 beats a minute"),
        ("circadian_rhythm_strength", 0.6249, "", "0.62"),
    ],
)
def test_a_value_is_told_as_a_person_reads_it(name, value, unit, text):
    assert only(told(metric(name, value, unit)), name).text == text


def test_small_numbers_of_the_day_and_night_keep_a_place():
    row = metric("l5", 0.44, "steps/min")

    assert only(told(row, insight_type="activity"), "l5").text == "0.4 steps a minute"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "9,850 steps a day"),
        ("de", "9.850 Schritte am Tag"),
        ("es", "9850 pasos al día"),
    ],
)
def test_texts_are_in_the_language_of_the_person(language, text):
    fact = only(told(STEPS, person=Person(language=language)), "daily_steps")

    assert fact.text == text
    assert fact.unit == "steps/day"


def test_the_list_starts_with_how_much_data_there_is_and_is_numbered():
    assert [(fact.id, fact.metric, fact.kind, fact.text) for fact in told(STEPS)] == [
        ("F1", "window", "quality", "3 to 9 March 2025"),
        ("F2", "valid_days", "quality", "6 of 7 days"),
        ("F3", "coverage", "quality", "91 %"),
        ("F4", "daily_steps", "measure", "9,850 steps a day"),
    ]


def test_the_order_is_that_of_telling_whatever_the_order_of_the_metrics():
    assert told(SLEEP, STEPS) == told(STEPS, SLEEP)


@pytest.mark.parametrize(
    ("row", "text", "low", "high", "source"),
    [
        (SLEEP, "7 h or more", 420.0, None, "jcsm.4758"),
        (metric("sleep_efficiency", 0.8, ""), "85 % or more", 85.0, None, "j.sleh.2016.11.006"),
        (
            metric("wake_after_sleep_onset", 44.0, "min"),
            "20 min or less",
            None,
            20.0,
            "j.sleh.2016.11.006",
        ),
        (
            metric("moderate_minutes", 30.0, "min/day"),
            "21 min or more",
            21.0,
            None,
            "bjsports-2020-102955",
        ),
    ],
)
def test_a_measure_is_followed_by_what_is_published_of_it(row, text, low, high, source):
    """policy 3."""
    fact = only(told(row), f"{row['name']}.reference")

    assert (fact.kind, fact.status, fact.text) == ("reference", "reference", text)
    assert (fact.low, fact.high) == (low, high)
    assert fact.value == (low if low is not None else high)
    assert fact.note.endswith(source)
    assert fact.label.endswith("recommended for adults")


def test_what_a_device_sees_only_in_part_is_not_held_below_a_reference():
    """policy 3: steps tell walking and running, and the reference counts every movement."""
    facts = told(metric("moderate_minutes", 9.0, "min/day"))

    assert "moderate_minutes.reference" not in {fact.metric for fact in facts}


@pytest.mark.parametrize(
    ("age", "text", "label"),
    [
        (16, "8 h to 10 h", "recommended at your age"),
        (9, "9 h to 12 h", "recommended at your age"),
        (70, "7 h to 8 h", "recommended for adults"),
        (None, "7 h or more", "recommended for adults"),
    ],
)
def test_the_recommended_sleep_is_that_of_the_age(age, text, label):
    """policy 3, policy 11."""
    fact = only(told(SLEEP, person=Person(age=age)), "total_sleep_time.reference")

    assert fact.text == text
    assert fact.label.endswith(label)


def test_minors_are_held_against_nothing_that_is_for_adults():
    """policy 11."""
    rows = [
        metric("sleep_efficiency", 0.7, ""),
        metric("wake_after_sleep_onset", 44.0, "min"),
        metric("moderate_minutes", 3.0, "min/day"),
        metric("resting_heart_rate", 110.0, "beats/min"),
    ]

    facts = told(*rows, person=Person(age=15))

    assert {fact.kind for fact in facts} == {"quality", "measure"}
    assert not any(fact.professional for fact in facts)
    assert "adults" not in str([dataclasses.astuple(fact) for fact in facts])


@pytest.mark.parametrize("topic", ["sleep", "rhythm", "activity", "heart"])
def test_what_a_person_does_not_want_to_hear_of_is_no_fact(topic):
    """policy 13."""
    grid = week("office-worker")
    document = analyse(grid, assess(grid)).to_document()

    facts = facts_from(document, person=Person(avoid=frozenset({topic})))

    assert topic not in {fact.topic for fact in facts}
    assert len(facts) > 5


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("insufficient", "not known: there is too little data"),
        ("not_applicable", "not known: nothing that was recorded tells it"),
    ],
)
def test_why_a_number_is_not_known_is_told_in_the_persons_words(status, text):
    """policy 5."""
    row = metric("total_sleep_time", None, "min", status, "needs 3 nights, found 1")

    fact = only(told(row), "total_sleep_time")

    assert (fact.status, fact.value, fact.text) == (status, None, text)
    assert "total_sleep_time.reference" not in {fact.metric for fact in told(row)}


@pytest.mark.parametrize("value", [None, math.nan, math.inf, "7", True, 10**400, -(10**400)])
def test_a_value_that_is_no_number_is_not_known_whatever_its_status_says(value):
    fact = only(told(metric("daily_steps", value, "steps/day")), "daily_steps")

    assert (fact.status, fact.value) == ("insufficient", None)


def test_a_number_that_only_some_read_is_not_missed():
    """Of the details, only what is known becomes a fact."""
    rows = [metric("social_jet_lag", None, "min", "insufficient", "too few nights")]
    document = analysis() | {"details": rows}

    facts = facts_from(document, insight_type="sleep", person=ADA)

    assert "social_jet_lag" not in {fact.metric for fact in facts}


@pytest.mark.parametrize(
    ("name", "unit"),
    [("m10", "counts/min"), ("daily_steps", "kg"), ("a_new_metric", "kg"), ("daily_counts", "")],
)
def test_another_quantity_is_no_fact(name, unit):
    facts = told(metric(name, 1234.5, unit), insight_type="activity")

    assert {fact.metric for fact in facts} == {"window", "valid_days", "coverage"}


@pytest.mark.parametrize(
    ("insight_type", "there", "absent"),
    [
        ("sleep", "total_sleep_time", "daily_steps"),
        ("activity", "daily_steps", "total_sleep_time"),
    ],
)
def test_the_insight_type_selects_the_facts(insight_type, there, absent):
    metrics = {fact.metric for fact in told(SLEEP, STEPS, insight_type=insight_type)}

    assert there in metrics
    assert "coverage" in metrics
    assert absent not in metrics


def test_another_insight_type_is_refused():
    with pytest.raises(ValueError, match="expected one of sleep, activity, general, found 'mood'"):
        told(insight_type="mood")


def test_no_identifier_embedding_or_reason_becomes_a_fact():
    """policy 13."""
    row = metric("total_sleep_time", None, "min", "insufficient", "Ada wore it on her ankle")

    facts = told(STEPS, row)

    words = str([dataclasses.astuple(fact) for fact in facts])
    assert not any(private in words for private in ("ada", "Ada", "0.1, 0.2"))


@pytest.mark.parametrize("document", [{}, {"metrics": None, "quality": 3}, {"metrics": ["x"]}])
def test_a_document_without_metrics_has_no_facts(document):
    assert facts_from(document, person=ADA) == ()


@pytest.mark.parametrize(
    ("quality", "window", "texts"),
    [
        ({"valid_days": 6}, {}, ["6 days"]),
        ({"valid_days": 6}, {"days": 7}, ["6 of 7 days"]),
        ({"valid_days": -1, "coverage": 1.5}, {"days": 0, "first_day": "2025-03-03"}, []),
        ({}, {"days": 7, "first_day": "9999-12-30"}, []),
        ({}, {"days": 7, "first_day": "soon"}, []),
        ({}, {"days": 1, "first_day": "2025-03-03"}, ["3 March 2025"]),
    ],
)
def test_days_are_told_as_far_as_they_are_known(quality, window, texts):
    facts = facts_from({"quality": quality, "window": window}, person=ADA)

    assert [fact.text for fact in facts] == texts


def digest(*metrics, person=ADA, **quality):
    return facts_digest(told(*metrics, person=person, **quality))


def test_the_digest_changes_with_what_a_reader_sees_and_not_below_it():
    assert digest(STEPS) == digest(metric("daily_steps", 9848.1, "steps/day"))
    assert digest(STEPS) != digest(metric("daily_steps", 9861.0, "steps/day"))
    assert digest(STEPS) != digest(STEPS, valid_days=5)
    assert digest(STEPS) != digest(metric("daily_steps", None, "steps/day", "insufficient"))
    assert len(digest(STEPS)) == 64


def test_the_digest_is_the_same_in_every_language_and_at_every_level():
    people = [
        Person(language=language, level=level)
        for language in ("en", "de", "es")
        for level in ("plain", "detailed")
    ]

    assert len({digest(STEPS, SLEEP, person=person) for person in people}) == 1


def test_the_digest_tells_one_week_from_another():
    later = analysis(STEPS) | {"window": {"first_day": "2025-03-04", "days": 7}}

    assert facts_digest(facts_from(later, person=ADA)) != digest(STEPS)


@pytest.mark.parametrize(
    ("rate", "valid_days", "age", "warranted"),
    [
        (112.0, 7, 40, True),
        (112.0, 5, None, True),
        (100.6, 5, 40, True),
        (100.4, 7, 40, False),
        (112.0, 4, 40, False),
        (112.0, 7, 17, False),
        (38.0, 7, 40, False),
    ],
)
def test_only_a_cited_threshold_over_enough_days_sends_to_a_professional(
    rate, valid_days, age, warranted
):
    """policy 9."""
    row = metric("resting_heart_rate", rate, "beats/min")

    facts = told(row, STEPS, SLEEP, valid_days=valid_days, person=Person(age=age))

    assert {fact.metric for fact in facts if fact.professional} == (
        {"resting_heart_rate"} if warranted else set()
    )
    assert ("doi:10.1093/eurheartj/ehz467" in only(facts, "resting_heart_rate").note) == warranted
