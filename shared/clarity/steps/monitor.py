"""monitor: at a clock's tick, whether the model is well, and whether its people's weeks drift.

Analyses are looked at in windows of time, one after the other without a gap or an overlap. A window
is looked at as a whole, a while after its end, since an analysis is stored a little after the time
that it bears. One with too few people goes on for longer; of one with nobody nothing is kept. What
a look finds is written in one commit with where the next window begins, refused where another tick
has come first: so a tick may be lost, late, repeated or killed, and no analysis is missed or counts
twice.

Only a difference from the deployment's own people is drift: see `clarity pat reference`. While it
goes on there is one request for a new training of the model; when it ends, the request says so.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from math import isnan
from typing import TYPE_CHECKING, Any, Protocol

from clarity.domain.drift import ERROR, LEAST_PEOPLE, compare, compare_slices, slices_of
from clarity.domain.health import Watch, health_of
from clarity.steps.weeks import Analyses, gather

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, timedelta

    from clarity.domain.drift import Comparison, Reference
    from clarity.domain.health import Lately
    from clarity.steps.weeks import Weeks

# A window is prolonged until it is so many times as long; then it ends without a verdict.
LONGEST = 8
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Memory:
    """What the last tick left, and the deployment's own reference; a version of the former."""

    watch: Watch | None
    reference: Reference | None
    version: object = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one tick writes, all at once.

    Attributes:
        watch: what the next tick finds.
        health: the health document.
        window: id and fields of what a window came to.
        request: id and fields of a new retraining request.
        recovered: id of the request whose drift has ended.
    """

    watch: Watch
    health: Mapping[str, Any]
    window: tuple[str, Mapping[str, Any]] | None = None
    request: tuple[str, Mapping[str, Any]] | None = None
    recovered: str = ""


class Watched(Analyses, Protocol):
    """What the monitor reads and writes."""

    def memory(self, model_id: str) -> Memory:
        """What the last tick left, and the model's own reference."""

    def lately(self, now: datetime) -> Lately:
        """What happened in the day before."""

    def keep(self, outcome: Outcome, version: object, now: datetime) -> None:
        """Write it, all or nothing; a request that is there stays as it is.

        Raises InProgressError if another tick has written since the memory was read.
        """


@dataclass(frozen=True, slots=True)
class Pace:
    """How a tick is bounded.

    Attributes:
        window: length of a window.
        grace: how old an analysis is before it is looked at.
        lasting: how long a tick may read on.
        documents: how many analyses of a window it may look at.
    """

    window: timedelta
    grace: timedelta
    lasting: timedelta
    documents: int


@dataclass(frozen=True, slots=True)
class Monitor:
    """Look at the window that has ended, if one has; say how the model is."""

    watched: Watched
    model_id: str
    trained: Reference | None
    clock: Callable[[], datetime]
    pace: Pace
    count: Callable[[str], None]

    def __call__(self) -> Mapping[str, Any]:
        """Handle one tick; the health document.

        Raises:
            (PermanentError, TransientError): it could not be done now; the next tick tries.
        """
        began = self.clock()
        memory = self.watched.memory(self.model_id)
        settled = began - self.pace.grace
        own = "" if memory.reference is None else memory.reference.version
        watch = memory.watch or Watch(self.model_id, own, settled - self.pace.window, settled)
        watch = watch.of(self.model_id, own)
        outcome = Outcome(watch, {})
        if watch.until <= settled:
            outcome = self._look(watch, memory.reference or self.trained, began)
        if memory.watch and memory.watch.request and not watch.request:
            outcome = replace(outcome, recovered=memory.watch.request)  # nobody looks for it again
        health = health_of(outcome.watch, self.watched.lately(began), began)
        self.watched.keep(replace(outcome, health=health), memory.version, began)
        self._say(health, outcome, began)
        return health

    def _look(self, watch: Watch, reference: Reference | None, now: datetime) -> Outcome:
        """Look at the window that has ended."""
        weeks = gather(
            self.watched,
            watch.since,
            watch.until,
            watch.model_id,
            documents=self.pace.documents,
            in_time=lambda: self.clock() - now < self.pace.lasting,
            width=None if reference is None else reference.people.embeddings.shape[1],
        )
        enough = len(weeks.people) >= LEAST_PEOPLE
        found = _compared(reference, weeks, seed=int(watch.since.timestamp()))
        looked = {
            "at": now,
            "since": watch.since,
            "until": watch.until,
            **_told(weeks),
            **_told_of(reference, found),
        }
        if looked["compared"] and watch.reference:
            watch = watch.judged(differs=looked["differs"])
        watch = replace(watch, looked=looked)
        if not weeks.analyses:
            return Outcome(watch.next(self.pace.window), {})
        lasted = watch.until - watch.since
        if not enough and lasted < LONGEST * self.pace.window:
            return Outcome(watch.longer(self.pace.window), {})
        window = {"model": watch.model_id, "state": watch.state, **looked, "shifts": _shifts(found)}
        name = f"{watch.model_id}-{_named(watch.since)}"
        return self._turn(Outcome(watch.next(self.pace.window), {}, (name, window)), now)

    def _turn(self, outcome: Outcome, now: datetime) -> Outcome:
        """Ask for a new training where drift begins; say that it has ended where it has."""
        watch, drifts = outcome.watch, outcome.watch.state == "drift"
        if drifts == bool(watch.request):
            return outcome
        if not drifts:
            return replace(outcome, watch=replace(watch, request=""), recovered=watch.request)
        looked: Mapping[str, Any] = watch.looked or {}
        since = watch.drifts_since or watch.since
        name = f"{watch.model_id}-{_named(since)}"
        request = {
            "state": "open",
            "model": watch.model_id,
            "since": since,
            "what": looked["what"],
            "slices": looked["slices"],
            "people": looked["people"],
            "reference": watch.reference,
            "window": outcome.window[0] if outcome.window else "",
            "created_at": now,
            "recovered_at": None,
        }
        watch = replace(watch, request=name)
        return replace(outcome, watch=watch, request=(name, request))

    def _say(self, health: Mapping[str, Any], outcome: Outcome, began: datetime) -> None:
        looked: Mapping[str, Any] = outcome.watch.looked or {}
        fields = {
            "state": health["drift"]["state"],
            "people": looked.get("people", 0),
            "analyses": looked.get("analyses", 0),
            "differed": len(looked.get("what", ())),
            "looked": int(outcome.window is not None),
            "requested": int(outcome.request is not None),
            "recovered": int(bool(outcome.recovered)),
            "predictions": health["day"]["predictions"],
            "failed": health["day"]["failed"],
            "seconds": round((self.clock() - began).total_seconds(), 3),
        }
        _log.info("monitored", extra={"fields": fields})
        if outcome.window is not None:
            self.count(fields["state"])


def _compared(reference: Reference | None, weeks: Weeks, seed: int) -> dict[str, Comparison]:
    """Everybody together under "", then each slice; nothing where there is no reference."""
    if reference is None or len(weeks.people) < LEAST_PEOPLE:
        return {}
    whole = compare(reference.people, weeks.people, error=ERROR / 2, seed=seed)
    slices = slices_of(reference, weeks.people, weeks.recorded_by) if reference.own else {}
    return {"": whole, **compare_slices(slices, error=ERROR / 2)}


def _told(weeks: Weeks) -> dict[str, Any]:
    return {
        "people": len(weeks.people),
        "people_found": weeks.found,
        "analyses": weeks.analyses,
        "of_other_models": weeks.of_other_models,
        "unlike": weeks.unlike,
        "sampled": weeks.sampled,
    }


def _told_of(reference: Reference | None, found: Mapping[str, Comparison]) -> dict[str, Any]:
    """What differs, as names, and where."""
    whole = found.get("")
    differing = sorted(name for name, each in found.items() if name and each.differs)
    names = [shift.name for each in found.values() for shift in each.shifts if shift.differs]
    small = sorted(name for name, each in found.items() if name and not each.shifts)
    return {
        "reference": reference.version if reference else None,
        "reference_own": bool(reference and reference.own),
        "reference_people": len(reference.people) if reference else 0,
        "compared": bool(whole and whole.shifts),
        "differs": any(each.differs for each in found.values()),
        "what": list(dict.fromkeys(names)),
        "slices": differing,
        "slices_too_small": small,
    }


def _shifts(found: Mapping[str, Comparison]) -> list[dict[str, Any]]:
    """Each comparison in numbers: of everybody all, of slices what differs."""
    return [
        {
            "slice": name or None,
            "people": each.people,
            "name": shift.name,
            "distance": shift.distance,
            "p": shift.p,
            "differs": shift.differs,
            "stability_index": None if isnan(shift.stability_index) else shift.stability_index,
        }
        for name, each in found.items()
        for shift in each.shifts
        if not name or shift.differs
    ]


def _named(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"
