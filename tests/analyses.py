"""Analysis documents for tests of facts and words, and an ordinary week's facts."""

from __future__ import annotations

from clarity.domain.words.facts import facts_from

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
}
REASON = "needs 3 nights, found 1"


def row(name, value):
    unit, _ = UNITS[name]
    status, reason = ("ok", "") if value is not None else ("insufficient", REASON)
    return {"name": name, "value": value, "unit": unit, "status": status, "reason": reason}


def document(values, coverage=0.91, valid_days=6, method="stages"):
    return {
        "sleep": {"method": method},
        "metrics": [row(name, value) for name, value in values.items()],
        "quality": {"coverage": coverage, "valid_days": valid_days},
        "window": {"days": 7},
    }


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
    )
)
