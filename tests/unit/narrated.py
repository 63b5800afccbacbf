"""Facts of a week with what was usual before it, and what the narrator tells of them."""

from __future__ import annotations

from clarity.domain.person import Person
from clarity.domain.words.facts import facts_from
from clarity.domain.words.narrator import narrate
from tests.analyses import document, history

USUAL = {
    "total_sleep_time": [440.0, 436.0, 444.0, 440.0],
    "daily_steps": [9000.0, 9040.0, 8960.0, 9000.0],
    "resting_heart_rate": [60.0, 61.0, 59.0, 60.0],
}


def facts_of(
    values, *, past=None, timeframe="1week", insight_type="general", statuses=None, **settings
):
    """Facts of a week; `past` holds the weeks before, to which the week's own value is added."""
    quality = {name: settings.pop(name) for name in ("coverage", "valid_days") if name in settings}
    method = settings.pop("method", "stages")
    analysis = document(values, **{"coverage": 0.95, "valid_days": 7} | quality, method=method)
    for row in analysis["metrics"]:
        row["status"] = (statuses or {}).get(row["name"], row["status"])
    weeks = {name: [*before, values[name]] for name, before in (past or {}).items()}
    past = history(weeks, timeframe) if past else None
    person = Person(**{"level": "detailed"} | settings)
    return facts_from(analysis, insight_type=insight_type, person=person, history=past)


def told(values, *, level="detailed", insight_type="general", **settings):
    facts = facts_of(values, level=level, insight_type=insight_type, **settings)
    return narrate(facts, language="en", level=level, insight_type=insight_type)


def text(narrative):
    return " ".join(sentence.text for sentence in narrative.sentences)
