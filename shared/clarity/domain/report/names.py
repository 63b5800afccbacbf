"""What the report calls each metric: plain words, the field's own term, and its group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Group = Literal["sleep", "rhythm", "activity", "heart", "other"]

GROUPS: Final[Mapping[Group, str]] = {
    "sleep": "Sleep",
    "rhythm": "Rhythm of rest and activity",
    "activity": "Activity",
    "heart": "Heart and breathing",
    "other": "Other",
}
# A metric and the half-width of its 95 % confidence interval: told in one row.
ERRORS: Final[Mapping[str, str]] = {
    "cosinor_acrophase": "cosinor_acrophase_error",
    "cosinor_amplitude": "cosinor_amplitude_error",
    "heart_rate_amplitude": "heart_rate_amplitude_error",
}


@dataclass(frozen=True, slots=True)
class Name:
    """A metric's plain name, its term in the field (empty if that is the same), and its group."""

    plain: str
    term: str
    group: Group


_NAMES: Final[Mapping[str, Name]] = {
    "total_sleep_time": Name("Sleep a day", "total sleep time, TST", "sleep"),
    "sleep_efficiency": Name("Time in bed spent asleep", "sleep efficiency, SE", "sleep"),
    "sleep_onset_latency": Name("Time to fall asleep", "sleep onset latency, SOL", "sleep"),
    "wake_after_sleep_onset": Name(
        "Awake between falling asleep and waking up", "wake after sleep onset, WASO", "sleep"
    ),
    "awakenings": Name("Awakenings a night", "", "sleep"),
    "sleep_midpoint": Name("Middle of sleep", "sleep midpoint", "sleep"),
    "sleep_onset_variability": Name(
        "Spread of the time of falling asleep", "SD of sleep onset", "sleep"
    ),
    "sleep_offset_variability": Name(
        "Spread of the time of waking up", "SD of sleep offset", "sleep"
    ),
    "social_jet_lag": Name("Weekend shift of sleep", "social jet lag", "sleep"),
    "sleep_regularity_index": Name(
        "Regularity of sleep and wake", "sleep regularity index, SRI", "sleep"
    ),
    "circadian_rhythm_strength": Name(
        "Strength of the daily rhythm", "R\u00b2 of 24 h and 12 h", "rhythm"
    ),
    "interdaily_stability": Name(
        "Likeness of the days to one another", "interdaily stability, IS", "rhythm"
    ),
    "intradaily_variability": Name(
        "Fragmentation within the day", "intradaily variability, IV", "rhythm"
    ),
    "relative_amplitude": Name("Contrast of day and night", "relative amplitude, RA", "rhythm"),
    "rest_activity_ratio": Name("Rest against activity", "L5 / M10", "rhythm"),
    "l5": Name("Movement in the quietest 5 h", "L5", "rhythm"),
    "m10": Name("Movement in the most active 10 h", "M10", "rhythm"),
    "l5_onset": Name("Quietest 5 h begin", "L5 onset", "rhythm"),
    "m10_onset": Name("Most active 10 h begin", "M10 onset", "rhythm"),
    "cosinor_acrophase": Name("Peak of the daily wave", "acrophase", "rhythm"),
    "cosinor_amplitude": Name("Height of the daily wave", "cosinor amplitude", "rhythm"),
    "autocorrelation_24_h": Name("Likeness of a day to the next", "autocorrelation", "rhythm"),
    "daily_steps": Name("Steps a day", "", "activity"),
    "daily_counts": Name("Activity counts a day", "", "activity"),
    "sedentary_time": Name("Sitting and standing", "sedentary time", "activity"),
    "light_activity_time": Name("Light activity", "", "activity"),
    "moderate_activity_time": Name("Moderate activity", "with effort without steps", "activity"),
    "vigorous_activity_time": Name("Vigorous activity", "with effort without steps", "activity"),
    "moderate_minutes": Name("Brisk walking", "minutes at 100 steps/min or more", "activity"),
    "vigorous_minutes": Name("Running", "minutes at 130 steps/min or more", "activity"),
    "moderate_bout_minutes": Name("Brisk walking in bouts", "bouts of 10 min or more", "activity"),
    "peak_30_min_cadence": Name("Best 30 min of walking", "peak 30-min cadence", "activity"),
    "activity_fragmentation": Name(
        "Fragmentation of activity by pauses", "active-to-sedentary transition, ASTP", "activity"
    ),
    "rest_to_activity": Name("Chance to end a lasting rest", "kRA", "activity"),
    "activity_to_rest": Name("Chance to end lasting activity", "kAR", "activity"),
    "resting_heart_rate": Name("Resting heart rate", "RHR", "heart"),
    "heart_rate_amplitude": Name(
        "Height of the heart's daily wave", "cosinor amplitude, movement taken out", "heart"
    ),
    "heart_rate_acrophase": Name(
        "Peak of the heart's daily wave", "acrophase, movement taken out", "heart"
    ),
    "heart_rate_variability": Name("Heart rate variability", "SDNN of the device", "heart"),
    "heart_rate_variability_spread": Name(
        "Day-to-day spread of that variability", "SD of SDNN", "heart"
    ),
    "respiratory_rate": Name("Breaths a minute", "respiratory rate", "heart"),
    "respiratory_rate_spread": Name(
        "Day-to-day spread of breaths", "SD of the respiratory rate", "heart"
    ),
    "oxygen_saturation": Name("Oxygen saturation", "SpO\u2082", "heart"),
    "oxygen_saturation_spread": Name("Day-to-day spread of oxygen", "SD of SpO\u2082", "heart"),
}


def name_of(metric: str) -> Name:
    """What the metric is called; one without words of its own keeps its name.

    >>> name_of("resting_heart_rate").term, name_of("some_new_one").plain
    ('RHR', 'Some new one')
    """
    plain = metric.replace("_", " ")
    return _NAMES.get(metric) or Name(plain[:1].upper() + plain[1:], "", "other")
