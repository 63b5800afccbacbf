"""Analyses of made-up people, and the monitor's port in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from clarity.domain import drift
from clarity.domain.drift import FEATURES, People, Reference
from clarity.domain.errors import InProgressError
from clarity.domain.health import Lately, Reading
from clarity.steps.audit import subject_of
from clarity.steps.monitor import Memory, Monitor, Outcome, Pace
from clarity.steps.weeks import Seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clarity.domain.health import Watch

MODEL = "pat-x"
BEGAN = datetime(2026, 6, 1, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
PACE = Pace(window=WEEK, grace=HOUR, lasting=timedelta(minutes=4), documents=2000)
ALL = [*drift._METRICS, *drift._CLOCK]


def analysis(
    rng: np.random.Generator,
    at: datetime,
    *,
    model: str = MODEL,
    device: str = "Watch7,1",
    seconds: float = 0.25,
    **shift: Any,
) -> dict[str, Any]:
    """A document as preprocess writes it; numbers shifted by so many standard deviations."""
    values = {name: rng.normal() + shift.get(name, 0.0) for name in FEATURES}
    values |= {name: 600 + 30 * values[name] for name in drift._CLOCK}
    worn = {"worn_minutes": 60 * values["worn_hours"]}
    worn |= {"heart_rate_minutes": 60 * values["heart_rate_hours"]}
    worn |= {"sleep_minutes": 60 * values["recorded_sleep_hours"]}
    return {
        "quality": {
            "coverage": values["coverage"],
            "imputation": {"unknown_share": values["unknown_share"]},
            "longest_gap_minutes": values["longest_gap_minutes"],
            "days": [worn],
        },
        "metrics": [{"name": name, "value": values[name]} for name in ALL],
        "details": [],
        "embedding": (rng.normal(size=8) + shift.get(drift.EMBEDDING, 0.0)).tolist(),
        "recorded_by": {"device": device, "os": "iOS 19.1", "app": "1.0.0"},
        "provenance": {"model_id": model, "weights_sha256": "ab" * 32},
        "call": {"seconds": seconds},
        "created_at": at,
        "expires_at": at + 365 * DAY,
    }


def people_of(documents: Sequence[dict[str, Any]], version: str = "v1") -> Reference:
    """These analyses as a deployment's own reference."""
    features = np.array([drift.features_of(each) for each in documents])
    embeddings = np.array([each["embedding"] for each in documents])
    recorded = tuple(each["recorded_by"] for each in documents)
    return Reference(People(features, embeddings), recorded, version, own=True)


@dataclass
class MemoryWatched:
    """`analyses` by path; `calls` counts reads, and `dies` at which of them a tick is killed."""

    analyses: dict[str, dict[str, Any]] = field(default_factory=dict)
    reference: Reference | None = None
    watch: Watch | None = None
    version: int = 0
    health: dict[str, Any] = field(default_factory=dict)
    windows: dict[str, Any] = field(default_factory=dict)
    requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed: int = 0
    calls: int = 0
    dies: int = -1

    def add(self, person: str, document: dict[str, Any]) -> None:
        at: datetime = document["created_at"]
        self.analyses[f"users/{person}/analyses/{at:%Y%m%dT%H%M%S}-{len(self.analyses)}"] = document

    def count(self, since: datetime, until: datetime) -> int:
        self._call()
        return len(self._between(since, until))

    def seen(self, since: datetime, until: datetime, most: int) -> Sequence[Seen]:
        self._call()
        return [
            Seen(
                subject_of(path.split("/")[1]),
                path,
                each["created_at"],
                each["provenance"]["model_id"],
            )
            for path, each in self._between(since, until)[:most]
        ]

    def read(self, paths: Sequence[str]) -> Sequence[dict[str, Any]]:
        self._call()
        return [self.analyses[path] | {"path": path} for path in paths if path in self.analyses]

    def memory(self, model_id: str) -> Memory:
        self._call()
        return Memory(self.watch, self.reference, self.version)

    def lately(self, now: datetime) -> Lately:
        self._call()
        found = self._between(now - DAY, now + DAY)
        readings = [
            Reading(
                subject_of(path.split("/")[1]),
                each["created_at"],
                each["provenance"]["model_id"],
                each["provenance"]["weights_sha256"],
                each["call"]["seconds"],
            )
            for path, each in reversed(found)
        ]
        return Lately(len(found), self.failed, readings, 0, None)

    def keep(self, outcome: Outcome, version: object, now: datetime) -> None:
        self._call()
        if version != self.version:
            raise InProgressError("another tick has written meanwhile")
        self.watch, self.version = outcome.watch, self.version + 1
        self.health = dict(outcome.health)
        if outcome.window:
            assert outcome.window[0] not in self.windows
            self.windows |= [outcome.window]
        if outcome.request:
            assert outcome.request[0] not in self.requests
            self.requests[outcome.request[0]] = dict(outcome.request[1])
        if outcome.recovered:
            self.requests[outcome.recovered]["recovered_at"] = now

    def _between(self, since: datetime, until: datetime) -> list[tuple[str, dict[str, Any]]]:
        found = [each for each in self.analyses.items() if since <= each[1]["created_at"] < until]
        return sorted(found, key=lambda each: each[1]["created_at"])

    def _call(self) -> None:
        self.calls += 1
        if self.calls == self.dies:
            raise KeyboardInterrupt


@dataclass
class Deployment:
    """People who have an analysis each week, and a monitor that ticks once in each."""

    seed: int = 1
    people: int = 40
    pace: Pace = PACE
    now: datetime = BEGAN
    watched: MemoryWatched = field(default_factory=MemoryWatched)
    model: str = MODEL
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        base = [analysis(self.rng, BEGAN) for _ in range(60)]
        self.watched.reference = people_of(base)

    def week(self, people: int | None = None, **shift: Any) -> None:
        """A week passes; each person has an analysis in it."""
        for number in range(self.people if people is None else people):
            at = self.now + (0.1 + 6.8 * self.rng.random()) * DAY
            self.watched.add(f"person-{number}", analysis(self.rng, at, model=self.model, **shift))
        self.now += WEEK

    def tick(self, model: str | None = None) -> dict[str, Any]:
        """The monitor's clock, a little after the week."""
        monitor = Monitor(
            self.watched,
            model or self.model,
            None,
            lambda: self.now + 2 * HOUR,
            self.pace,
            self.told.append,
        )
        return dict(monitor())

    def start(self) -> None:
        """The first tick, before anybody is there."""
        self.now -= HOUR  # so that windows and weeks begin at the same time
        self.tick()
        self.now += HOUR

    def weeks(self, *shifts: dict[str, float]) -> list[str]:
        """So many weeks, a tick after each: the states."""
        states = []
        for shift in shifts:
            self.week(None, **shift)
            states.append(self.tick()["drift"]["state"])
        return states

    def without_reference(self) -> None:
        self.watched.reference = None

    def adopt(self, version: str) -> None:
        assert self.watched.reference is not None
        self.watched.reference = replace(self.watched.reference, version=version)
