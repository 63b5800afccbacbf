"""What the person might try: only what a fact gives reason for, and for many weeks that is nothing.

Offers, none of them advice on health: they hold for shift workers, for parents of small children
and in weeks that somebody spends in bed, and leave the choice to the person.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from clarity.domain.words.plans import MAY, MUST, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from clarity.domain.person import Level
    from clarity.domain.words.plans import Told

_MOST: Final[Mapping[Level, int]] = {"plain": 2, "detailed": 3}
# They choose what is offered; none of them is a clinical limit.
LITTLE_COVERAGE: Final = 80.0
NEARLY_ENOUGH_MINUTES: Final = 10.0
_WANDERING_ONSET_MINUTES: Final = 60.0
_LONG_AWAKE_MINUTES: Final = 60.0
_FEW_STEPS: Final = 5000.0
_GOOD_EFFICIENCY: Final = 85.0
_MUCH_SLEEP_MINUTES: Final = 540.0


def suggestions(told: Told) -> Iterator[Plan]:
    """What the facts give reason to try, the most telling first; then who else might look at it."""
    reasons = (
        ("try-night-wear", "total_sleep_time", _unseen_sleep(told)),
        ("try-wear", "coverage", _little_data(told)),
        ("try-more-sleep", "total_sleep_time", _short_sleep(told)),
        ("try-rest", "total_sleep_time", _broken_sleep(told)),
        ("try-regular", "sleep_onset_variability", _wandering_onset(told)),
        ("try-quiet", "wake_after_sleep_onset", _long_awake(told)),
        ("try-walk", "daily_steps", _few_steps(told)),
    )
    given = [(message, metric) for message, metric, holds in reasons if holds]
    if not given and _nothing_to_compare(told):
        given = [("try-continue", "valid_days")]
    for at, (message, metric) in enumerate(islice(given, _MOST[told.level])):
        yield Plan("recommendation", MAY if at else MUST, message, (told.fact(metric),))
    yield from _professional(told)


def _professional(told: Told) -> Iterator[Plan]:
    for fact in told.facts:
        subject = told.subject(fact.metric.partition(".")[0])
        if fact.professional and subject:
            yield Plan("recommendation", MUST, "professional", (fact,), {"subject": subject})
            return


def _little_data(told: Told) -> bool:
    coverage = told.value("coverage")
    return coverage is not None and coverage < LITTLE_COVERAGE


def _unseen_sleep(told: Told) -> bool:
    """Sleep that nothing recorded; sleep in pieces is unknown too, and wearing would not help."""
    sleep = told.unknown("total_sleep_time")
    return sleep is not None and (sleep.status == "not_applicable" or _little_data(told))


def _too_little_sleep(told: Told) -> bool:
    sleep, reference = told.value("total_sleep_time"), told.known("total_sleep_time.reference")
    if sleep is None or reference is None or reference.low is None:
        return False
    return sleep < reference.low - NEARLY_ENOUGH_MINUTES


def _much_awake_in_bed(told: Told) -> bool:
    efficiency = told.value("sleep_efficiency")
    return efficiency is not None and efficiency < _GOOD_EFFICIENCY


def _short_sleep(told: Told) -> bool:
    """Sleep below what is recommended, with little of the time in bed awake."""
    return _too_little_sleep(told) and not _much_awake_in_bed(told)


def _broken_sleep(told: Told) -> bool:
    """Sleep below it, though there was time in bed: more of that, or fixed hours, may not help."""
    return _too_little_sleep(told) and _much_awake_in_bed(told)


def _wandering_onset(told: Told) -> bool:
    varies = (told.value("sleep_onset_variability") or 0.0) > _WANDERING_ONSET_MINUTES
    return varies and not _broken_sleep(told)


def _long_awake(told: Told) -> bool:
    return (told.value("wake_after_sleep_onset") or 0.0) > _LONG_AWAKE_MINUTES


def _few_steps(told: Told) -> bool:
    """Few steps, unless the week may have a reason for it: fewer than usual, or much sleep."""
    steps = told.value("daily_steps")
    much_sleep = (told.value("total_sleep_time") or 0.0) > _MUCH_SLEEP_MINUTES
    if steps is None or much_sleep or _little_data(told):
        return False
    return steps < _FEW_STEPS and told.direction("daily_steps") >= 0


def _nothing_to_compare(told: Told) -> bool:
    usual = any(fact.kind == "usual" for fact in told.facts)
    return not usual and not told.several_weeks and told.known("valid_days") is not None
