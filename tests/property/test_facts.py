"""Facts of any document, however broken: no exception, no identifier, no word of a person."""

from __future__ import annotations

import dataclasses
import math
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from clarity.domain.metrics.history import FOLLOWED
from clarity.domain.person import Person
from clarity.domain.words.facts import MOST_FACTS, confidence_of, facts_digest, facts_from
from clarity.domain.words.readings import READINGS
from tests.analyses import FIRST_DAY, UNITS, document, history

# A machine that is busy elsewhere is no failure of the code.
CALM = settings(deadline=None, derandomize=True)

PLANTED = "Ada-7f3c"  # an identifier, a name, a note: whatever a client wrote
NUMBERS = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-(10**400), 10**400),
    st.sampled_from([0, -1, 0.5, 7, 1e308, math.nan]),
)
ODD = st.one_of(st.none(), st.booleans(), NUMBERS, st.just(PLANTED), st.just([PLANTED]))
KEYS = st.sampled_from(
    [
        "metrics", "details", "quality", "window", "sleep", "confidence", "sources", "notes",
        "user_id", "name", "value", "unit", "status", "reason", "weeks", "usual", "trend",
        "changes", "median", "spread", "reach", "slope", "direction", "first_days", "sufficient",
        "data_timeframe", "first_day", "last_day", "days", "valid_days", "coverage", "before",
        "after", PLANTED,
    ]
)  # fmt: skip
STRINGS = st.sampled_from(
    [*READINGS, "ok", "insufficient", "not_applicable", "min", "%", "", "2026-06-08", PLANTED]
)
ANYTHING = st.recursive(
    ODD | STRINGS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=8),
    max_leaves=40,
)
DOCUMENTS = st.dictionaries(KEYS, ANYTHING, max_size=10)
PEOPLE = st.builds(
    Person,
    language=st.sampled_from(["en", "de", "es"]),
    level=st.sampled_from(["plain", "detailed"]),
    region=st.sampled_from(["", "AT"]),
    age=st.none() | st.integers(0, 120),
    avoid=st.frozensets(st.sampled_from(["sleep", "rhythm", "activity", "heart"])),
)
STATUSES = ["ok", "ok", "insufficient", "not_applicable", PLANTED]
TYPES = st.sampled_from(["sleep", "activity", "general"])


@st.composite
def rows(draw):
    """Metrics with names and units that are read, and values that are not."""
    names = draw(st.lists(st.sampled_from([*READINGS, PLANTED]), max_size=8))
    return [
        {
            "name": name,
            "value": draw(ODD),
            "unit": draw(st.sampled_from([UNITS.get(name, ("", 0))[0], "h", "", PLANTED])),
            "status": draw(
                st.sampled_from(["ok", "ok", "insufficient", "not_applicable", PLANTED])
            ),
            "reason": PLANTED,
        }
        for name in names
    ]


@st.composite
def pasts(draw):
    """History documents whose last week is the right one, and whose rest may be anything."""
    weeks = draw(st.integers(0, 14))
    days = [(FIRST_DAY - timedelta(7 * back)).isoformat() for back in reversed(range(weeks))]
    return {
        "first_days": days,
        "sufficient": draw(st.lists(ODD, min_size=weeks, max_size=weeks)),
        "data_timeframe": draw(st.sampled_from(["1week", "1month", "3months", PLANTED, None])),
        "metrics": [
            {
                "name": draw(st.sampled_from([*FOLLOWED, PLANTED])),
                "unit": draw(st.sampled_from(["min", "", "steps/day", "min after midnight", "%"])),
                "weeks": draw(st.lists(ODD, min_size=weeks, max_size=weeks)),
                "usual": draw(st.none() | st.dictionaries(KEYS, ODD)),
                "trend": draw(st.none() | st.dictionaries(KEYS, ODD)),
                "changes": draw(st.lists(st.dictionaries(KEYS, ODD), max_size=3)),
            }
            for _ in range(draw(st.integers(0, 4)))
        ],
    }


def sound(facts):
    """What holds for the facts of any document. policy 13."""
    words = str([dataclasses.astuple(fact) for fact in facts])
    assert "Ada" not in words
    assert "7f3c" not in words
    assert len(facts) <= MOST_FACTS
    assert [fact.id for fact in facts] == [f"F{place}" for place in range(1, len(facts) + 1)]
    assert len({fact.metric for fact in facts}) == len(facts)
    for fact in facts:
        assert fact.text
        assert fact.label
        assert fact.value is None or math.isfinite(fact.value)
        assert (fact.value is None) == (fact.status in {"insufficient", "not_applicable"})
        assert fact.direction in {-1, 0, 1}
    assert len(facts_digest(facts)) == 64


@CALM
@given(DOCUMENTS, DOCUMENTS | st.none(), PEOPLE, TYPES)
def test_any_document_has_sound_facts(analysis, past, person, insight_type):
    sound(facts_from(analysis, insight_type=insight_type, person=person, history=past))
    assert 0.0 <= confidence_of(analysis, past) <= 1.0


@CALM
@given(rows(), rows(), pasts() | st.none(), PEOPLE, TYPES)
def test_any_numbers_have_sound_facts(metrics, details, past, person, insight_type):
    analysis = document({}) | {
        "metrics": metrics,
        "details": details,
        "sources": [PLANTED],
        "notes": [PLANTED],
        "user_id": PLANTED,
    }

    sound(facts_from(analysis, insight_type=insight_type, person=person, history=past))
    assert 0.0 <= confidence_of(analysis, past) <= 1.0


@st.composite
def weeks_of_a_person(draw):
    """Weeks as they are measured, some without a value."""
    names = draw(st.lists(st.sampled_from(sorted(set(FOLLOWED) & set(UNITS))), unique=True))
    count = draw(st.integers(1, 14))
    return {
        name: draw(
            st.lists(st.none() | st.floats(0.0, UNITS[name][1]), min_size=count, max_size=count)
        )
        for name in names
    }


@CALM
@given(weeks_of_a_person(), st.sampled_from(["1week", "1month", "3months"]), PEOPLE, TYPES)
def test_what_is_told_of_weeks_agrees_with_itself(weeks, timeframe, person, insight_type):
    """policy 4: a difference is that of the numbers told, and its direction is its sign."""
    past = history(weeks, timeframe) if weeks else None
    analysis = document({name: each[-1] for name, each in weeks.items()})

    facts = facts_from(analysis, insight_type=insight_type, person=person, history=past)

    sound(facts)
    by_metric = {fact.metric: fact for fact in facts}
    for fact in facts:
        if fact.direction:
            assert fact.kind in {"change", "trend", "shift"}
            assert fact.value is not None
            assert math.copysign(1, fact.value) == fact.direction
        name = fact.metric.removesuffix(".change")
        if fact.kind == "change" and f"{name}.usual" in by_metric:
            now, usual = by_metric[name].value, by_metric[f"{name}.usual"].value
            assert now is not None
            assert usual is not None
            assert fact.value == READINGS[name].apart(now, usual)


@CALM
@given(st.dates(date(1900, 1, 1)), st.integers(-10, 10**6) | ODD)
def test_any_window_is_dated_or_left_out(first, days):
    analysis = {"window": {"first_day": first.isoformat(), "days": days}}

    sound(facts_from(analysis, person=Person()))
