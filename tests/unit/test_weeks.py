"""Facts over several weeks: usual, changed, drifting; and how sure all of that is."""

from __future__ import annotations

import pytest

from clarity.domain.person import Person
from clarity.domain.words.facts import MOST_FACTS, confidence_of, facts_digest, facts_from
from clarity.domain.words.weeks import TIMEFRAME_WEEKS
from tests.analyses import document, history

USUAL = [420.0, 425.0, 418.0, 430.0]


def told(values, weeks, timeframe="1week", *, insight_type="general", counted=None, **settings):
    past = history(weeks, timeframe, counted)
    person = Person(**settings)
    facts = facts_from(document(values), insight_type=insight_type, person=person, history=past)
    return {fact.metric: fact for fact in facts}


def slept(minutes, weeks=USUAL, timeframe="1week", **settings):
    past = {"total_sleep_time": [*weeks, minutes]}
    return told({"total_sleep_time": minutes}, past, timeframe, **settings)


def test_without_other_weeks_nothing_is_compared():
    """policy 4."""
    facts = facts_from(document({"total_sleep_time": 410.0}), person=Person(), history=None)

    assert {fact.kind for fact in facts} == {"quality", "measure", "reference"}


def test_a_change_is_told_against_what_is_usual():
    """policy 4."""
    facts = slept(362.4)

    usual, change = facts["total_sleep_time.usual"], facts["total_sleep_time.change"]
    assert (usual.kind, usual.value, usual.text) == ("usual", 422.0, "7 h 2 min")
    assert (change.kind, change.value, change.direction) == ("change", -60.0, -1)
    assert change.text == "1 h less than usual"
    assert change.note == "the 4 weeks before"


@pytest.mark.parametrize(
    ("minutes", "weeks"),
    [
        (421.4, [420.4, 421.6, 422.4, 419.6]),
        (362.5, [420.5, 430.5, 410.5, 425.5]),
        (361.5, [301.5, 302.5, 300.5, 301.5]),
    ],
)
def test_a_reader_who_subtracts_finds_the_change(minutes, weeks):
    """policy 2, policy 4: of the numbers as they are told."""
    facts = slept(minutes, weeks)

    told_now = round(facts["total_sleep_time"].value)
    change = facts["total_sleep_time.change"]
    assert change.value == told_now - facts["total_sleep_time.usual"].value


@pytest.mark.parametrize("minutes", [419.0, 423.0, 410.0, 440.0])
def test_what_lies_within_the_usual_weeks_is_no_change(minutes):
    """policy 4."""
    change = slept(minutes)["total_sleep_time.change"]

    assert change.direction == 0
    assert change.text == "within your usual range"


def test_what_rounds_to_nothing_is_no_change():
    facts = slept(420.4, [420.0, 420.0, 420.0, 420.0])

    assert facts["total_sleep_time.change"].value == 0.0
    assert facts["total_sleep_time.change"].direction == 0


def test_weeks_that_do_not_differ_do_not_tell_what_is_usual_to_differ():
    facts = slept(480.0, [420.0, 420.0, 420.0, 420.0])

    assert "total_sleep_time.usual" in facts
    assert "total_sleep_time.change" not in facts


@pytest.mark.parametrize(("minutes", "direction"), [(429.0, 0), (431.0, 1), (409.0, -1)])
def test_what_no_device_knows_so_closely_is_no_change(minutes, direction):
    """policy 4: the weeks before lie within a minute, and ten minutes are the least."""
    change = slept(minutes, [419.5, 420.0, 420.0, 420.5, 419.7, 420.3])["total_sleep_time.change"]

    assert change.direction == direction


def test_a_shift_that_no_device_knows_so_closely_is_none():
    """policy 4."""
    low, high = [62.0, 62.2, 61.9, 62.1, 62.0, 61.8], [63.0, 63.1, 62.9, 63.2, 63.0, 63.1]

    weeks = {"resting_heart_rate": low + high}
    facts = told({"resting_heart_rate": 63.1}, weeks, "3months")

    assert "resting_heart_rate.shift" not in facts
    assert "resting_heart_rate.trend" not in facts


def test_three_weeks_before_are_too_few():
    assert set(slept(300.0, USUAL[:3])) & {"total_sleep_time.usual", "total_sleep_time.change"} == (
        set()
    )


def test_a_share_changes_by_percentage_points():
    """policy 2."""
    facts = told(
        {"sleep_efficiency": 70.0},
        {"sleep_efficiency": [90.0, 91.0, 89.0, 90.0, 70.0]},
    )

    change = facts["sleep_efficiency.change"]
    assert (change.unit, change.value, change.direction) == ("points", -20.0, -1)
    assert change.text == "20 percentage points less than usual"
    assert facts["sleep_efficiency.usual"].unit == "%"


def test_weeks_in_another_unit_are_read_in_it():
    past = history({"sleep_efficiency": [0.90, 0.91, 0.89, 0.90, 0.70]})
    past["metrics"][0]["unit"] = ""

    facts = facts_from(document({"sleep_efficiency": 70.0}), person=Person(), history=past)

    (change,) = (fact for fact in facts if fact.metric == "sleep_efficiency.change")
    assert (change.value, change.direction) == (-20.0, -1)


def test_weeks_of_another_quantity_are_not_compared():
    past = history({"daily_steps": [5000.0, 5100.0, 4900.0, 5050.0, 9000.0]})
    past["metrics"][0]["unit"] = "counts/day"

    facts = facts_from(document({"daily_steps": 9000.0}), person=Person(), history=past)

    assert "daily_steps.change" not in {fact.metric for fact in facts}


@pytest.mark.parametrize(
    ("middle", "usual", "value", "direction", "text"),
    [
        (20.0, 1430.0, 30.0, 1, "30 min later than usual"),
        (1420.0, 30.0, -50.0, -1, "50 min earlier than usual"),
        (200.0, 260.0, -60.0, -1, "1 h earlier than usual"),
    ],
)
def test_a_time_of_day_moves_the_shorter_way_round_the_clock(middle, usual, value, direction, text):
    """policy 4."""
    weeks = [usual - 1, usual + 1, usual, usual, middle]

    facts = told({"sleep_midpoint": middle}, {"sleep_midpoint": weeks}, insight_type="sleep")

    change = facts["sleep_midpoint.change"]
    assert (change.value, change.direction, change.unit) == (value, direction, "min")
    assert change.text == text
    assert facts["sleep_midpoint.usual"].unit == "clock"


def test_steps_change_in_tens():
    facts = told({"daily_steps": 9847.0}, {"daily_steps": [5012, 4991, 5003, 5022, 9847]})

    assert facts["daily_steps.usual"].text == "5,010 steps a day"
    assert facts["daily_steps.change"].value == 4840.0


def test_a_longer_timeframe_has_its_average_and_tells_how_many_weeks_count():
    weeks = [400.0, 410.0, 420.0, 430.0, None, 420.0, 430.0, 440.0]

    counted = [value is not None for value in weeks]
    facts = told(
        {"total_sleep_time": 440.0}, {"total_sleep_time": weeks}, "1month", counted=counted
    )

    average = facts["total_sleep_time.average"]
    assert (average.value, average.text, average.note) == (430.0, "7 h 10 min", "3 of 4 weeks")
    assert facts["weeks_counted"].text == "3 of 4 weeks"
    assert facts["weeks_counted"].value == 3.0


def test_a_single_week_has_no_average_and_two_are_too_few():
    assert "total_sleep_time.average" not in slept(420.0)
    assert "weeks_counted" not in slept(420.0)
    weeks = {"total_sleep_time": [420.0, None, None, 430.0]}
    assert "total_sleep_time.average" not in told({"total_sleep_time": 430.0}, weeks, "1month")


def test_a_person_whose_weeks_are_fewer_than_asked_for_is_told_so():
    facts = slept(420.0, USUAL, "3months")

    assert facts["weeks_counted"].text == "5 of 13 weeks"


def test_a_drift_is_a_trend_a_week():
    """policy 4."""
    weeks = [480.0 - 5 * week for week in range(14)]

    facts = slept(weeks[-1], weeks[:-1], "3months")

    trend = facts["total_sleep_time.trend"]
    assert (trend.kind, trend.value, trend.direction) == ("trend", -5.0, -1)
    assert trend.text == "about 5 min less each week, over 14 weeks"
    assert "total_sleep_time.shift" not in facts


@pytest.mark.parametrize("step", [0.0, 0.04, -0.04])
def test_a_drift_that_rounds_to_nothing_is_not_told(step):
    weeks = [420.0 + step * week for week in range(14)]

    assert "total_sleep_time.trend" not in slept(weeks[-1], weeks[:-1], "3months")


def test_a_shift_names_both_levels_and_the_first_day_of_the_new_one():
    """policy 4."""
    high = [500.0, 502.0, 498.0, 501.0, 499.0, 500.0, 502.0]
    low = [430.0, 428.0, 432.0, 431.0, 429.0, 430.0, 428.0]

    facts = slept(low[-1], high + low[:-1], "3months")

    shift = facts["total_sleep_time.shift"]
    assert (shift.kind, shift.value, shift.direction) == ("shift", -70.0, -1)
    assert shift.text == "from 8 h 20 min to 7 h 10 min, since the week of 27 April"
    assert shift.note == "since 2026-04-27"


def test_weeks_about_another_week_are_not_compared():
    """policy 4: a history that ends elsewhere says nothing of this week."""
    past = history({"total_sleep_time": [*USUAL, 362.0]})
    other = document({"total_sleep_time": 362.0}) | {"window": {"first_day": "2026-06-09"}}

    facts = facts_from(other, person=Person(), history=past)

    assert {fact.kind for fact in facts} <= {"quality", "measure", "reference"}


def test_a_newest_week_without_a_value_is_not_compared():
    facts = told({"total_sleep_time": None}, {"total_sleep_time": [*USUAL, None]})

    assert set(facts) & {"total_sleep_time.usual", "total_sleep_time.change"} == set()


FOLLOWED = {
    "total_sleep_time": (420.0, 5.0),
    "sleep_efficiency": (88.0, 1.0),
    "wake_after_sleep_onset": (40.0, 3.0),
    "sleep_midpoint": (215.0, 4.0),
    "sleep_onset_variability": (45.0, 4.0),
    "circadian_rhythm_strength": (0.6, 0.02),
    "daily_steps": (8000.0, 200.0),
    "moderate_minutes": (30.0, 2.0),
    "resting_heart_rate": (60.0, 1.0),
}


def test_there_are_never_more_facts_than_a_text_can_use_and_the_usual_goes_first():
    weeks = {
        name: [level + spread * (week % 3 - 1) for week in range(14)]
        for name, (level, spread) in FOLLOWED.items()
    }
    weeks["daily_steps"][-1] = 2000.0
    newest = {name: each[-1] for name, each in weeks.items()}

    facts = told(newest, weeks, "3months")

    assert len(facts) == MOST_FACTS
    assert set(FOLLOWED) <= set(facts)
    assert {"daily_steps.usual", "daily_steps.change", "window", "weeks_counted"} <= set(facts)
    left = {name for name, fact in facts.items() if fact.kind == "change" and not fact.direction}
    assert {"total_sleep_time.change", "resting_heart_rate.change"} <= left
    assert "sleep_onset_variability.change" not in left
    assert [fact.id for fact in facts.values()] == [f"F{n}" for n in range(1, MOST_FACTS + 1)]


def test_a_change_is_news_for_the_digest():
    steady, changed = (
        document({"total_sleep_time": 421.0}),
        history({"total_sleep_time": [*USUAL, 421.0]}),
    )

    alone = facts_digest(facts_from(steady, person=Person()))

    assert facts_digest(facts_from(steady, person=Person(), history=changed)) != alone


@pytest.mark.parametrize(
    ("timeframe", "counted", "expected"),
    [
        ("1week", [True] * 5, 0.8),
        ("1week", [False] * 4 + [True], 0.8),
        ("1month", [True] * 8, 0.8),
        ("1month", [True] * 4 + [False, True, False, True], 0.4),
        ("3months", [True] * 13, 0.8),
        ("3months", [True] * 2, 0.8 * 2 / 13),
    ],
)
def test_confidence_falls_with_the_weeks_that_did_not_count(timeframe, counted, expected):
    weeks = {"total_sleep_time": [420.0] * len(counted)}

    past = history(weeks, timeframe, counted)

    assert confidence_of(document({}), past) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("confidence", "expected"), [(0.7, 0.7), (1.7, 1.0), (-1, 0.0), ("high", 0.0), (None, 0.0)]
)
def test_confidence_without_other_weeks_is_that_of_the_week(confidence, expected):
    assert confidence_of({"confidence": confidence}) == expected


def test_every_timeframe_of_a_request_has_its_weeks():
    assert dict(TIMEFRAME_WEEKS) == {"1week": 1, "1month": 4, "3months": 13}
