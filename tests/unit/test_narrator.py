"""What the deterministic text tells, and what it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clarity.domain.words.narrator import narrate
from tests.unit.narrated import USUAL, facts_of, text, told

# -- the opening ----------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["plain", "detailed"])
def test_the_text_begins_with_the_week_that_it_is_about(level):
    assert "8 to 14 June 2026" in told({"daily_steps": 9000.0}, level=level).sentences[0].text


@pytest.mark.parametrize("level", ["plain", "detailed"])
def test_few_days_are_a_first_impression(level):
    narrative = told({"daily_steps": 9000.0}, level=level, valid_days=2)

    assert "2 of 7 days" in narrative.narrative
    assert "first impression" in narrative.narrative


def test_no_day_at_all_is_no_impression():
    assert "impression" not in told({"daily_steps": 9000.0}, valid_days=0).narrative


def test_plain_words_count_the_days_only_where_some_are_missing():
    whole, part = (
        told({"daily_steps": 9000.0}, level="plain", valid_days=days).narrative for days in (7, 6)
    )

    assert "days" not in whole
    assert "6 of 7 days" in part


def test_each_sentence_cites_the_facts_that_it_quotes():
    facts = facts_of({"total_sleep_time": 432.4, "sleep_efficiency": 84.1})

    cited = {
        sentence.text: [fact.metric for fact in facts if fact.id in sentence.fact_ids]
        for sentence in narrate(facts, language="en", level="detailed").sentences
    }

    assert next(cited[line] for line in cited if "7 h 12 min" in line) == ["total_sleep_time"]
    assert next(cited[line] for line in cited if "84 %" in line) == ["sleep_efficiency"]
    assert next(cited[line] for line in cited if "7 h or more" in line) == [
        "total_sleep_time",
        "total_sleep_time.reference",
    ]


# -- against what is usual -------------------------------------------------------------------------

CHANGES = [
    ("total_sleep_time", 380.0, "1 h less than usual", "1 h"),
    ("total_sleep_time", 500.0, "1 h more than usual", "1 h"),
    ("daily_steps", 5000.0, "4,000 steps", "4,000 steps"),
    ("resting_heart_rate", 70.0, "10 beats more than usual", "10 beats"),
]


@pytest.mark.parametrize(("metric", "value", "detailed", "plain"), CHANGES)
def test_a_week_that_changed_leads_with_its_change(metric, value, detailed, plain):
    values = {name: weeks[-1] for name, weeks in USUAL.items()} | {metric: value}

    for level, words in (("detailed", detailed), ("plain", plain)):
        sentences = told(values, past=USUAL, level=level).sentences
        assert words in sentences[1].text
        assert "than usual" in sentences[1].text
        assert sentences[1].kind == "summary"


def test_the_clearest_change_leads_and_the_others_follow():
    values = {"total_sleep_time": 420.0, "daily_steps": 3000.0, "resting_heart_rate": 60.0}

    narrative = told(values, past=USUAL)

    assert "6,000 steps" in narrative.narrative
    assert "20 min less than usual" in narrative.key_insights[0]


def test_the_value_is_not_told_again_after_its_change():
    values = {"total_sleep_time": 380.0, "daily_steps": 9000.0, "resting_heart_rate": 60.0}

    assert text(told(values, past=USUAL)).count("6 h 20 min") == 1


@pytest.mark.parametrize("level", ["plain", "detailed"])
def test_a_week_as_usual_is_told_calmly_and_in_short(level):
    values = {name: weeks[-1] for name, weeks in USUAL.items()}
    more = {"sleep_efficiency": 91.0, "wake_after_sleep_onset": 22.0, "moderate_minutes": 30.0}

    narrative = told(values | more, past=USUAL, level=level)

    assert "about the same" in narrative.narrative.lower()
    assert len(narrative.sentences) <= {"plain": 6, "detailed": 9}[level]


def test_a_slight_change_does_not_lead():
    values = {"total_sleep_time": 440.0, "daily_steps": 9400.0, "resting_heart_rate": 60.0}

    narrative = told(values, past=USUAL)

    assert "400 steps more" not in narrative.narrative
    assert any("400 steps more" in line for line in narrative.key_insights)
    assert "400 steps more" not in text(told(values, past=USUAL, level="plain"))


def test_without_a_past_nothing_is_called_usual():
    assert "usual" not in text(told({"total_sleep_time": 440.0, "daily_steps": 9000.0}))


# -- beside what is published ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "settings", "words"),
    [
        (372.0, {}, "is below the recommended 7 h or more a day for adults"),
        (412.0, {}, "is just below the recommended 7 h or more"),
        (419.6, {}, "meets the recommended 7 h or more"),
        (500.0, {"age": 70}, "is above the recommended 7 h to 8 h"),
        (450.0, {"age": 70}, "meets the recommended 7 h to 8 h"),
        (450.0, {"age": 15}, "is below the recommended 8 h to 10 h a day for people of your age"),
        (600.0, {"age": 10}, "meets the recommended 9 h to 12 h a day for people of your age"),
    ],
)
def test_sleep_is_held_against_the_published_value_as_both_are_rendered(minutes, settings, words):
    assert words in text(told({"total_sleep_time": minutes}, **settings))


def test_that_much_sleep_is_enough_sleep_is_nothing_to_say():
    assert "recommended" not in text(told({"total_sleep_time": 640.0}))


@pytest.mark.parametrize("level", ["plain", "detailed"])
def test_no_minute_of_brisk_walking_is_nothing_to_tell(level):
    past = {"moderate_minutes": [20.0, 21.0, 19.0, 20.0]}

    found = text(told({"moderate_minutes": 0.2}, past=past, insight_type="activity", level=level))

    assert "brisk" not in found.lower()


def test_a_minor_is_not_compared_with_adults():
    """Policy 11."""
    values = {"total_sleep_time": 500.0, "sleep_efficiency": 80.0, "moderate_minutes": 40.0}

    for insight_type in ("general", "sleep", "activity"):
        assert "adult" not in text(told(values, age=12, insight_type=insight_type))


def test_steps_below_a_recommendation_of_any_movement_are_not_held_against_it():
    few, many = (
        text(told({"moderate_minutes": value}, insight_type="activity")) for value in (5.0, 35.0)
    )

    assert "recommended" not in few
    assert "meets the recommended 21 min or more a day" in many


# -- what is not known -----------------------------------------------------------------------------


def test_too_little_data_and_a_device_that_cannot_tell_are_told_apart():
    """Policy 5."""
    narrative = told(
        {"total_sleep_time": None, "daily_steps": None},
        statuses={"total_sleep_time": "not_applicable"},
    )

    assert "not enough data this time to tell how many steps you took" in narrative.narrative
    assert "your device recorded cannot tell how long you slept" in narrative.narrative


def test_parts_of_an_unknown_sleep_are_not_missed_one_by_one():
    narrative = told({"total_sleep_time": None, "sleep_efficiency": None, "daily_steps": 9000.0})

    assert "how long you slept" in narrative.narrative
    assert "time in bed" not in narrative.narrative


def test_more_unknowns_than_a_sentence_may_cite_take_two():
    metrics = (
        "sleep_efficiency",
        "wake_after_sleep_onset",
        "sleep_onset_variability",
        "circadian_rhythm_strength",
        "daily_steps",
        "resting_heart_rate",
    )

    sentences = told(dict.fromkeys(metrics)).sentences

    lacking = [sentence for sentence in sentences if "not enough data" in sentence.text]
    assert [len(sentence.fact_ids) for sentence in lacking] == [4, 2]


@pytest.mark.parametrize("level", ["plain", "detailed"])
def test_estimated_sleep_is_told_as_such(level):
    narrative = told({"total_sleep_time": 432.0}, method="movement_and_heart_rate", level=level)

    assert "estimated" in narrative.narrative


def test_little_coverage_is_told_and_not_guessed():
    assert "61 % of the time" in told({}, coverage=0.61).key_insights[-1]
    assert "%" not in text(told({}, coverage=0.95))


# -- tones and indices -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(22.0, "steady"), (52.0, "varied by about 52 min"), (95.0, "by about 1 h 35 min")],
)
def test_the_words_for_the_time_of_falling_asleep_follow_its_variation(minutes, words):
    assert words in told({"sleep_onset_variability": minutes}).key_insights[0]


@pytest.mark.parametrize(
    ("strength", "words"),
    [(0.7, "rhythm was strong"), (0.1, "rhythm was not strong"), (0.45, None)],
)
def test_plain_words_say_how_strong_the_rhythm_is_without_its_index(strength, words):
    narrative = told({"circadian_rhythm_strength": strength}, level="plain")

    assert len(narrative.key_insights) == (words is not None)
    assert words is None or words in narrative.key_insights[0]
    assert str(strength) not in text(narrative)


def test_an_index_comes_with_what_it_means():
    assert "the higher the value" in text(told({"circadian_rhythm_strength": 0.62}))


@pytest.mark.parametrize(
    ("insight_type", "known", "words", "absent"),
    [
        ("activity", ["relative_amplitude", "rest_activity_ratio"], "contrast between", "ratio of"),
        ("activity", ["rest_activity_ratio"], "ratio of", "contrast between active"),
        (
            "activity",
            ["activity_fragmentation", "intradaily_variability"],
            "of your activity was",
            "fragmentation of your daily rhythm",
        ),
        ("activity", ["intradaily_variability"], "fragmentation of your daily rhythm", "pause"),
        ("sleep", ["sleep_regularity_index"], "regularity of your sleep", "contrast"),
        ("sleep", ["sleep_midpoint"], "middle of your sleep was at 00:00", "contrast"),
        ("sleep", ["sleep_onset_latency"], "to fall asleep", "contrast"),
        ("sleep", ["social_jet_lag"], "Between weekends and other days", "contrast"),
        ("sleep", ["interdaily_stability"], "similarity of your daily rhythm", "contrast"),
    ],
)
def test_the_finer_numbers_are_for_who_asks_and_of_two_alike_one(
    insight_type, known, words, absent
):
    found = text(told(dict.fromkeys(known, 0.4), insight_type=insight_type))

    assert words in found
    assert absent not in found


@pytest.mark.parametrize(("insight_type", "absent"), [("sleep", "steps"), ("activity", "slept")])
def test_the_insight_type_leaves_the_other_out_even_of_all_facts(insight_type, absent):
    facts = facts_of({"total_sleep_time": 432.4, "daily_steps": 9847.3})

    narrative = narrate(facts, language="en", level="detailed", insight_type=insight_type)

    assert absent not in text(narrative)


# -- the words -------------------------------------------------------------------------------------


def test_no_fact_no_sentence():
    assert narrate((), language="en", level="plain").sentences == ()


def test_weeks_in_a_row_do_not_all_read_alike():
    openings = {
        told({"daily_steps": 9000.0 + 10 * at}).sentences[0].text.replace("9,", "")
        for at in range(12)
    }

    assert len(openings) == 3


def test_the_order_of_facts_that_are_there_twice_does_not_matter():
    facts = facts_of({"daily_steps": 9000.0})
    twice = (*facts, *(replace(fact, id=f"{fact.id}0") for fact in facts))

    sentences = narrate(twice, language="en", level="plain").sentences
    cited = {name for sentence in sentences for name in sentence.fact_ids}

    assert cited <= {fact.id for fact in facts}


def test_the_narrative_says_who_wrote_it_and_for_whom():
    """Policy 15."""
    narrative = told({"daily_steps": 9000.0}, level="plain")

    assert (narrative.source, narrative.language, narrative.level) == ("template", "en", "plain")
