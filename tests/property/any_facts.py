"""Facts as any analysis, person and past may give them, for tests of what is said about them."""

from __future__ import annotations

from hypothesis import strategies as st

from clarity.domain.person import Person
from clarity.domain.words.facts import facts_from
from tests.analyses import UNITS, document, history

TYPES = st.sampled_from(["sleep", "activity", "general"])
LEVELS = st.sampled_from(["plain", "detailed"])
FOLLOWED = (
    "total_sleep_time",
    "sleep_efficiency",
    "wake_after_sleep_onset",
    "sleep_midpoint",
    "sleep_onset_variability",
    "circadian_rhythm_strength",
    "daily_steps",
    "moderate_minutes",
    "resting_heart_rate",
)


@st.composite
def weeks_of(draw, name, weeks):
    """One metric's weeks: level, drift or step, with some noise, and some weeks missing."""
    _, most = UNITS[name]
    level = draw(st.floats(0.1 * most, 0.8 * most))
    noise, drift, step, last = (
        draw(st.sampled_from(parts)) * most
        for parts in (
            [0.002, 0.0, 0.02],
            [0.0, 0.0, 0.01, -0.01],
            [0.0, 0.0, 0.15, -0.1],
            [0.2, -0.2, 0.02, -0.02, 0.0],
        )
    )
    jitter = draw(st.lists(st.floats(-1.0, 1.0), min_size=weeks, max_size=weeks))
    values = [
        min(max(level + drift * at + step * (at >= weeks // 2) + noise * jitter[at], 0.0), most)
        for at in range(weeks)
    ]
    values[-1] = min(max(values[-1] + last, 0.0), most)
    gaps = draw(st.sampled_from([(), (), (), (0,), (1, 2), (weeks - 1,)]))
    return [None if at in gaps else value for at, value in enumerate(values)]


@st.composite
def pasts(draw):
    """The history document of some metrics; None where nothing earlier is known."""
    names = draw(st.lists(st.sampled_from(FOLLOWED), unique=True, max_size=6))
    timeframe, most = draw(st.sampled_from([("1week", 5), ("1month", 8), ("3months", 14)]))
    if not names:
        return None
    weeks = draw(st.sampled_from([most, most, most - 1, 2]))
    return history({name: draw(weeks_of(name, weeks)) for name in names}, timeframe)


@st.composite
def analyses_and_pasts(draw):
    """An analysis document and the history that ends with its week."""
    past = draw(pasts())
    values = {
        name: draw(st.none() | st.floats(0.0, most))
        for name, (_, most) in UNITS.items()
        if draw(st.booleans())
    }
    for series in (past or {"metrics": []})["metrics"]:
        values[series["name"]] = series["weeks"][-1]
    days = draw(st.integers(0, 7))
    method = draw(st.sampled_from(["stages", "movement_and_heart_rate", "none"]))
    analysis = document(values, draw(st.floats(0.0, 1.0)), days, method)
    for row in analysis["metrics"]:
        if row["value"] is None and draw(st.booleans()):
            row["status"] = "not_applicable"
    for part in draw(st.sampled_from([(), (), (), (), ("first_day",), ("days",)])):
        del analysis["window"][part]
    return analysis, past


@st.composite
def people(draw, language="en"):
    """Somebody's settings, in this language."""
    return Person(
        language=language,
        level=draw(LEVELS),
        age=draw(st.none() | st.integers(3, 95)),
        avoid=frozenset(draw(st.sets(st.sampled_from(["sleep", "rhythm", "activity", "heart"])))),
    )


@st.composite
def any_facts(draw, language="en"):
    """Facts, whom they are for, and the kind of insight."""
    person, insight_type = draw(people(language)), draw(TYPES)
    analysis, past = draw(analyses_and_pasts())
    facts = facts_from(analysis, insight_type=insight_type, person=person, history=past)
    return facts, person, insight_type
