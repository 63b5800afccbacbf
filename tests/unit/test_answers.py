"""What a stand-in for a language model writes: true sentences, and false ones that are marked."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from clarity.adapters.prompt import task_text
from clarity.domain.person import Language, Level, Person
from clarity.domain.words.facts import facts_from
from clarity.sources.generated import answers_numbers, answers_wire
from clarity.sources.generated.answers import BANKS, every_line, first, held_back, honest, picker
from clarity.sources.generated.answers_bad import MIXED, MODES, dishonest, every_bad_line
from clarity.sources.generated.answers_bad_english import ENGLISH_BAD
from clarity.sources.generated.answers_bad_german import GERMAN_BAD
from clarity.sources.generated.answers_bad_spanish import SPANISH_BAD
from clarity.sources.generated.answers_facts import Task, read_task
from clarity.steps import ports_words
from tests.analyses import document, history

LANGUAGES: tuple[Language, ...] = get_args(Language)
VALUES = {
    "total_sleep_time": 402.0,
    "sleep_efficiency": 83.6,
    "wake_after_sleep_onset": 78.2,
    "sleep_onset_variability": None,
    "sleep_midpoint": 220.0,
    "circadian_rhythm_strength": 0.62,
    "daily_steps": 4847.3,
    "resting_heart_rate": 58.4,
}
PAST = {
    "total_sleep_time": [440.0, 443, 441, 444, 442, 441, 443, 402],
    "daily_steps": [9800.0, 9820, 9790, 9810, 6000, 6010, 5990, 4847.3],
    "resting_heart_rate": [58.0, 57, 59, 58, 57, 59, 58, 58.4],
}
# A number in digits, grouped or not, with decimals or not.
DIGITS = re.compile(r"\d+(?:[.,]\d{3})*(?:[.,]\d+)?")


def prompt(language: Language, level: Level = "detailed") -> str:
    asked = Person(language=language, level=level)
    facts = facts_from(
        document(VALUES, coverage=0.71), person=asked, history=history(PAST, "1month")
    )
    within = timedelta(seconds=10)
    return task_text(
        ports_words.Task(facts, "general", "1month", language, level, False, (), within)
    )


def task(language: Language, level: Level = "detailed") -> Task:
    found = read_task(prompt(language, level))
    assert found is not None
    return found


def allowed(language: str, asked: Task, ids: tuple[str, ...]) -> set[str]:
    """Every number in digits that can truly be said of these facts."""
    found = {"24"}
    for fact in asked.facts:
        if fact.id not in ids:
            continue
        found |= set(DIGITS.findall(fact.text))
        for value in fact.numbers:
            variants = answers_numbers.same(value, fact.unit, language)
            found |= {number for text in variants for number in DIGITS.findall(text)}
            for number in (number for text in variants for number in DIGITS.findall(text)):
                assert near(number, value, language), (number, value, fact)
    return found


def near(number: str, value: float, language: str) -> bool:
    """Whether a number is the value, a part of it in hours and minutes, or rounds it."""
    point = "," if language == "en" else "."
    said = float(number.replace(point, "").replace(",", "."))
    hours, rest = divmod(value, 60)
    parts = (value, hours, rest, hours + 1, value / 60)
    return any(abs(said - part) <= max(0.05 * part, 0.005) for part in parts)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", ["plain", "detailed"])
def test_each_number_of_an_honest_sentence_is_one_of_its_facts(language, level) -> None:
    asked = task(language, level)

    lines = [line for seed in range(40) for line in every_line(asked, picker(seed))]

    assert len({line.text for line in lines}) > 100
    for line in lines:
        numbers = set(DIGITS.findall(line.text))
        assert numbers <= allowed(language, asked, line.fact_ids), line
        assert not line.bad
        assert "{" not in line.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_on_a_direction_has_that_of_its_fact(language) -> None:
    asked, nouns = task(language), BANKS[language].nouns

    changes = [fact for fact in asked.facts if fact.kind == "change"]
    ids = {fact.id: fact for fact in changes}
    said = [line for line in every_line(asked, first) if line.fact_ids[0] in ids]

    assert {fact.direction for fact in changes} == {-1, 0}
    for line in said:
        fact = ids[line.fact_ids[0]]
        noun = nouns[fact.metric]
        assert re.search(rf"\b{noun.less}\b", line.text) or not fact.direction
        assert not re.search(rf"\b{noun.more}\b", line.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reference_is_met_or_missed_by_its_number(language) -> None:
    slept, wanted = (
        next(fact for fact in task(language).facts if (fact.metric, fact.kind) == (metric, kind))
        for metric, kind in (("total_sleep_time", "measure"), ("total_sleep_time", "reference"))
    )
    bank = BANKS[language]

    def phrases(minutes: float) -> set[str]:
        facts = (replace(slept, numbers=(minutes,)), wanted)
        lines = every_line(Task(language, "detailed", facts, False, False), first)
        return {line.phrase for line in lines if wanted.id in line.fact_ids}

    assert wanted.numbers == (420.0,)
    assert phrases(419.0) == set(bank.missed["total_sleep_time"])
    assert phrases(420.0) == set(bank.met["total_sleep_time"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_have_the_shape_of_an_insight_and_differ_by_seed(language) -> None:
    asked = task(language)

    answers = {tuple(line.text for line in honest(asked, picker(seed))) for seed in range(20)}

    assert len(answers) == 20
    for seed in range(20):
        lines = honest(asked, picker(seed))
        assert [line.kind for line in lines] == sorted(
            (line.kind for line in lines), key=["summary", "insight", "recommendation"].index
        )
        assert all(line.fact_ids for line in lines)
        assert len({line.text for line in lines}) == len(lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_sentences_are_short_and_name_no_index(language) -> None:
    for line in every_line(task(language, "plain"), picker(1)):
        assert len(line.text.split()) <= 25, line
    ids = {fact.id for fact in task(language).facts if fact.metric == "circadian_rhythm_strength"}
    assert ids
    assert not any(ids & set(line.fact_ids) for line in every_line(task(language, "plain"), first))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mode", MODES)
def test_each_bad_sentence_is_none_of_the_honest_ones(language, mode) -> None:
    asked = task(language)
    true = {(line.text, line.fact_ids) for n in range(20) for line in every_line(asked, picker(n))}

    bad = [line for seed in range(5) for line in every_bad_line(asked, mode, picker(seed))]

    assert bad
    assert {line.bad for line in bad} == {mode}
    assert not true & {(line.text, line.fact_ids) for line in bad}
    assert not any(re.search(r"\{\w+\}", line.text) for line in bad)


@pytest.mark.parametrize("mode", [*MODES, MIXED])
def test_a_dishonest_answer_holds_marked_and_honest_sentences(mode) -> None:
    answers = [dishonest(task("en"), mode, picker(seed)) for seed in range(10)]

    assert all(any(line.bad for line in answer) for answer in answers)
    assert any(not line.bad for answer in answers for line in answer)
    if mode == MIXED:
        assert len({line.bad for answer in answers for line in answer}) > 5


def test_without_a_fact_to_be_false_about_the_answer_is_honest() -> None:
    asked = task("en")
    facts = tuple(fact for fact in asked.facts if fact.kind in {"quality", "measure"})

    assert not any(
        line.bad for line in dishonest(replace(asked, facts=facts), "wrong_amount", first)
    )


def test_the_languages_have_the_same_banks() -> None:
    english, *others = (BANKS[language] for language in LANGUAGES)

    for bank in others:
        assert set(bank.nouns) == set(english.nouns)
        assert set(bank.measure) == set(english.measure)
        assert set(bank.advice) == set(english.advice)
        assert set(bank.met) == set(bank.missed) == set(english.met)
    assert set(ENGLISH_BAD) == set(GERMAN_BAD) == set(SPANISH_BAD)
    for mode, topics in ENGLISH_BAD.items():
        assert set(topics) == set(GERMAN_BAD[mode]) == set(SPANISH_BAD[mode])


def test_about_a_third_of_the_phrases_is_held_back() -> None:
    phrases = {
        phrase for topics in ENGLISH_BAD.values() for each in topics.values() for phrase in each
    }

    share = sum(held_back(phrase) for phrase in phrases) / len(phrases)

    assert 0.25 < share < 0.42


@pytest.mark.parametrize(
    ("value", "unit", "language", "expected"),
    [
        (432, "min", "en", {"7 h 12 min", "7 hours and 12 minutes", "432 minutes", "7.2 hours"}),
        (432, "min", "de", {"sieben Stunden und zwölf Minuten", "7,2 Stunden"}),
        (475, "min", "es", {"casi 8 horas", "siete horas y cincuenta y cinco minutos"}),
        (421, "min", "en", {"just over 7 hours", "about 7 hours"}),
        (21, "min", "de", {"einundzwanzig Minuten", "etwa 20 Minuten"}),
        (61, "min", "es", {"una hora y un minuto"}),
        (84, "%", "en", {"84 %", "84%", "84 percent", "eighty-four percent"}),
        (9847, "steps/day", "de", {"9.847 Schritte", "fast 10.000 Schritte"}),
        (9847, "steps/day", "es", {"9847 pasos", "9.847 pasos"}),
        (4, "points", "en", {"4 percentage points"}),
        (0.62, "", "es", {"0,62"}),
        (1, "weeks", "es", {"1 semana", "una semana"}),
    ],
)
def test_a_number_has_many_true_forms(value, unit, language, expected) -> None:
    assert expected <= set(answers_numbers.same(value, unit, language))


@pytest.mark.parametrize(
    ("value", "unit", "wrong"),
    [
        (432, "min", 480),
        (470, "min", 420),
        (450, "min", 540),
        (38, "min", 30),
        (84, "%", 90),
        (96, "%", 90),
        (9850, "steps/day", 9000),
        (0.62, "", 0.65),
        (0.57, "", 0.61),
        (58, "beats/min", 61),
    ],
)
def test_a_misrounded_number_is_rounded_nowhere(value, unit, wrong) -> None:
    assert answers_numbers.misrounded(value, unit) == pytest.approx(wrong)


@pytest.mark.parametrize(
    "mode", [mode for mode in answers_wire.MODES if mode not in answers_wire.SILENT]
)
def test_every_mode_has_a_reply(mode) -> None:
    request = {"contents": [{"parts": [{"text": prompt("es")}]}]}

    found = answers_wire.reply(mode, request, model="m", repairs=False, seed=1)
    again = answers_wire.reply(mode, request, model="m", repairs=False, seed=1)

    assert found == again
    assert found.status == (int(mode) if mode.isdigit() else 200)
    assert any(line.bad for line in found.lines) == (mode in {*MODES, MIXED})


@pytest.mark.parametrize("mode", ["diagnosis", "broken_json"])
def test_a_repair_is_true_where_that_was_asked_for(mode) -> None:
    asked = json.loads(prompt("de").removeprefix("<task>\n").removesuffix("\n</task>"))
    text = f"<task>\n{json.dumps(asked | {'problems': ['no']})}\n</task>"
    request = {"contents": [{"parts": [{"text": text}]}]}

    stubborn, sorry = (
        answers_wire.reply(mode, request, model="m", repairs=repairs, seed=1)
        for repairs in (False, True)
    )

    assert sorry.lines
    assert not any(line.bad for line in sorry.lines)
    assert stubborn != sorry


@pytest.mark.parametrize(
    "text", ["hello", "<task>\n{}\n</task>", "<task>\n[1]\n</task>", "<task>{"]
)
def test_what_is_no_task_is_refused(text) -> None:
    request = {"contents": [{"parts": [{"text": text}]}]}

    assert answers_wire.reply("ok", request, model="m", repairs=False, seed=0).status == 400
