"""Published values to read a metric beside: whose they are, and where they stand.

Only what a publication says of the same quantity, in the same unit. They describe populations and
recommendations; none of them is a limit of health, and a metric without an agreed range has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clarity.domain.metric import Metric

DAYS_PER_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Reference:
    """What is published about a metric.

    Attributes:
        low: Lower end of the range in the metric's unit; None where it is open.
        high: Upper end; None where it is open. With neither there is something to say, but no
            range.
        unit: The metric's unit.
        text: The range in words.
        population: Whose range it is.
        source: Citation with DOI.
        ages: The youngest and the oldest whom it is meant for, in full years.
    """

    low: float | None
    high: float | None
    unit: str
    text: str
    population: str
    source: str
    ages: tuple[int, int] = (18, 130)


_OHAYON: Final = (
    "Ohayon et al. 2017, National Sleep Foundation's sleep quality recommendations,"
    " Sleep Health 3:6-19, doi:10.1016/j.sleh.2016.11.006"
)
_ADULTS_26: Final = "adults of 26 to 64 years, expert panel"
_FROM_26: Final = (26, 64)
_PARUTHI: Final = (
    "Paruthi et al. 2016, consensus statement of the American Academy of Sleep Medicine,"
    " J Clin Sleep Med 12:785-786, doi:10.5664/jcsm.5866"
)
_HIRSHKOWITZ: Final = (
    "Hirshkowitz et al. 2015, National Sleep Foundation's updated sleep duration recommendations,"
    " Sleep Health 1:233-243, doi:10.1016/j.sleh.2015.10.004"
)

REFERENCES: Final[Mapping[str, Reference]] = MappingProxyType(
    {
        "total_sleep_time": Reference(
            420.0,
            None,
            "min",
            "7 h or more a night, regularly",
            "adults of 18 to 60 years, recommendation",
            "Watson et al. 2015, joint consensus statement of the American Academy of Sleep"
            " Medicine and Sleep Research Society, J Clin Sleep Med 11:591-592,"
            " doi:10.5664/jcsm.4758",
            (18, 60),
        ),
        "sleep_efficiency": Reference(
            0.85,
            None,
            "",
            "85 % or more: an indicator of good sleep",
            _ADULTS_26,
            _OHAYON,
            _FROM_26,
        ),
        "sleep_onset_latency": Reference(
            None,
            30.0,
            "min",
            "30 min or less: an indicator of good sleep",
            _ADULTS_26,
            _OHAYON,
            _FROM_26,
        ),
        "wake_after_sleep_onset": Reference(
            None,
            20.0,
            "min",
            "20 min or less: an indicator of good sleep",
            _ADULTS_26,
            _OHAYON,
            _FROM_26,
        ),
        "awakenings": Reference(
            None,
            1.0,
            "",
            "at most 1 of over 5 min a night: an indicator of good sleep",
            _ADULTS_26,
            _OHAYON,
            _FROM_26,
        ),
        "sleep_regularity_index": Reference(
            None,
            None,
            "",
            "no agreed range: in one cohort the median was 81 by one method and 60 by another",
            "UK Biobank, 60,977 and 88,975 people of about 62 years, wrist accelerometer",
            "Windred et al. 2024, Sleep 47:zsad253, doi:10.1093/sleep/zsad253;"
            " Cribb et al. 2023, eLife 12:RP88359, doi:10.7554/eLife.88359",
        ),
        "daily_steps": Reference(
            5000.0,
            None,
            "steps/day",
            "under 5,000 is called sedentary, from 5,000 low active, from 7,500 somewhat active,"
            " from 10,000 active, from 12,500 highly active",
            "adults, pedometer; categories, not a recommendation",
            "Tudor-Locke et al. 2008, Med Sci Sports Exerc 40:S537-S543,"
            " doi:10.1249/MSS.0b013e31817c7133",
        ),
        "moderate_minutes": Reference(
            150.0 / DAYS_PER_WEEK,
            None,
            "min/day",
            "150 to 300 min a week or more, that is 21 to 43 min a day",
            "adults of 18 to 64 years, recommendation for moderate activity of any kind;"
            " steps see walking and running only",
            "Bull et al. 2020, World Health Organization guidelines on physical activity,"
            " Br J Sports Med 54:1451-1462, doi:10.1136/bjsports-2020-102955",
            (18, 64),
        ),
        "peak_30_min_cadence": Reference(
            None,
            None,
            "steps/min",
            "no agreed range: the mean was 71 steps/min (men 74, women 70), less with age",
            "3,522 adults from 20 years, United States 2005-2006, hip accelerometer",
            "Tudor-Locke et al. 2012, J Phys Act Health 9:1125-1129, doi:10.1123/jpah.9.8.1125",
        ),
        "resting_heart_rate": Reference(
            50.0,
            82.0,
            "beats/min",
            "95 % of men had 50 to 80, of women 53 to 82",
            "92,457 adults in the United States, daily value of a wrist device",
            "Quer et al. 2020, PLoS One 15:e0227709, doi:10.1371/journal.pone.0227709",
        ),
        "respiratory_rate": Reference(
            11.8,
            19.2,
            "breaths/min",
            "90 % had 11.8 to 19.2 asleep, with a mean of 15.4",
            "10,000 healthy adults of 20 to 69 years, wrist device at night",
            "Natarajan et al. 2021, npj Digital Medicine 4:136, doi:10.1038/s41746-021-00493-6",
        ),
    }
)

# What holds for those whom the reference above is not meant for.
OTHER_AGES: Final[Mapping[str, tuple[Reference, ...]]] = MappingProxyType(
    {
        "total_sleep_time": (
            Reference(
                540.0,
                720.0,
                "min",
                "9 to 12 h in 24 h, regularly",
                "children of 6 to 12 years, recommendation",
                _PARUTHI,
                (6, 12),
            ),
            Reference(
                480.0,
                600.0,
                "min",
                "8 to 10 h in 24 h, regularly",
                "teenagers of 13 to 18 years, recommendation",
                _PARUTHI,
                (13, 17),
            ),
            Reference(
                420.0,
                540.0,
                "min",
                "7 to 9 h",
                "adults of 26 to 64 years, recommendation of an expert panel",
                _HIRSHKOWITZ,
                (61, 64),
            ),
            Reference(
                420.0,
                480.0,
                "min",
                "7 to 8 h",
                "adults from 65 years, recommendation of an expert panel",
                _HIRSHKOWITZ,
                (65, 130),
            ),
        )
    }
)

# Part of a metric's method, where the published values were measured in one way of several.
_SAME_WAY: Final[Mapping[str, str]] = {"resting_heart_rate": "the device's daily"}


def reference_of(metric: Metric) -> Reference | None:
    """What is published about a metric; None where its value is of another kind than published.

    >>> from clarity.domain.metric import Measure
    >>> reference_of(Measure("sleep_efficiency", "", "asleep / in bed").value(0.9)).low
    0.85
    """
    reference = REFERENCES.get(metric.name)
    if reference is None or reference.unit != metric.unit:
        return None
    return reference if _SAME_WAY.get(metric.name, "") in metric.method else None


def reference_for(name: str, age: int | None) -> Reference | None:
    """What is published for people of this age; where the age is not known, for adults.

    >>> reference_for("total_sleep_time", 70).high, reference_for("moderate_minutes", 15)
    (480.0, None)
    """
    adults = REFERENCES.get(name)
    if age is None or adults is None:
        return adults
    every = (adults, *OTHER_AGES.get(name, ()))
    return next((each for each in every if each.ages[0] <= age <= each.ages[1]), None)
