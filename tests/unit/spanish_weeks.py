"""Facts in Spanish of several kinds of week, and sentences that cite them."""

from __future__ import annotations

from dataclasses import replace

from clarity.domain.person import Person
from clarity.domain.words.facts import facts_from
from clarity.domain.words.grounding import check
from clarity.domain.words.languages.spanish import LANGUAGE as SPANISH
from clarity.domain.words.narrative import Narrative, Sentence
from tests.analyses import document, history
from tests.unit.spanish_sentences import CITED

__all__ = ["SPANISH", "WEEKS", "of_sentence", "problems", "spanish"]

_WEEK = {
    "total_sleep_time": 410.0,
    "sleep_efficiency": 83.6,
    "wake_after_sleep_onset": 38.2,
    "sleep_onset_variability": None,
    "circadian_rhythm_strength": 0.62,
    "daily_steps": 9847.3,
    "resting_heart_rate": 58.4,
}
_CHANGED = _WEEK | {
    "sleep_midpoint": 220.0,
    "sleep_onset_variability": 52.0,
    "moderate_minutes": 34.0,
    "sleep_onset_latency": 12.0,
    "social_jet_lag": 50.0,
    "awakenings": 2.4,
}
_PAST = {
    "total_sleep_time": [374.0, 378.0, 375.0, 377.0, 410.0],
    "sleep_efficiency": [83.0, 84.0, 83.5, 84.0, 83.6],
    "sleep_midpoint": [184.0, 186.0, 185.0, 185.0, 220.0],
    "sleep_onset_variability": [35.0, 33.0, 34.0, 34.0, 52.0],
    "daily_steps": [11200.0, 11180.0, 11210.0, 11190.0, 9847.3],
    "moderate_minutes": [40.0, 41.0, 40.0, 41.0, 34.0],
    "resting_heart_rate": [55.0, 55.1, 55.0, 54.9, 58.4],
}
_MONTH = {
    "total_sleep_time": [380.0, 384.0, 388.0, 392.0, 396.0, 400.0, 404.0, 410.0],
    "daily_steps": [12000.0, 12050.0, 11980.0, 12010.0, 9800.0, 9820.0, 9790.0, 9847.3],
    "resting_heart_rate": [58.0, 58.2, 58.0, 58.4, 58.1, 58.0, 58.3, 58.4],
}
_UNHEARD = "no se sabe: nada de lo registrado lo dice"


def spanish(values, past=None, **options):
    """The facts of one week's values, for somebody who reads Spanish."""
    return facts_from(document(values, **options), person=Person(language="es"), history=past)


def _deaf(facts, *metrics):
    return tuple(
        replace(fact, status="not_applicable", value=None, text=_UNHEARD)
        if fact.metric in metrics
        else fact
        for fact in facts
    )


WEEKS = {
    "WEEK": spanish(_WEEK),
    "CHANGED": spanish(_CHANGED, history(_PAST)),
    "MONTH": spanish(_CHANGED, history(_MONTH, "1month")),
    "UNTOLD": _deaf(spanish(_WEEK), "total_sleep_time", "resting_heart_rate"),
    "ESTIMATED": spanish(_WEEK, method="movement_and_heart_rate"),
    "ADVICE": spanish(_WEEK),
}


def problems(week, line):
    """The problems of a line "what it cites: the sentence", by kind."""
    cites, _, text = line.partition(": ")
    return of_sentence(week, text, cites)


def of_sentence(week, text, cites="sleep"):
    """The problems of a sentence that cites these facts, by kind."""
    ids = {fact.metric: fact.id for fact in WEEKS[week]}
    cited = tuple(ids.get(_metric(each), each) for each in cites.split())
    advice, told = Sentence(text, cited, "recommendation"), Sentence(text, cited, "insight")
    narrative = Narrative((advice if week == "ADVICE" else told,), "gemini", "es")
    found = check(narrative, WEEKS[week])
    return {problem.kind: problem.reason for problem in found if problem.sentence == 0}


def _metric(name):
    base, dot, kind = name.partition(".")
    return CITED.get(base, base) + dot + kind
