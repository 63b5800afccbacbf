"""How people spend a day whom nobody looks at while the domain is worked on.

They are there to be measured once a change is done: `clarity evaluate people` scores them apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clarity.sources.generated.routines import hours

if TYPE_CHECKING:
    from clarity.sources.generated.routines import Plan


def sofa(plan: Plan, day: int, weekday: int) -> None:
    """Works standing, then sits before a screen from five until midnight."""
    plan.sleep(day, hours(23.6), 430, 5)
    plan.stir(day, hours(8), hours(16.5), 3)
    plan.stir(day, hours(16.5), hours(23.5), 0.3)
    plan.walk(day, hours(8.3), 15, 100)
    plan.charge(day, hours(7.5), 40)


def desk(plan: Plan, day: int, weekday: int) -> None:
    """Sits from morning to night, and sleeps too little."""
    plan.sleep(day, hours(24.3), 390, 5)
    plan.stir(day, hours(8.5), hours(24), 0.5)
    plan.walk(day, hours(8.6), 10, 106)
    plan.walk(day, hours(18), 12, 106)
    plan.charge(day, hours(19), 60)


def insomniac(plan: Plan, day: int, weekday: int) -> None:
    """Long in bed, a quarter of it awake."""
    plan.sleep(day, hours(22.5), 530, 18)
    plan.stir(day, hours(8), hours(22), 4)
    plan.walk(day, hours(12), 30, 98)
    plan.charge(day, hours(20), 45)


def gardener(plan: Plan, day: int, weekday: int) -> None:
    """On their feet all day, seldom fast."""
    plan.sleep(day, hours(22.3), 460, 3)
    plan.stir(day, hours(7), hours(21), 12)
    plan.walk(day, hours(17), 60, 70)
    plan.charge(day, hours(20), 30)


def four_sleeps(plan: Plan, day: int, weekday: int) -> None:
    """Sleeps an hour and a half every six hours, as sailors do alone."""
    for hour in (1, 7, 13, 19):
        plan.sleep(day, hours(hour), 100, 3, spread=15)
    plan.stir(day, hours(0), hours(24), 3)
    plan.walk(day, hours(10), 30, 102)
    plan.charge(day, hours(16), 30)


def night_charger(plan: Plan, day: int, weekday: int) -> None:
    """Takes the watch off for the night."""
    plan.sleep(day, hours(23), 450, 3)
    plan.stir(day, hours(7), hours(22), 4)
    plan.walk(day, hours(12.2), 30, 104)
    plan.charge(day, hours(22.4), 530)


def student(plan: Plan, day: int, weekday: int) -> None:
    """To bed at three, up at eleven, rides a bicycle."""
    plan.sleep(day, hours(26.9), 480, 4, spread=40)
    plan.stir(day, hours(11), hours(26), 3)
    plan.walk(day, hours(12.5), 14, 112)
    if weekday % 2:
        plan.work_out(day, hours(18), 40, "cycling", cadence=0, beats=72)
    plan.charge(day, hours(20.2), 45)
