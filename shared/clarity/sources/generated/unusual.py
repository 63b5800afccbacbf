"""How people spend a day whose days are unlike most others', or whose devices record less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clarity.sources.generated.routines import SATURDAY, Span, hours

if TYPE_CHECKING:
    from clarity.sources.generated.routines import Plan

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)


def napper(plan: Plan, day: int, weekday: int) -> None:
    """Late to bed, up for work, and a siesta every day."""
    plan.sleep(day, hours(24.6), 375, 3)
    plan.sleep(day, hours(14.3), 80, 3)
    plan.stir(day, hours(7.5), hours(13.5), 3)
    plan.stir(day, hours(16), hours(23.5), 4)
    plan.walk(day, hours(8.3), 18, 104)
    plan.walk(day, hours(20.5), 50, 88)
    plan.charge(day, hours(19), 40)
    plan.leave_phone(day, hours(9), hours(12))


def split_sleeper(plan: Plan, day: int, weekday: int) -> None:
    """A first and a second sleep, and two quiet hours awake between them."""
    plan.sleep(day, hours(21.3), 225, 3)
    plan.stir(day, hours(25.3), hours(27.2), 2)
    plan.sleep(day, hours(27.6), 210, 4)
    plan.stir(day, hours(7.5), hours(20.5), 4)
    plan.walk(day, hours(7.9), 25, 100)
    plan.walk(day, hours(17.2), 30, 96)
    plan.charge(day, hours(19.5), 50)


def phone_only(plan: Plan, day: int, weekday: int) -> None:
    """A commuter with a phone in a pocket, on the desk, and at night on the shelf."""
    plan.sleep(day, hours(23.8), 420, 3)
    plan.stir(day, hours(7), hours(23), 4)
    plan.walk(day, hours(7.8), 22, 108)
    plan.walk(day, hours(18.2), 24, 106)
    plan.leave_phone(day, hours(9.5), hours(12))
    plan.watch_off.append(Span(0, len(plan.timeline)))


def no_stages(plan: Plan, day: int, weekday: int) -> None:
    """An ordinary week; on the sofa with a film in the evening."""
    plan.sleep(day, hours(23.4), 450, 4)
    plan.stir(day, hours(7.5), hours(20.5), 4)
    plan.stir(day, hours(20.5), hours(23.2), 0.4)
    plan.walk(day, hours(8.1), 16, 106)
    plan.walk(day, hours(12.8), 20, 98)
    if weekday >= SATURDAY:
        plan.walk(day, hours(15), 70, 94)
    plan.charge(day, hours(18.5), 45)


def older_adult(plan: Plan, day: int, weekday: int) -> None:
    """Early to bed and up, a nap in the armchair, short slow walks."""
    plan.sleep(day, hours(21.4), 465, 11)
    if plan.rng.random() < 0.6:  # noqa: PLR2004 - naps on most days
        plan.sleep(day, hours(13.2), 40, 6)
    plan.stir(day, hours(5.6), hours(21), 2.5)
    plan.walk(day, hours(9.5), 20, 82)
    if weekday in {TUESDAY, FRIDAY}:
        plan.walk(day, hours(15.6), 25, 78)
    plan.charge(day, hours(20), 50)
    plan.leave_phone(day, hours(6), hours(21))


def athlete(plan: Plan, day: int, weekday: int) -> None:
    """Two trainings on most days, half of them without steps, and long nights."""
    plan.sleep(day, hours(22.2), 510, 2)
    plan.stir(day, hours(8.5), hours(21.5), 3)
    plan.walk(day, hours(12.2), 15, 112)
    if weekday in {MONDAY, WEDNESDAY, FRIDAY}:
        plan.work_out(day, hours(7.4), 50, "swimming", cadence=0, beats=78)
    else:
        plan.work_out(day, hours(7.5), 45, "running", cadence=170, beats=95)
    if weekday not in {FRIDAY, SATURDAY + 1}:
        plan.work_out(day, hours(16.5), 85, "cycling", cadence=0, beats=88)
    plan.leave_phone(day, hours(7), hours(9))
    plan.leave_phone(day, hours(16), hours(18.3))
    plan.charge(day, hours(20.5), 45)


def irregular(plan: Plan, day: int, weekday: int) -> None:
    """In bed at any hour from the evening to the morning, for as long as it may be."""
    bed = hours(float(plan.rng.uniform(20.5, 29.5)))
    plan.sleep(day, bed, float(plan.rng.uniform(270, 520)), 5)
    for _ in range(3):
        plan.walk(day, hours(float(plan.rng.uniform(8, 27))), float(plan.rng.uniform(10, 45)), 98)
    plan.stir(day, hours(10), hours(28), 4)
    plan.charge(day, hours(float(plan.rng.uniform(12, 20))), 55)


def ill_week(plan: Plan, day: int, weekday: int) -> None:
    """A fever from Tuesday to Friday: in bed by day too, much of it awake; weak afterwards."""
    # About 8 beats a minute for each degree: Karjalainen & Viitasalo 1986,
    # doi:10.1001/archinte.1986.00360180179026.
    if weekday in {TUESDAY, WEDNESDAY, THURSDAY, FRIDAY}:
        plan.fever(day, 0, hours(24), 16)
        plan.sleep(day, hours(21.8), 600, 9)
        plan.sleep(day, hours(10), 150, 32)
        plan.sleep(day, hours(14.2), 170, 26)
        plan.stir(day, hours(8), hours(21), 1)
    else:
        plan.sleep(day, hours(22.9), 470, 4)
        plan.stir(day, hours(7.5), hours(22), 3)
        plan.walk(day, hours(11), 20, 92)
    plan.charge(day, hours(19.5), 45)


def beta_blocker(plan: Plan, day: int, weekday: int) -> None:
    """A retired cyclist."""
    plan.sleep(day, hours(22.8), 445, 5)
    plan.stir(day, hours(7), hours(22), 4)
    plan.walk(day, hours(10), 40, 103)
    if weekday in {TUESDAY, THURSDAY, SATURDAY}:
        plan.work_out(day, hours(15), 60, "cycling", cadence=0, beats=52)
    plan.charge(day, hours(20.3), 45)


def rotating_shifts(plan: Plan, day: int, weekday: int) -> None:
    """Two early shifts, two late ones, two nights and a day off."""
    if weekday in {MONDAY, TUESDAY}:  # from six to two
        plan.sleep(day, hours(21.4 if weekday == MONDAY else 23), 400, 4)
        plan.stir(day, hours(6), hours(14), 8)
    elif weekday in {WEDNESDAY, THURSDAY}:  # from two to ten
        plan.sleep(day, hours(24.9), 460, 4)
        plan.stir(day, hours(14), hours(22), 8)
    elif weekday in {FRIDAY, SATURDAY}:  # from ten to six
        plan.stir(day, hours(22), hours(30), 8)
        plan.sleep(day, hours(31.2), 370, 6)
    else:
        plan.sleep(day, hours(21.2), 410, 4)
        plan.walk(day, hours(16), 40, 96)
    plan.walk(day, hours(18.5 if weekday in {MONDAY, TUESDAY} else 13.2), 15, 104)
    plan.charge(day, hours(20), 40)
