"""Analysis and history documents for tests of facts and words, and an ordinary week's facts."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from clarity.domain.metric import CLOCK
from clarity.domain.metrics.history import History, Series
from clarity.domain.person import Person
from clarity.domain.words.facts import facts_from

FIRST_DAY = date(2026, 6, 8)  # of the week in question, a Monday

# How a line of a bank of sentences names what its sentence cites.
SHORT = {
    "tst": "total_sleep_time",
    "se": "sleep_efficiency",
    "waso": "wake_after_sleep_onset",
    "sol": "sleep_onset_latency",
    "awk": "awakenings",
    "mid": "sleep_midpoint",
    "var": "sleep_onset_variability",
    "sjl": "social_jet_lag",
    "sri": "sleep_regularity_index",
    "cr": "circadian_rhythm_strength",
    "is": "interdaily_stability",
    "iv": "intradaily_variability",
    "ra": "relative_amplitude",
    "rar": "rest_activity_ratio",
    "steps": "daily_steps",
    "mod": "moderate_minutes",
    "frag": "activity_fragmentation",
    "rhr": "resting_heart_rate",
    "days": "valid_days",
    "weeks": "weeks_counted",
    "cov": "coverage",
    "win": "window",
}
UNITS = {
    "total_sleep_time": ("min", 1440.0),
    "sleep_efficiency": ("%", 100.0),
    "wake_after_sleep_onset": ("min", 600.0),
    "sleep_onset_variability": ("min", 600.0),
    "circadian_rhythm_strength": ("", 1.0),
    "interdaily_stability": ("", 1.0),
    "intradaily_variability": ("", 3.0),
    "relative_amplitude": ("", 1.0),
    "daily_steps": ("steps/day", 60000.0),
    "activity_fragmentation": ("", 1.0),
    "rest_activity_ratio": ("", 50.0),
    "m10": ("steps/min", 200.0),
    "l5": ("steps/min", 200.0),
    "resting_heart_rate": ("count/min", 200.0),
    "sleep_onset_latency": ("min", 300.0),
    "awakenings": ("", 30.0),
    "sleep_midpoint": (CLOCK, 1439.0),
    "social_jet_lag": ("min", 720.0),
    "sleep_regularity_index": ("", 100.0),
    "moderate_minutes": ("min/day", 600.0),
}
# Numbers for whoever reads numbers: they become facts only where they are known.
DETAILS = {"sleep_midpoint", "social_jet_lag", "sleep_regularity_index", "moderate_minutes"}
# Units of a history, where they differ from those above.
WEEKLY_UNITS = {"resting_heart_rate": "beats/min"}
REASON = "needs 3 nights, found 1"


def row(name, value):
    unit, _ = UNITS[name]
    status, reason = ("ok", "") if value is not None else ("insufficient", REASON)
    return {"name": name, "value": value, "unit": unit, "status": status, "reason": reason}


def document(values, coverage=0.91, valid_days=6, method="stages"):
    return {
        "sleep": {"method": method},
        "metrics": [row(name, value) for name, value in values.items() if name not in DETAILS],
        "details": [row(name, value) for name, value in values.items() if name in DETAILS],
        "quality": {"coverage": coverage, "valid_days": valid_days},
        "window": {"first_day": FIRST_DAY.isoformat(), "days": 7},
        "confidence": 0.8,
    }


def history(values, timeframe="1week", counted=None):
    """The history document of metrics' weeks, oldest first, the last one that of `document`.

    Args:
        values: by name the weeks' values, all equally many, None for a week without one.
        timeframe: 1week, 1month or 3months.
        counted: by week, whether it had enough data; all of them if left out.
    """
    weeks = len(next(iter(values.values())))
    days = tuple(FIRST_DAY - timedelta(7 * back) for back in reversed(range(weeks)))
    series = tuple(
        Series(name, WEEKLY_UNITS.get(name, UNITS[name][0]), np.array(each, dtype=np.float64))
        for name, each in values.items()
    )
    past = History(days, tuple(counted or [True] * weeks), series)
    return past.to_document() | {"data_timeframe": timeframe}


WEEK = facts_from(
    document(
        {
            "total_sleep_time": 410.0,
            "sleep_efficiency": 83.6,
            "wake_after_sleep_onset": 38.2,
            "sleep_onset_variability": None,
            "circadian_rhythm_strength": 0.62,
            "daily_steps": 9847.3,
            "resting_heart_rate": 58.4,
        }
    ),
    person=Person(),
)
