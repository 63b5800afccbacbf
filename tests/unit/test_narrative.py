from __future__ import annotations

import pytest

from clarity.domain.words.facts import facts_from
from clarity.domain.words.narrative import narrate


def metric(name, value, unit, status="ok"):
    return {"name": name, "value": value, "unit": unit, "status": status, "reason": "too little"}


def week(*, coverage=0.95, valid_days=7, insight_type="general", **values):
    units = {
        "total_sleep_time": "min",
        "sleep_efficiency": "%",
        "wake_after_sleep_onset": "min",
        "sleep_onset_variability": "min",
        "daily_steps": "steps/day",
        "resting_heart_rate": "count/min",
    }
    rows = [
        metric(name, value, units.get(name, ""), "ok" if value is not None else "insufficient")
        for name, value in values.items()
    ]
    document = {
        "metrics": rows,
        "quality": {"coverage": coverage, "valid_days": valid_days},
        "window": {"days": 7},
    }
    return facts_from(document, insight_type=insight_type)


def test_the_summary_tells_the_data_the_sleep_and_the_steps():
    narrative = narrate(week(total_sleep_time=432.4, sleep_efficiency=84.1, daily_steps=9847.3))

    assert narrative.narrative == (
        "Here is your week: 7 of 7 days had enough data to count. "
        "You slept 7 h 12 min a day on average, and 84 % of your time in bed was sleep. "
        "You took 9,850 steps a day on average."
    )
    assert (narrative.source, narrative.language) == ("template", "en")


def test_each_sentence_cites_the_facts_that_it_quotes():
    facts = week(total_sleep_time=432.4, sleep_efficiency=84.1)

    sentence = narrate(facts).sentences[1]

    cited = [fact.metric for fact in facts if fact.id in sentence.fact_ids]
    assert cited == ["total_sleep_time", "sleep_efficiency"]


def test_what_is_not_known_is_said_in_one_sentence():
    narrative = narrate(week(daily_steps=9847.3, total_sleep_time=None, sleep_efficiency=None))

    assert (
        "There was not enough data this time to tell how long you slept or how much of your time "
        "in bed was sleep." in narrative.narrative
    )


def test_few_days_are_a_first_impression():
    assert "2 of 7 days" in narrate(week(valid_days=2)).narrative
    assert "first impression" in narrate(week(valid_days=2)).narrative


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(372.0, "is below the 7 h or more"), (419.6, "meets the 7 h or more")],
)
def test_sleep_is_held_against_the_published_value_as_it_is_rendered(minutes, words):
    assert words in narrate(week(total_sleep_time=minutes)).key_insights[0]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(22.0, "steady"), (52.0, "varied by about 52 min"), (95.0, "by about 1 h 35 min")],
)
def test_the_words_for_bedtime_follow_its_variation(minutes, words):
    assert words in narrate(week(sleep_onset_variability=minutes)).key_insights[0]


def test_estimated_sleep_is_told_as_such():
    document = {
        "metrics": [metric("total_sleep_time", 432.0, "min")],
        "sleep": {"method": "movement_and_heart_rate"},
    }

    assert "estimated from movement and heart rate" in narrate(facts_from(document)).narrative


def test_little_coverage_is_told_and_not_guessed():
    assert "61 % of the time" in narrate(week(coverage=0.61)).key_insights[-1]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"total_sleep_time": None, "coverage": 0.5}, "while you sleep would let the next summary"),
        ({"coverage": 0.5}, "charging"),
        ({"total_sleep_time": 350.0}, "a little earlier"),
        ({"sleep_onset_variability": 90.0}, "similar bedtime"),
        ({"wake_after_sleep_onset": 75.0}, "quiet bedroom"),
        ({"daily_steps": 2400.0}, "short walk"),
        ({"daily_steps": 9000.0}, "weeks to come"),
    ],
)
def test_a_recommendation_has_a_fact_that_gives_reason(values, words):
    narrative = narrate(week(**values))

    assert words in narrative.recommendations[0]
    assert len(narrative.recommendations) == 1 + (set(values) == {"total_sleep_time", "coverage"})


def test_sleep_that_is_unknown_though_the_device_was_worn_is_no_reason_to_wear_it_more():
    narrative = narrate(week(total_sleep_time=None))

    assert "wearing your device while" not in " ".join(narrative.recommendations).lower()


def test_sleep_that_was_never_recorded_is_a_reason_to_wear_the_device_in_bed():
    document = {
        "metrics": [metric("total_sleep_time", None, "min", "not_applicable")],
        "quality": {"coverage": 0.95, "valid_days": 7},
        "window": {"days": 7},
    }

    assert "while you sleep" in narrate(facts_from(document)).recommendations[0]


@pytest.mark.parametrize(("insight_type", "count"), [("general", 0), ("sleep", 0), ("activity", 2)])
def test_the_finer_indices_are_told_only_to_who_asks_for_activity(insight_type, count):
    facts = week(rest_activity_ratio=0.05, activity_fragmentation=0.22)

    assert len(narrate(facts, insight_type=insight_type).key_insights) == count


def test_there_are_never_more_than_three_recommendations():
    facts = week(
        coverage=0.5,
        total_sleep_time=350.0,
        sleep_onset_variability=90.0,
        wake_after_sleep_onset=75.0,
        daily_steps=2400.0,
    )

    assert len(narrate(facts).recommendations) == 3


@pytest.mark.parametrize(("insight_type", "absent"), [("sleep", "steps"), ("activity", "slept")])
def test_the_insight_type_leaves_the_other_out_even_of_all_facts(insight_type, absent):
    facts = week(total_sleep_time=432.4, daily_steps=9847.3)

    narrative = narrate(facts, insight_type=insight_type)

    assert absent not in narrative.narrative


def test_a_language_without_phrases_is_told_in_english_and_says_so():
    assert narrate(week(), language="de").language == "en"


def test_no_fact_no_sentence():
    assert narrate(()).sentences == ()


def test_the_same_facts_have_the_same_words():
    assert narrate(week(daily_steps=1.0)) == narrate(week(daily_steps=1.0))
