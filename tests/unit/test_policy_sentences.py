"""Sentences that the policy rules out, in each language: none of them may reach a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clarity.domain.person import Language, Person
from clarity.domain.words.facts import facts_from
from clarity.domain.words.grounding import check
from clarity.domain.words.narrative import Sentence, SentenceKind
from clarity.domain.words.narrator import narrate
from tests.analyses import document

WEEK = document(
    {"total_sleep_time": 362.0, "daily_steps": 6200.0, "resting_heart_rate": 58.0}, coverage=0.95
)
FORM = [
    ("en", "You slept 6 h 2 min a day, see www.sleep.example for more."),
    ("en", "You slept **6 h 2 min** a day."),
    ("en", "You slept 6 h 2\u200b min a day."),
    ("en", "Du hast 6 h 2 min am Tag geschlafen."),
    ("de", "Du hast 6 h 2 min am Tag geschlafen, mehr auf www.schlaf.example."),
    ("de", "You slept 6 h 2 min a day."),
    ("es", "Dormiste <b>6 h 2 min</b> al día."),
    ("es", "You slept 6 h 2 min a day."),
]
CAUSE = [
    ("en", "You slept 6 h 2 min a day because your evenings were busy."),
    ("en", "You slept 6 h 2 min a day, which is a sign of a busy week."),
    ("en", "Your 6,200 steps a day made you sleep 6 h 2 min."),
    ("de", "Du hast 6 h 2 min am Tag geschlafen, weil deine Abende lang waren."),
    ("de", "Wegen deiner 6.200 Schritte am Tag hast du 6 h 2 min geschlafen."),
    ("es", "Dormiste 6 h 2 min al día porque tus noches fueron largas."),
    ("es", "Debido a tus 6200 pasos al día, dormiste 6 h 2 min."),
]
FOOD_AND_BODY = [
    ("en", "Your 6,200 steps a day burned off your dinner."),
    ("en", "With 6,200 steps a day you can eat a little more."),
    ("en", "A lighter dinner would help you sleep more."),
    ("de", "Deine 6.200 Schritte am Tag haben das Abendessen verbrannt."),
    ("de", "Mit 6.200 Schritten am Tag verlierst du Gewicht."),
    ("es", "Tus 6200 pasos al día han quemado la cena."),
    ("es", "Con 6200 pasos al día pierdes peso."),
]
OTHER_ADVICE = [
    ("en", "You could take a little helper when you are tired."),
    ("en", "You could mention your resting pulse at your next check-up."),
    ("de", "Vielleicht magst du etwas Pflanzliches nehmen."),
    ("de", "Du könntest mit deinem Trainer reden."),
    ("es", "Podrías tomar algo suave."),
    ("es", "Podrías preguntar a alguien que sepa."),
]


def problems(language: Language, text: str, kind: SentenceKind = "insight") -> set[str]:
    """What the check says of one more sentence in a text that is otherwise in order."""
    person = Person(language=language)
    facts = facts_from(WEEK, person=person)
    told = narrate(facts, language=language, level=person.level, insight_type="general")
    cited = tuple(fact.id for fact in facts if fact.metric in {"total_sleep_time", "daily_steps"})
    added = replace(told, sentences=(*told.sentences, Sentence(text, cited, kind)))

    assert check(told, facts) == ()
    return {each.kind for each in check(added, facts) if each.sentence == len(told.sentences)}


@pytest.mark.parametrize(("language", "text"), FORM)
def test_a_text_has_its_plain_form_and_its_own_language(language, text):
    """policy 7."""
    assert problems(language, text) & {"form", "word"}


@pytest.mark.parametrize(("language", "text"), CAUSE)
def test_no_cause_is_claimed(language, text):
    """policy 8."""
    assert problems(language, text) & {"cause", "safety"}


@pytest.mark.parametrize(("language", "text"), OTHER_ADVICE)
def test_advice_is_of_a_closed_list(language, text):
    """policy 8."""
    assert "advice" in problems(language, text, "recommendation")


@pytest.mark.parametrize(("language", "text"), FOOD_AND_BODY)
def test_there_is_no_talk_of_food_and_body(language, text):
    """policy 10."""
    assert problems(language, text) & {"safety", "word"}
