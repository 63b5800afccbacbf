"""Which fault strikes where: drawn from the seed, the place and how often it was passed."""

from __future__ import annotations

import itertools
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Shares of all calls. What the codes' names say is what Firestore and Pub/Sub document.
RPC: Mapping[str, float] = {
    "ABORTED before": 0.006,
    "UNAVAILABLE before": 0.006,
    "DEADLINE_EXCEEDED before": 0.002,
    "RESOURCE_EXHAUSTED before": 0.003,
    "INTERNAL before": 0.003,
    "ABORTED after": 0.003,
    "UNAVAILABLE after": 0.006,
    "DEADLINE_EXCEEDED after": 0.003,
    "INTERNAL after": 0.003,
    "CANCELLED after": 0.001,
    "delay": 0.02,
    "long delay": 0.002,
}
PUSH: Mapping[str, float] = {
    "three times": 0.04,
    "reorder": 0.04,
    "delay": 0.03,
    "drop": 0.02,
    "answer lost": 0.03,
    "answer cut": 0.01,
    "request cut": 0.01,
    "503": 0.02,
}
VERTEX: Mapping[str, float] = {
    "slow": 0.04,
    "429": 0.04,
    "503": 0.04,
    "hang": 0.01,
    "reset": 0.02,
    "answer cut": 0.02,
    "garbage": 0.02,
    "answer lost": 0.02,
}
GEMINI: Mapping[str, float] = {"503": 0.03, "reset": 0.02, "answer lost": 0.02, "garbage": 0.01}
FCM: Mapping[str, float] = {"503": 0.05, "reset": 0.03, "answer lost": 0.05}


@dataclass
class Weather:
    """Draws the faults, and counts them.

    Attributes:
        seed: the same one draws the same faults at the same passage of the same place.
        on: whether any strike now.
        counts: how often each struck, by kind of place.
    """

    seed: int
    on: bool = False
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _passed: dict[str, Iterator[int]] = field(default_factory=lambda: defaultdict(itertools.count))

    def draw(self, kind: str, place: str, shares: Mapping[str, float]) -> str | None:
        """The fault that strikes this passage, if one does."""
        if not self.on:
            return None
        at = self.random(kind, place, str(next(self._passed[f"{kind} {place}"]))).random()
        for name, share in shares.items():
            at -= share
            if at < 0:
                self.count(kind, name)
                return name
        return None

    def random(self, *place: str) -> random.Random:
        """A source of numbers for one place and moment."""
        return random.Random(f"{self.seed} {' '.join(place)}")

    def count(self, kind: str, name: str) -> None:
        """Note that a fault struck."""
        self.counts[kind, name] += 1
