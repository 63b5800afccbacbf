"""The check of a text against its facts, by the rules in clarity.domain.words.grounding."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clarity.domain.words.facts import facts_from
from clarity.domain.words.grounding import MOST_SENTENCES, check
from clarity.domain.words.narrative import Narrative, Sentence
from tests.analyses import WEEK, document

IDS = {fact.metric: fact.id for fact in WEEK}


def problems(text, *metrics, kind="summary", facts=WEEK):
    """The kinds of problem of one sentence that cites these metrics."""
    sentence = Sentence(text, tuple(IDS.get(metric, metric) for metric in metrics), kind)
    summary = Sentence("Your week had data on 6 of 7 days.", (IDS["valid_days"],), "summary")
    narrative = Narrative((summary, sentence), source="gemini", language="en")
    return {problem.kind for problem in check(narrative, facts) if problem.sentence == 1}


@pytest.mark.parametrize(
    ("text", "metrics"),
    [
        ("You slept 6 h 50 min a night.", ["total_sleep_time"]),
        ("You slept 6 hours and 50 minutes a night.", ["total_sleep_time"]),
        ("You slept about 7 hours a night.", ["total_sleep_time"]),
        ("You slept 6.8 hours a night.", ["total_sleep_time"]),
        ("You slept 410 minutes a night.", ["total_sleep_time"]),
        ("You slept less than 7 hours a night.", ["total_sleep_time"]),
        ("You were asleep for 84% of the night.", ["sleep_efficiency"]),
        ("You were asleep for eighty-four per cent of the night.", ["sleep_efficiency"]),
        ("You took about 9,800 steps a day.", ["daily_steps"]),
        ("You took 9\u202f850 steps a day.", ["daily_steps"]),
        ("You wore your device on six of seven days.", ["valid_days"]),
        ("Your heart beats 58 beats a minute at rest.", ["resting_heart_rate"]),
        (
            "Your sleep of 6 h 50 min is below the 7 h or more a night recommended for adults.",
            ["total_sleep_time", "total_sleep_time.reference"],
        ),
        (
            "Your sleep does not meet the 7 h or more a night recommended for adults.",
            ["total_sleep_time", "total_sleep_time.reference"],
        ),
        ("There was not enough data to tell how your bedtime varied.", ["sleep_onset_variability"]),
        ("It needs 3 nights, so your bedtime is not known.", ["sleep_onset_variability"]),
        ("No one expects you to sleep the same each night.", ["total_sleep_time"]),
    ],
)
def test_a_sentence_that_its_facts_carry_passes(text, metrics):
    assert problems(text, *metrics) == set()


@pytest.mark.parametrize(
    ("text", "metrics"),
    [
        ("You slept 7 h 50 min a night.", ["total_sleep_time"]),
        ("You slept 6 h 5 min a night.", ["total_sleep_time"]),
        ("You slept about 6 hours a night.", ["total_sleep_time"]),
        ("You slept six hours a night.", ["total_sleep_time"]),
        ("You were asleep for 84 min of the night.", ["sleep_efficiency"]),
        ("You were asleep for 48 % of the night.", ["sleep_efficiency"]),
        ("You took 9,850 calm breaths as you walked.", ["daily_steps"]),
        ("You took 9.850 steps a day.", ["daily_steps"]),
        ("You took about 10,900 steps a day.", ["daily_steps"]),
        ("You walked 9,850 km.", ["daily_steps"]),
        ("You took 9,850 steps and climbed 12 floors.", ["daily_steps"]),
        ("You wore your device on 5 of 7 days.", ["valid_days"]),
        ("You wore your device on six of seven nights.", ["valid_days"]),
        ("You wore your device on 7 of 7 days.", ["valid_days"]),
        ("You wore your device on 6 of 6 days.", ["valid_days"]),
        ("You wore your device on 7 days.", ["valid_days"]),
        ("You were asleep half of the night.", ["sleep_efficiency"]),
        ("You were active twice as much, with 9,850 steps.", ["daily_steps"]),
        ("You fell asleep at 23:40.", ["total_sleep_time"]),
        ("You fell asleep at 11 pm.", ["total_sleep_time"]),
        ("You slept 6 h 50 min a night, give or take 20 min.", ["total_sleep_time"]),
        ("Aim for 8 hours of sleep.", ["total_sleep_time"]),
        ("You slept 6 h 50 min a night (F3).", ["total_sleep_time"]),
        ("You slept \u0668 hours a night.", ["total_sleep_time"]),
    ],
)
def test_a_number_that_no_cited_fact_states_is_a_problem(text, metrics):
    assert "number" in problems(text, *metrics)


@pytest.mark.parametrize(
    "text",
    [
        "You slept more than 7 hours a night.",
        "You slept at least 7 hours a night.",
        "You slept at least 7 hours a night as recommended.",
        "You slept more than 6 h 50 min a night.",
        "You slept about 7 hours or more a night.",
        "Your sleep was above the 7 h or more a night recommended for adults.",
        "Your sleep meets the 7 h or more a night recommended for adults.",
        "You reached the 7 h or more of sleep a night recommended for adults.",
    ],
)
def test_a_comparison_that_does_not_hold_is_a_problem(text):
    assert "direction" in problems(text, "total_sleep_time", "total_sleep_time.reference")


def test_a_reached_reference_may_be_called_met_and_not_missed():
    facts = facts_from(document({"total_sleep_time": 419.6}))
    metrics = ("F3", "F4")
    met = "Your sleep meets the 7 h or more a night recommended for adults."

    assert problems(met, *metrics, facts=facts) == set()
    missed = met.replace("meets", "does not meet")
    assert problems(missed, *metrics, facts=facts) == {"direction"}


@pytest.mark.parametrize(
    "text",
    [
        "Your sleep improved.",
        "You slept more than last week, 6 h 50 min.",
        "Your sleep has been rising.",
        "Your best night of sleep was on Tuesday.",
        "You slept badly yesterday.",
    ],
)
def test_a_claim_about_change_or_a_single_day_is_a_problem(text):
    assert "time" in problems(text, "total_sleep_time")


def test_falling_asleep_is_no_decline():
    assert problems("You fell asleep, and slept 6 h 50 min.", "total_sleep_time") == set()


@pytest.mark.parametrize(
    ("text", "metrics"),
    [
        ("You slept well.", []),
        ("You slept 6 h 50 min.", ["F99"]),
        ("You slept 6 h 50 min.", ["total_sleep_time", "F99"]),
        ("Your sleep and steps and heart and data.", [f"F{n}" for n in range(1, 6)]),
    ],
)
def test_a_sentence_cites_one_to_four_facts_that_exist(text, metrics):
    assert "citation" in problems(text, *metrics)


@pytest.mark.parametrize(
    ("text", "metric"),
    [
        ("You slept deeply.", "daily_steps"),
        ("You walked a lot.", "total_sleep_time"),
        ("You slept 38 min a day.", "wake_after_sleep_onset"),
    ],
)
def test_a_sentence_is_about_what_its_facts_are_about(text, metric):
    assert problems(text, metric) == {"subject"}


def test_a_metric_without_a_topic_shares_a_word_of_its_label():
    facts = facts_from(
        {"metrics": [{"name": "grip_strength", "value": 41.0, "unit": "kg", "status": "ok"}]}
    )

    assert "subject" not in problems("Your grip is in the data.", "F1", facts=facts)
    assert "subject" in problems("Your hand is in the data.", "F1", facts=facts)


def test_what_is_not_known_must_be_said_not_to_be_known():
    assert problems("Your bedtime was regular.", "sleep_onset_variability") == {"unknown"}
    kind = "recommendation"
    assert problems("A regular bedtime may help.", "sleep_onset_variability", kind=kind) == set()


def test_only_what_is_estimated_is_called_so():
    assert problems("Your sleep is an estimate.", "total_sleep_time") == {"unknown"}


def test_what_is_known_must_not_be_said_to_be_unknown():
    text = "There was not enough data to tell how long you slept."

    assert problems(text, "total_sleep_time") == {"unknown"}


@pytest.mark.parametrize(
    "words",
    [
        "may point to insomnia",
        "suggests sleep apnoea",
        "looks like depression",
        "is a symptom of a disorder",
        "calls for medication",
        "would gain from 5 mg of melatonin",
        "is healthy",
        "is normal",
        "will definitely get better",
        "puts you at risk",
        "burns calories",
        "gives nothing to worry about",
        "is like death",
        "looks like INSOMNIA",
    ],
)
def test_diagnosis_medication_verdicts_and_crises_are_safety_problems(words):
    assert "safety" in problems(f"Your sleep {words}.", "total_sleep_time")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "Your sleep: see https://example.org",
        "Your **sleep** was long.",
        "Your sleep\nwas long.",
        "Your ins\u200bomnia keeps you from sleep.",
        "Your ins\u043emnia keeps you from sleep.",
        "Your sleep " + "was long " * 40,
        "Sleep long, sleep well.",
    ],
)
def test_markup_links_look_alikes_and_other_languages_are_problems(text):
    assert "form" in problems(text, "total_sleep_time")


def test_a_text_has_a_summary_says_nothing_twice_and_is_short():
    advice = Sentence("A regular bedtime may help.", (IDS["total_sleep_time"],), "recommendation")
    lots = tuple(replace(advice, text=advice.text + "!" * n) for n in range(MOST_SENTENCES + 1))

    reasons = [
        [problem.reason for problem in check(Narrative(sentences, "gemini", "en"), WEEK)]
        for sentences in ((advice,), (advice, advice), lots)
    ]

    assert reasons[0] == ["there is no summary"]
    assert "a sentence is there twice" in reasons[1]
    assert f"expected at most {MOST_SENTENCES} sentences, found 15" in reasons[2]


def test_an_empty_text_is_a_problem():
    assert check(Narrative((), "gemini", "en"), WEEK)
