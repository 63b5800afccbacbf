"""Which limit the system meets first as people become more, and what to change."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from clarity.cost import usage
from clarity.cost.day import day, visits
from clarity.cost.model import SECONDS_PER_DAY, bill, capped, predictions_per_second
from clarity.cost.prices import DAYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clarity.cost.assumed import Assumptions

# By usage tier: USD a month, and in any ten minutes.
_GEMINI_CAPS: Final = {1: (250.0, 10.0), 2: (2_000.0, 50.0), 3: (20_000.0, None)}
_RAMP_FROM: Final = 500.0  # operations a second that a new collection takes at once
_RAMP_STEP, _RAMP_MINUTES = 1.5, 5.0
_DOCUMENT_BYTES: Final = 1_048_576
UPLOAD_ROWS: Final = 400  # that firestore.rules lets in
_INDEX_ENTRIES: Final = 40_000.0  # of a document
_TRIGGERS: Final = 500.0  # of a project and region
_PREDICTION_BYTES, _PREDICTION_LIMIT = 54_000.0, 10_000_000.0

OURS: Final = "infra/gcp"
EVENTARC: Final = "cloud.google.com/eventarc/docs/quotas"
FIRESTORE: Final = "firebase.google.com/docs/firestore/quotas"
RAMP: Final = "firebase.google.com/docs/firestore/best-practices (500/50/5)"
HOT: Final = "firebase.google.com/docs/firestore/quotas (a document: about one write a second)"
ENDPOINT: Final = "cloud.google.com/vertex-ai/docs/predictions/choose-endpoint-type"
GEMINI: Final = "ai.google.dev/gemini-api/docs/rate-limits (spend by tier, as quoted on 2026-10-17)"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit, and what so many people use of it.

    Attributes:
        name: Of the limit.
        used: At the peak.
        allowed: As much as there is; None where no page was found that says.
        unit: Of both.
        change: What to do about it.
        source: Who says so.
        grows: Whether more people use more of it, until they meet it.
        uncapped: What they would use without the cap on paid calls, where that bounds it.
    """

    name: str
    used: float
    allowed: float | None
    unit: str
    change: str
    source: str
    grows: bool = True
    uncapped: float | None = None

    @property
    def share(self) -> float | None:
        """Used of allowed."""
        return None if self.allowed is None else self.used / self.allowed

    def people(self, now: int) -> float | None:
        """How many people meet it, if each uses as much as now."""
        used = self.used if self.uncapped is None else self.uncapped
        if not self.grows or not used or self.allowed is None:
            return None
        return now * self.allowed / used


def limits(people: int, assumed: Assumptions) -> tuple[Limit, ...]:
    """All of them, for so many people."""
    return (
        *_ours(people, assumed),
        *_google_s(people, assumed),
        *_sizes(assumed),
    )


def in_order(found: Sequence[Limit], people: int) -> list[tuple[Limit, float]]:
    """Those that more people meet, the first one first, and how many people meet each."""
    met = [(each, at) for each in found if (at := each.people(people)) is not None]
    return sorted(met, key=lambda pair: pair[1])


def ramp_minutes(operations_per_second: float) -> float:
    """How long a new database takes to get there by 500/50/5.

    >>> ramp_minutes(400), ramp_minutes(750)
    (0.0, 5.0)
    """
    if operations_per_second <= _RAMP_FROM:
        return 0.0
    steps = math.log(operations_per_second / _RAMP_FROM) / math.log(_RAMP_STEP)
    return math.ceil(steps) * _RAMP_MINUTES


def operations_per_second(people: int, assumed: Assumptions) -> float:
    """Of Firestore, in the busiest hour."""
    mean = day(assumed)
    return people * (mean.reads + mean.writes) / SECONDS_PER_DAY * assumed.peak


def _ours(people: int, assumed: Assumptions) -> Iterator[Limit]:
    """What infra/gcp sets."""
    mean = day(assumed)
    if assumed.project_daily_calls:
        yield Limit(
            "paid calls a day, of all people",
            people * mean.calls,
            assumed.project_daily_calls,
            "calls/day",
            "gemini.project_daily_calls in the tfvars; until then our own narrator tells the rest",
            OURS,
        )
    for name, instance in usage.FUNCTIONS.items():
        load = people * mean.deliveries[name] / SECONDS_PER_DAY * assumed.peak
        yield Limit(
            f"instances of {name}",
            load,
            instance.max_instances * _rate(name, assumed),
            "deliveries/s",
            f"instances.{name}.max in the tfvars; what waits is delivered later",
            OURS,
        )
    yield Limit(
        "replicas of the endpoint",
        people * mean.predictions / SECONDS_PER_DAY * assumed.peak,
        assumed.max_replicas * predictions_per_second(assumed),
        "predictions/s",
        "pat_machine.max_replicas in the tfvars and `clarity model deploy --max-replicas`; for an"
        " L4 the project's quota of serving GPUs too",
        "machines: not measured on Vertex AI, see usage.py",
    )


def _rate(name: str, assumed: Assumptions) -> float:
    """Deliveries a second of one instance: as many as wait at once, as its CPU can work off."""
    work = [each for each in visits(assumed) if each.function == name and each.times]
    times = sum(each.times for each in work)
    cpu = sum(each.delivery.milliseconds * each.times for each in work) / times / 1000
    whole = day(assumed).seconds[name] * assumed.requests_at_once / times
    instance = usage.FUNCTIONS[name]
    return min(instance.concurrency / whole, instance.vcpu / (cpu * assumed.slower))


def _held(limit: Limit, people: int, assumed: Assumptions) -> Limit:
    """What rests on paid calls, under their cap: it may hold them below the limit for ever."""
    wanted, cap = people * day(assumed).calls, assumed.project_daily_calls
    if limit.allowed is None or not cap or not wanted:
        return limit
    per_call = limit.used / min(wanted, cap)
    return replace(limit, grows=per_call * cap > limit.allowed, uncapped=per_call * wanted)


def _google_s(people: int, assumed: Assumptions) -> Iterator[Limit]:
    """What Google sets, and more people use up."""
    mean = capped(people, day(assumed), assumed)
    budget = Limit(
        "writes to a shard of the day's budget",
        people * 2 * mean.calls / SECONDS_PER_DAY * assumed.peak / usage.BUDGET_SHARDS,
        1.0,
        "writes/s",
        "SHARDS in adapters/firestore_budgets.py (and usage.py)",
        HOT,
    )
    yield _held(budget, people, assumed)
    month = bill(people, assumed)
    paid = sum(each.usd or 0.0 for each in month.lines if each.service == "Gemini")
    monthly, shortly = _GEMINI_CAPS[assumed.gemini_tier]
    for span, used, cap, unit in (
        ("a month", paid, monthly, "USD/month"),
        ("ten minutes", paid / (DAYS * 24 * 6) * assumed.peak, shortly, "USD/10 min"),
    ):
        spend = Limit(
            f"spend on Gemini in {span}, usage tier {assumed.gemini_tier}",
            used,
            cap,
            unit,
            "the next usage tier, by spend and age of the account, or Gemini on Vertex AI",
            GEMINI,
        )
        yield _held(spend, people, assumed)
    per_second = SECONDS_PER_DAY / assumed.peak
    for name, used, unit, change in (
        (
            "Gemini requests",
            people * mean.calls * 60 / per_second,
            "requests/min",
            "ask for more: the model's limit is shown in AI Studio alone",
        ),
        (
            "Gemini tokens, prompts",
            people * mean.calls * usage.PROMPT_TOKENS * 60 / per_second,
            "tokens/min",
            "ask for more: the model's limit is shown in AI Studio alone",
        ),
        (
            "GPUs or machines that serve",
            math.ceil(people * mean.predictions / per_second / predictions_per_second(assumed)),
            "replicas",
            "ask for more: Custom model serving ... per region, under IAM & Admin, Quotas",
        ),
        (
            "Pub/Sub push, by Eventarc and our subscriptions",
            people * (mean.event_bytes + mean.messages * usage.MESSAGE_BYTES) / 2e6 / per_second,
            "MB/s",
            "ask for more; the region's quota is shown under IAM & Admin, Quotas",
        ),
    ):
        yield Limit(name, used, None, unit, change, "no page found that says")


def _sizes(assumed: Assumptions) -> Iterator[Limit]:
    """What one person's data must fit into, however many they are."""
    upload = 1000 + assumed.samples_per_upload * usage.EVENT_BYTES_PER_SAMPLE
    yield Limit(
        "samples of an upload, as firestore.rules lets them in",
        assumed.samples_per_upload,
        UPLOAD_ROWS,
        "samples",
        "fewer samples an upload",
        OURS,
        grows=False,
    )
    yield Limit(
        "an upload as Eventarc's event",
        upload / 1000,
        usage.EVENT_LIMIT_BYTES / 1000,
        "kB",
        "fewer samples an upload",
        EVENTARC,
        grows=False,
    )
    yield Limit(
        "an upload as a document",
        upload / 1000,
        _DOCUMENT_BYTES / 1000,
        "kB",
        "fewer samples an upload",
        FIRESTORE,
        grows=False,
    )
    yield Limit(
        "index entries of a document",
        usage.INDEX_ENTRIES,
        _INDEX_ENTRIES,
        "entries",
        "nothing: each collection has two fields with an index at most",
        FIRESTORE,
        grows=False,
    )
    yield Limit(
        "Eventarc's triggers in a region",
        usage.TRIGGERS,
        _TRIGGERS,
        "triggers",
        "nothing: it cannot be raised",
        EVENTARC,
        grows=False,
    )
    yield Limit(
        "a week as a prediction's request",
        _PREDICTION_BYTES / 1000,
        _PREDICTION_LIMIT / 1000,
        "kB",
        "nothing: a dedicated endpoint takes 10 MB, and any number of requests",
        ENDPOINT,
        grows=False,
    )
    yield Limit(
        "writes to a person's queue document",
        1 / usage.QUIET_SECONDS,
        1.0,
        "writes/s",
        "uploads of a phone less often than each second",
        HOT,
        grows=False,
    )
