"""How the model is: what its watch remembers from window to window, and what is said of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from clarity.domain.drift import LEAST_PEOPLE, SUSTAINED, state_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

# no_reference: what they are compared with are other people, who differ in any case. too_few: no
# window had people enough yet, or none for long.
State: TypeAlias = Literal["none", "suspected", "drift", "no_reference", "too_few"]

KNOWN: Final = ("none", "suspected")  # in these, somebody has looked and found no drift
FORGOTTEN_AFTER: Final = timedelta(days=1)  # without word from the monitor nobody knows
_SHOWN: Final = 3  # of what differs; the document has all
_MOST_VERDICTS: Final = 520  # ten years of weeks


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a window of people enough came to."""

    since: datetime
    differs: bool


@dataclass(frozen=True, slots=True)
class Watch:
    """What is remembered from window to window; nothing of any person.

    Attributes:
        model_id: whose analyses are watched.
        reference: version of what they are compared with; empty where there is none of our own.
        since: start of the window that is open; what was before has been looked at.
        until: its end, when it is looked at.
        verdicts: of the windows since the model and its reference are these.
        request: id of the retraining request of the drift that goes on; empty where none does.
        looked: what the last look found, as plain values for people to read.
        unjudged: how often a window was opened or prolonged since the last verdict.
    """

    model_id: str
    reference: str
    since: datetime
    until: datetime
    verdicts: tuple[Verdict, ...] = ()
    request: str = ""
    looked: Mapping[str, Any] | None = None
    unjudged: int = 0

    @property
    def state(self) -> State:
        """Where the windows lead so far."""
        if not self.reference:
            return "no_reference"
        if not self.verdicts:
            return "too_few"
        state = state_of([each.differs for each in self.verdicts])
        return "too_few" if state in KNOWN and self.unjudged > SUSTAINED else state

    @property
    def drifts_since(self) -> datetime | None:
        """Start of the first window of those in a row that made the drift that goes on."""
        began, run = None, 0
        for at, each in enumerate(self.verdicts):
            run = run + 1 if at and each.differs == self.verdicts[at - 1].differs else 1
            if run == SUSTAINED:
                first = self.verdicts[at - SUSTAINED + 1].since
                began = (began or first) if each.differs else None
        return began

    def of(self, model_id: str, reference: str) -> Watch:
        """The watch of this model beside this reference: a new one where either is another."""
        if (model_id, reference) == (self.model_id, self.reference):
            return self
        return Watch(model_id, reference, self.since, self.until)

    def judged(self, *, differs: bool) -> Watch:
        """After a verdict on the open window."""
        verdicts = (*self.verdicts, Verdict(self.since, differs))[-_MOST_VERDICTS:]
        return replace(self, verdicts=verdicts, unjudged=0)

    def next(self, window: timedelta) -> Watch:
        """With the next window open."""
        until = self.until + window
        return replace(self, since=self.until, until=until, unjudged=self.unjudged + 1)

    def longer(self, window: timedelta) -> Watch:
        """With the same window open for longer, since too few people were in it."""
        return replace(self, until=self.until + window, unjudged=self.unjudged + 1)


@dataclass(frozen=True, slots=True)
class Reading:
    """One analysis among the latest: whose (a hash), when, by which model, how long it took."""

    person: str
    at: datetime
    model_id: str
    weights_sha256: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Lately:
    """What happened in the last day.

    Attributes:
        predictions: how many weeks were read, by any model.
        failed: how many calls of the endpoint failed.
        readings: the latest of them, newest first.
        ratings: how many insights were rated.
        rating: their mean, 1 to 5; None where nobody rated.
    """

    predictions: int
    failed: int
    readings: Sequence[Reading]
    ratings: int
    rating: float | None


def health_of(watch: Watch, lately: Lately, now: datetime) -> dict[str, Any]:
    """The health document: plain values, and nothing of any person."""
    mine = [each for each in lately.readings if each.model_id == watch.model_id]
    took = [each.seconds for each in mine if each.seconds is not None]
    calls = lately.predictions + lately.failed
    p50, p95 = np.quantile(took, (0.5, 0.95)).tolist() if took else (None, None)
    return {
        "model_id": watch.model_id,
        "weights_sha256": mine[0].weights_sha256 if mine else None,
        "updated_at": now,
        "last_prediction_at": mine[0].at if mine else None,
        "day": {
            "predictions": lately.predictions,
            "failed": lately.failed,
            "failed_share": lately.failed / calls if calls else None,
            "latency_p50_seconds": p50,
            "latency_p95_seconds": p95,
            "measured": len(took),
            "other_models": _others(watch.model_id, lately.readings),
            "people": len({each.person for each in mine}),
        },
        "ratings": {"count": lately.ratings, "mean": lately.rating},
        "drift": {
            "state": watch.state,
            "since": watch.drifts_since,
            "request": watch.request or None,
            "reference": watch.reference or None,
            "window_since": watch.since,
            "window_until": watch.until,
            "least_people": LEAST_PEOPLE,
            "looked": watch.looked,
        },
    }


def _others(model_id: str, readings: Sequence[Reading]) -> list[dict[str, object]]:
    """How many of the latest weeks each other model has read, such as a canary."""
    found = Counter(each.model_id for each in readings if each.model_id != model_id)
    return [{"model_id": name, "weeks": weeks} for name, weeks in sorted(found.items())]


def is_known_well(health: Mapping[str, Any], now: datetime) -> bool:
    """Whether somebody has looked lately, and found no drift."""
    return now - health["updated_at"] < FORGOTTEN_AFTER and health["drift"]["state"] in KNOWN


def line(health: Mapping[str, Any], now: datetime) -> str:
    """How the model is, in one line."""
    day, ratings = health["day"], health["ratings"]
    parts = [f"{health['model_id']} read {_counted(day['predictions'], 'week')} in 24 h"]
    if day["measured"]:
        p50, p95 = (day[f"latency_{name}_seconds"] for name in ("p50", "p95"))
        parts.append(f"half of them in {p50:.2f} s and 95 % in {p95:.2f} s")
    failed = _counted(day["failed"], "call")
    parts.append(f"{failed} failed ({day['failed_share']:.1%})" if day["failed"] else "none failed")
    if ratings["count"]:
        parts.append(f"rated {ratings['mean']:.1f} of 5 by {ratings['count']}")
    said = f"{', '.join(parts)}; {_drift(health)}."
    late = now - health["updated_at"]
    if late < FORGOTTEN_AFTER:
        return said
    return f"Nothing was heard for {_counted(late.days, 'day')}; before that, {said}"


def _drift(health: Mapping[str, Any]) -> str:
    found = health["drift"]
    looked, few = found["looked"], _untold(health)
    if found["state"] == "no_reference":
        known = "no drift can be told: there is no reference of your own yet"
        if looked is None or not looked["compared"]:
            return f"{known}, and {few}"
        return f"{known}; {_differs(looked)} from the people that it was trained on"
    if found["state"] == "too_few":
        return few
    if found["state"] == "none":
        said = "no drift"
    elif found["state"] == "suspected":
        said = f"the last window differs, which is drift only if {SUSTAINED} in a row do"
    else:
        said = f"DRIFT since {found['since']:%Y-%m-%d}, {_request(found)}"
    if not looked["compared"]:
        return f"{said}; lately {few}"
    what = ", ".join(looked["what"][:_SHOWN]) or "nothing"
    return f"{said}; of {looked['people']} people compared {what} differs"


def _request(drift: Mapping[str, Any]) -> str:
    name, closed = drift["request"], drift.get("request_closed_at")
    if closed is None:
        return f"a new training is asked for ({name})"
    return f"the request for a new training ({name}) was closed on {closed:%Y-%m-%d}"


def _untold(health: Mapping[str, Any]) -> str:
    """Why nobody can tell whether anything differs."""
    found, people = health["drift"], _people(health)
    looked: Mapping[str, Any] = found["looked"] or {}
    least, until = found["least_people"], f"{found['window_until']:%Y-%m-%d}"
    if people < least:
        said = f"not enough people to tell: {people} of {least}{_unlike(looked)}"
        return f"{said}, and the window is open until {until}"
    if looked and not looked["compared"] and looked["people"] >= least:
        # With one, whoever is counted could be compared.
        return f"no reference comes with {health['model_id']}: nothing can be told without one"
    return f"nothing can be told before the window ends on {until}"


def _unlike(looked: Mapping[str, Any]) -> str:
    """Of how many others there was a week that could not be compared."""
    if not (unlike := looked.get("unlike", 0)):
        return ""
    those = "the reference's" if looked.get("reference") else "most"
    return f" (and {_counted(unlike, 'week')} unreadable, or of another width than {those})"


def _people(health: Mapping[str, Any]) -> int:
    """How many people the open window has, as far as it is known."""
    drift, day = health["drift"], int(health["day"]["people"])
    looked: Mapping[str, Any] = drift["looked"] or {"people": 0}
    if looked.get("since") == drift["window_since"]:  # it was looked at, and goes on
        return int(looked["people"])
    return max(int(looked["people"]), day)


def _differs(looked: Mapping[str, Any]) -> str:
    what = looked["what"]
    return f"{len(what)} of their features differ" if what else "nothing differs"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
