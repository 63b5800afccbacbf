"""Facts in German of several kinds of week, and what a line of a bank of sentences says of them."""

from __future__ import annotations

from dataclasses import replace

from clarity.domain.person import Person
from clarity.domain.words.facts import facts_from
from clarity.domain.words.grounding import check
from clarity.domain.words.narrative import Narrative, Sentence
from tests.analyses import SHORT, document, history

_VALUES = {
    "total_sleep_time": 410.0,
    "sleep_efficiency": 83.6,
    "wake_after_sleep_onset": 38.2,
    "sleep_onset_variability": None,
    "circadian_rhythm_strength": 0.62,
    "interdaily_stability": 0.55,
    "intradaily_variability": 0.81,
    "relative_amplitude": 0.88,
    "daily_steps": 9847.3,
    "activity_fragmentation": 0.22,
    "rest_activity_ratio": 0.06,
    "resting_heart_rate": 58.4,
    "sleep_onset_latency": 14.2,
    "awakenings": 2.3,
    "sleep_midpoint": 220.0,
    "social_jet_lag": 65.0,
    "sleep_regularity_index": 71.0,
    "moderate_minutes": 24.2,
    "m10": 24.3,
    "l5": 1.2,
}
_BEFORE = {
    "total_sleep_time": [440.0, 438.0, 442.0, 440.0, 410.0],
    "daily_steps": [8600.0, 8550.0, 8650.0, 8600.0, 9847.3],
    "resting_heart_rate": [58.0, 59.0, 58.0, 57.0, 58.4],
    "sleep_midpoint": [185.0, 184.0, 186.0, 185.0, 220.0],
    "sleep_efficiency": [84.0, 83.0, 84.0, 85.0, 83.6],
}
_MONTHS = {
    "total_sleep_time": [410.0 + 4 * (13 - week) for week in range(14)],
    "daily_steps": [8600.0 + week % 3 * 10 for week in range(7)]
    + [10020.0 - week % 3 * 10 for week in range(7)],
    "resting_heart_rate": [58.4] * 14,
}
_REGULAR = {
    "total_sleep_time": [480.0, 470.0, 475.0, 478.0, 520.0],
    "sleep_onset_variability": [60.0, 62.0, 58.0, 61.0, 20.0],
    "circadian_rhythm_strength": [0.7, 0.71, 0.69, 0.7, 0.5],
    "daily_steps": [9000.0, 9100.0, 8900.0, 9000.0, 6000.0],
    "resting_heart_rate": [60.0, 61.0, 59.0, 60.0, 70.0],
}


def _of(insight_type="general", past=None, values=(), **options):
    person = Person(language="de")
    known = _VALUES | dict(values)
    return facts_from(
        document(known, **options), insight_type=insight_type, person=person, history=past
    )


def _deaf(facts, *metrics):
    """The facts of a device that cannot tell these metrics."""
    text = "nicht bekannt: das Gerät hat es nicht aufgezeichnet"
    return tuple(
        replace(fact, value=None, status="not_applicable", text=text)
        if fact.metric in metrics
        else fact
        for fact in facts
    )


WEEKS = {
    # Every measure of sleep, of activity.
    "S": _of("sleep"),
    "A": _of("activity"),
    # Less and later sleep, more steps, the heart rate as before.
    "H": _of(past=history(_BEFORE)),
    # Three months: ever less sleep, more steps since one week.
    "M": _of(past=history(_MONTHS, "3months")),
    # More and more regular sleep, fewer steps, a faster heart.
    "R": _of(
        past=history(_REGULAR),
        values={name: weeks[-1] for name, weeks in _REGULAR.items()},
    ),
    # A device without a pulse, and sleep that is estimated.
    "D": _deaf(_of(method="movement_and_heart_rate"), "resting_heart_rate"),
    # A resting heart rate that crosses a published threshold.
    "P": tuple(
        replace(fact, professional=fact.metric == "resting_heart_rate") for fact in _of("general")
    ),
}
_KINDS = {
    "u": "usual",
    "c": "change",
    "a": "average",
    "t": "trend",
    "s": "shift",
    "r": "reference",
}


def lines(bank):
    """The lines of a bank: week, short names of the metrics cited, ">" before advice, sentence."""
    return [line for line in bank.strip().splitlines() if line]


def problems(line):
    """The kinds of problem that the check finds in the sentence of a line."""
    head, _, text = line.partition(" | ")
    week, *names = head.split()
    facts = WEEKS[week]
    ids = {fact.metric: fact.id for fact in facts}
    cited = []
    for name in names:
        metric, _, kind = name.partition(".")
        if name != ">":
            cited.append(f"{SHORT.get(metric, metric)}{'.' * bool(kind)}{_KINDS.get(kind, '')}")
    opening = Sentence("Genug Daten gibt es für diese Woche.", (ids["valid_days"],), "summary")
    sentence = Sentence(
        text,
        tuple(ids[metric] for metric in cited),
        "recommendation" if ">" in names else "insight",
    )
    found = check(Narrative((opening, sentence), "gemini", "de"), facts)
    return {problem.kind for problem in found if problem.sentence == 1}
