"""The check of a text against its facts, by the rules in clarity.domain.words.grounding."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from clarity.domain.person import Person
from clarity.domain.words.facts import facts_from
from clarity.domain.words.grounding import MOST_SENTENCES, check
from clarity.domain.words.narrative import Narrative, Sentence
from tests import stretches
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
    facts = facts_from(document({"total_sleep_time": 419.6}), person=Person())
    metrics = ("F4", "F5")
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
    assert {"time", "direction", "verdict"} & problems(text, "total_sleep_time")


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
        ("You slept.", "daily_steps"),
        ("You walked.", "total_sleep_time"),
        ("You slept a while.", "wake_after_sleep_onset"),
        ("You slept, and you came by a river of stars.", "total_sleep_time"),
    ],
)
def test_a_sentence_is_about_what_its_facts_are_about(text, metric):
    assert "subject" in problems(text, metric)


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


def test_a_language_that_nothing_is_written_in_is_an_error():
    with pytest.raises(ValueError, match="expected one of en, de, es, found 'fr'"):
        check(Narrative((), "gemini", "fr"), WEEK)


def test_a_language_is_found_whichever_of_its_modules_came_first():
    code = (
        "import clarity.domain.words.languages.language, clarity.domain.words.languages.english;"
        "from clarity.domain.words.languages import language; assert language('en').code == 'en'"
    )

    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_measure_and_what_is_usual_are_compared_where_no_change_was_worked_out():
    facts = tuple(fact for fact in stretches.CHANGED if fact.kind != "change")
    ids = tuple(fact.id for fact in facts if fact.metric.startswith("daily_steps"))
    texts = [
        "You took 9,850 steps a day, up from your usual 8,100 steps.",
        "You took 9,850 steps a day, down from your usual 8,100 steps.",
        "You took more steps than usual.",
    ]

    found = [
        {
            problem.kind
            for problem in check(
                Narrative((Sentence(text, ids, "summary"),), "gemini", "en"), facts
            )
        }
        for text in texts
    ]

    assert found == [set(), {"direction"}, {"direction"}]


def test_the_reason_says_what_was_found_and_what_the_fact_says():
    sentence = Sentence("You slept 9 h a night.", (IDS["total_sleep_time"],), "summary")

    (problem,) = check(Narrative((sentence,), "gemini", "en"), WEEK)

    assert problem.reason == (
        "'9 h a night' in 'You slept 9 h a night.' is not in the facts that it cites; "
        f"{IDS['total_sleep_time']} (average sleep a day) says '6 h 50 min'"
    )


def test_words_of_a_crisis_are_a_safety_problem_of_what_is_held_back():
    assert "safety" in problems("You would be better off dead.", "total_sleep_time")
