"""Facts of several kinds of week, for tests of sentences: with and without weeks before it."""

from __future__ import annotations

from dataclasses import replace

from clarity.domain.person import Person
from clarity.domain.words.facts import facts_from
from tests.analyses import document, history

_WEEK = {
    "total_sleep_time": 410.0,
    "sleep_efficiency": 83.6,
    "wake_after_sleep_onset": 38.2,
    "sleep_onset_latency": 14.0,
    "awakenings": 2.3,
    "sleep_midpoint": 220.0,
    "sleep_onset_variability": 62.0,
    "social_jet_lag": 50.0,
    "sleep_regularity_index": 78.0,
    "circadian_rhythm_strength": 0.62,
    "interdaily_stability": 0.58,
    "intradaily_variability": 0.83,
    "relative_amplitude": 0.91,
    "rest_activity_ratio": 0.34,
    "daily_steps": 9847.3,
    "m10": 31.4,
    "l5": 1.2,
    "moderate_minutes": 24.0,
    "activity_fragmentation": 0.11,
    "resting_heart_rate": 58.4,
}
_PAST = {
    "total_sleep_time": [448.0, 445.0, 452.0, 447.0, 449.0, 446.0, 450.0, 410.0],
    "sleep_efficiency": [84.0, 83.0, 85.0, 84.5, 83.5, 84.0, 84.2, 83.6],
    "wake_after_sleep_onset": [30.0, 29.0, 31.0, 30.5, 29.5, 30.0, 30.2, 38.2],
    "sleep_midpoint": [184.0, 186.0, 185.0, 183.0, 187.0, 185.0, 185.5, 220.0],
    "sleep_onset_variability": [41.0, 39.0, 40.0, 42.0, 38.0, 40.0, 40.5, 62.0],
    "circadian_rhythm_strength": [0.51, 0.5, 0.52, 0.51, 0.5, 0.52, 0.51, 0.62],
    "daily_steps": [8100.0, 8150.0, 8050.0, 8120.0, 8080.0, 8100.0, 8110.0, 9847.3],
    "moderate_minutes": [24.0, 20.0, 28.0, 22.0, 26.0, 24.0, 25.0, 24.0],
    "resting_heart_rate": [58.0, 60.0, 57.0, 59.0, 58.0, 61.0, 57.0, 58.4],
}
_SLOPE = {
    "total_sleep_time": [*(462.0 - 4 * week for week in range(13)), 410.0],
    "daily_steps": [
        *(8100.0, 8150.0, 8050.0, 8120.0, 8080.0, 8100.0, 8110.0),
        *(6200.0, 6150.0, 6250.0, 6180.0, 6220.0, 6200.0, 6190.0),
    ],
    "resting_heart_rate": [58.0, 60.0, 57.0, 59.0, 58.0, 61.0, 57.0] * 2,
}
_LACKING = {
    "total_sleep_time": None,
    "sleep_efficiency": None,
    "sleep_onset_variability": None,
    "daily_steps": 9847.3,
    "resting_heart_rate": None,
}


def _of(values, insight_type, past=None, **options):
    return facts_from(
        document(values, **options), insight_type=insight_type, person=Person(), history=past
    )


def _deaf(facts, *metrics):
    """The facts of a device that cannot tell these metrics."""
    text = "not known: nothing that was recorded tells it"
    return tuple(
        replace(fact, status="not_applicable", text=text) if fact.metric in metrics else fact
        for fact in facts
    )


# One week, every measure of sleep or of activity.
SLEEP = _of(_WEEK, "sleep")
ACTIVITY = _of(_WEEK, "activity")
# The same week after seven others: sleep shorter and later, more steps, the heart rate as before.
CHANGED = _of(_WEEK, "general", history(_PAST))
# Three months: less sleep week by week, fewer steps since one of them.
MONTHS = _of(
    _WEEK | {"daily_steps": 6190.0, "resting_heart_rate": 57.0},
    "general",
    history(_SLOPE, "3months"),
)
# Enough sleep, by what is recommended; a month of weeks much like it.
ENOUGH = _of(
    {"total_sleep_time": 452.0, "sleep_efficiency": 91.0, "wake_after_sleep_onset": 14.0},
    "general",
    history(
        {"total_sleep_time": [450.0, 440.0, 460.0, 445.0, 455.0, 450.0, 448.0, 452.0]}, "1month"
    ),
)
# Too little data for sleep; a device that cannot tell the heart rate.
LACKING = _deaf(_of(_LACKING, "general", valid_days=3, coverage=0.41), "resting_heart_rate")
# Sleep that was estimated.
ESTIMATED = _of(_WEEK, "general", method="movement_and_heart_rate")
# A resting heart rate for which a professional may be named.
FAST = tuple(
    replace(fact, professional=fact.metric == "resting_heart_rate")
    for fact in _of(_WEEK, "general")
)
