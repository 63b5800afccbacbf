"""What is asked for words, told to devices and read by PAT, in memory."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from clarity.domain.errors import ParkedError, UnavailableError, WrongModelError
from clarity.domain.explanation import Explanation
from clarity.steps.ports_model import Embedding
from clarity.steps.ports_push import Device, Notice
from clarity.steps.ports_words import Call

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from numpy.typing import NDArray

    from clarity.steps.ports_words import Usage


@dataclass
class MemoryBudgets:
    """`days` holds calls, prompt and output tokens by person and day; "" is the project."""

    person_calls: int = 10
    project_calls: int = 1000
    days: dict[tuple[str, date], Counter[str]] = field(default_factory=dict)
    ids: Any = field(default_factory=itertools.count)
    lock: Any = field(default_factory=threading.Lock)

    def take(self, user_id: str, now: datetime, *, low: bool) -> Call | None:
        limit = self.person_calls // 2 if low else self.person_calls
        call = Call(str(next(self.ids)), user_id, now.date(), 0)
        person, project = self._days(call)
        with self.lock:
            if person["calls"] >= limit or project["calls"] >= self.project_calls:
                return None
            self._add(call, calls=1)
        return call

    def give_back(self, call: Call) -> None:
        self._add(call, calls=-1)

    def record(self, call: Call, usage: Usage) -> None:
        self._add(call, **asdict(usage))

    def spent(self, user_id: str, day: date) -> dict[str, int]:
        """What a person, or with "" the project, has used; for tests."""
        return dict(self.days.get((user_id, day), Counter()))

    def _add(self, call: Call, **amounts: int) -> None:
        for day in self._days(call):
            day.update(amounts)

    def _days(self, call: Call) -> tuple[Counter[str], Counter[str]]:
        person, project = (
            self.days.setdefault((who, call.day), Counter()) for who in (call.user_id, "")
        )
        return person, project


@dataclass
class MemoryReviews:
    held: dict[tuple[str, str], Mapping[str, object]] = field(default_factory=dict)

    def add(self, user_id: str, review_id: str, document: Mapping[str, object]) -> None:
        self.held.setdefault((user_id, review_id), document)


@dataclass
class MemoryDevices:
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    def devices(self, user_id: str) -> Sequence[Device]:
        once: dict[str, str] = {}
        for (user, device_id), token in sorted(self.tokens.items()):
            if user == user_id:
                once.setdefault(token, device_id)
        return [Device(device_id, token) for token, device_id in once.items()]

    def forget(self, user_id: str, device: Device) -> None:
        if self.tokens.get((user_id, device.device_id)) == device.push_token:
            del self.tokens[user_id, device.device_id]


@dataclass
class MemoryPush:
    """Keeps what it is handed; knows no token of `unknown`, and raises what it is told to."""

    handed_over: list[tuple[str, Notice]] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    error: Exception | None = None
    calls: int = 0

    def send(self, push_token: str, notice: Notice) -> bool:
        self.calls += 1
        if self.error:
            raise self.error
        if push_token in self.unknown:
            return False
        self.handed_over.append((push_token, notice))
        return True


@dataclass
class MemoryEncoder:
    """Counts its calls; fails as often as it is told, or while it is parked.

    `answering` are the models that answer the next calls; after them the first of `model_ids` does.
    """

    model_ids: tuple[str, ...] = ("pat-test",)
    answering: list[str] = field(default_factory=list)
    failures: int = 0
    calls: int = 0
    explained: int = 0
    shuffled_rank: float = 0.1
    parked: bool = False

    def encode(self, steps: NDArray[np.float32]) -> Embedding:
        self.calls += 1
        return self._embedding(steps)

    def explain(self, steps: NDArray[np.float32]) -> tuple[Embedding, Explanation]:
        self.explained += 1
        embedding = self._embedding(steps)
        moved = np.nan_to_num(steps).reshape(-1, 18).sum(axis=1)
        explanation = Explanation(
            patch_minutes=18,
            attention=(1 / len(moved),) * len(moved),
            attribution=tuple(moved.tolist()),
            departure=float(moved.sum()),
            completeness_error=0.001,
            points=16,
            shuffled_rank=self.shuffled_rank,
            shuffled_attention_rank=0.1,
            input_rank=1.0,
        )
        return embedding, explanation

    def _embedding(self, steps: NDArray[np.float32]) -> Embedding:
        if self.parked:
            raise ParkedError("expected a deployed model, found none")
        if self.failures:
            self.failures -= 1
            raise UnavailableError("the endpoint answered 503")
        vector = tuple(float(np.nanmean(steps)) + i for i in range(96))
        model_id = self.answering.pop(0) if self.answering else self.model_ids[0]
        if model_id not in self.model_ids:
            raise WrongModelError(f"expected {self.model_ids}, found {model_id}")
        return Embedding(vector, model_id, "0" * 64, "scaler-test")
