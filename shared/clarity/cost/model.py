"""A month's bill, line by line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from clarity.cost import usage
from clarity.cost.day import Day, day, documents, stored
from clarity.cost.prices import DAYS, price

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clarity.cost.assumed import Assumptions

GIB: Final = 2.0**30
HOURS: Final = 24 * DAYS  # of a month
SECONDS_PER_DAY: Final = 86_400
_WEEKS: Final = DAYS / 7
_YEAR: Final = 12.0  # of such months
# The project itself, whoever uses it.
_SCHEDULER_JOBS: Final = 3
_SECRETS: Final = 2
_IMAGE_GIB: Final = 5.0  # the last images of the endpoint; a GPU's are the large ones
_BUNDLES_GIB: Final = 0.1
_METRIC_MIB: Final = 70.0  # of log-based metrics
MACHINES: Final = {
    "nvidia-l4": "g2-standard-4 with an L4",
    "nvidia-tesla-t4": "n1-standard-4 with a T4",
    "none": "n1-standard-4",
}
# What no line has: nobody has measured it, or it depends on how often one deploys.
IN_NO_LINE: Final = (
    "Cloud Build's minutes",
    "scans of the images",
    "Cloud KMS (with `cmek`)",
    "the access log's bucket",
    "batch predictions",
    "what exports weigh on their way to a phone",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill; `usd` is None where no price is known."""

    service: str
    what: str
    quantity: float
    unit: str
    usd: float | None


@dataclass(frozen=True, slots=True)
class Bill:
    """A month."""

    people: int
    assumed: Assumptions
    lines: tuple[Line, ...]

    @property
    def known(self) -> float:
        """The sum of the lines whose price is known."""
        return sum(line.usd for line in self.lines if line.usd is not None)

    @property
    def has_endpoint(self) -> bool:
        """Whether the sum has the endpoint in it."""
        return all(line.usd is not None for line in self.lines if line.service == "Vertex AI")

    @property
    def unknown(self) -> tuple[str, ...]:
        """The lines that the sum leaves out."""
        return tuple(f"{each.service}, {each.what}" for each in self.lines if each.usd is None)


def bill(people: int, assumed: Assumptions, node_price: float | None = None) -> Bill:
    """What a month costs.

    Args:
        people: Who use it.
        assumed: How.
        node_price: USD for an hour of one of the endpoint's machines, where you know it better.
    """
    mean = capped(people, day(assumed), assumed)
    lines: list[Line] = []
    for service, what, name, quantity in (
        *_firestore(people, mean, assumed),
        *_messages(people, mean),
        *_functions(people, mean, assumed),
        *_gemini(people, mean, assumed),
        *_rest(people, mean, assumed),
    ):
        found = price(name, assumed.region)
        usd = found.of(quantity) if found else None
        lines.append(Line(service, what, quantity, found.unit if found else "", usd))
    at = next(i for i, line in enumerate(lines) if line.service == "Gemini")
    lines.insert(at, _endpoint(people, assumed, node_price))
    return Bill(people, assumed, tuple(lines))


def capped(people: int, mean: Day, assumed: Assumptions) -> Day:
    """The day under the project's cap of paid calls: our narrator tells the rest."""
    cap = assumed.project_daily_calls
    if not cap or mean.calls * people <= cap:
        return mean
    return replace(mean, calls=cap / people)


def variants(assumed: Assumptions) -> dict[str, Assumptions]:
    """What else one could do, beside what is assumed."""
    parked = assumed.parked_hours
    in_one = replace(
        assumed,
        uploads_per_day=1.0,
        repeats_per_day=assumed.repeats_per_day / assumed.uploads_per_day,
        bursts_per_day=min(1.0, assumed.bursts_per_day),
        samples_per_upload=assumed.samples_per_upload * assumed.uploads_per_day,
    )
    other = "none" if assumed.accelerator != "none" else "nvidia-l4"
    return {
        "not parked" if parked else "parked 16 h": replace(
            assumed, parked_hours=0.0 if parked else 16.0
        ),
        "CPU endpoint" if other == "none" else "L4 endpoint": replace(assumed, accelerator=other),
        "one upload a day": in_one,
    }


def predictions_per_second(assumed: Assumptions) -> float:
    """What one machine of the endpoint takes, at the load at which a second one is started."""
    per_core = 1000 / (usage.PREDICTION_MILLISECONDS * assumed.slower)
    return usage.NODE_CORES * per_core * usage.TARGET_LOAD


def node_hours(people: int, assumed: Assumptions) -> float:
    """Of the endpoint's machines, a month."""
    hours = (24 - assumed.parked_hours) * DAYS
    return replicas(people, day(assumed), assumed) * hours


def replicas(people: int, mean: Day, assumed: Assumptions) -> float:
    """The endpoint's machines, on average over the hours in which it is not parked."""
    hours = 24 - assumed.parked_hours
    demand = people * mean.predictions / (hours * 3600) if hours else 0.0
    return max(float(assumed.min_replicas), demand / predictions_per_second(assumed))


def _firestore(
    people: int, mean: Day, assumed: Assumptions
) -> Iterator[tuple[str, str, str, float]]:
    reads = people * mean.reads * DAYS + _watched(people, mean) + _gone_through(people, assumed)
    yield "Firestore", "reads", "firestore reads", reads
    writes = people * mean.writes * DAYS + HOURS * usage.LOOK.writes
    yield "Firestore", "writes", "firestore writes", writes
    deletes = people * (mean.expired + mean.guards) * DAYS
    yield "Firestore", "deletes", "firestore TTL deletes", deletes
    held = people * stored(assumed) / GIB
    yield "Firestore", "storage", "firestore storage", held
    recovery = "point-in-time recovery"
    yield "Firestore", recovery, f"firestore {recovery}", held
    yield "Firestore", "backups", "firestore backups", held * assumed.backups
    yield "Firestore", "to phones", "transfer to phones", people * mean.phone_bytes * DAYS / GIB


def _messages(people: int, mean: Day) -> Iterator[tuple[str, str, str, float]]:
    carried = people * mean.messages * usage.MESSAGE_BYTES * DAYS
    events = people * mean.event_bytes * DAYS
    # One free volume for both.
    yield "Pub/Sub", "topics, and Eventarc's events", "pubsub", (carried + events) / GIB


def _functions(
    people: int, mean: Day, assumed: Assumptions
) -> Iterator[tuple[str, str, str, float]]:
    requests = people * sum(mean.deliveries.values()) * DAYS + HOURS
    cpu = memory = idle_cpu = idle_memory = 0.0
    for name, beside in _beside(people, assumed).items():
        cpu += beside * usage.BESIDE[name].vcpu
        memory += beside * usage.BESIDE[name].gib
    for name, instance in usage.FUNCTIONS.items():
        busy = people * mean.seconds[name] * DAYS
        idle = max(0.0, instance.min_instances * HOURS * 3600 - busy)
        cpu, memory = cpu + busy * instance.vcpu, memory + busy * instance.gib
        idle_cpu += idle * instance.vcpu
        idle_memory += idle * instance.gib
    yield "Functions", "requests", "run requests", requests
    yield "Functions", "CPU at work", "run cpu", cpu
    yield "Functions", "memory at work", "run memory", memory
    yield "Functions", "CPU kept warm", "run idle cpu", idle_cpu
    yield "Functions", "memory kept warm", "run idle memory", idle_memory


def _watched(people: int, mean: Day) -> float:
    """Documents that the monitor reads: a look every hour, a window every week."""
    day_s, rated = people * mean.predictions, people * mean.insights * 28
    newest = min(usage.LOOKED_AT, day_s) + min(usage.LOOKED_AT, rated)
    # Of each person in the window the newest week, and whether they consent by now.
    week = min(usage.WINDOW_ANALYSES, 7 * day_s) + 2 * min(usage.WINDOW_PEOPLE, people)
    return HOURS * (usage.LOOK.lookups + newest) + _WEEKS * week


def _gone_through(people: int, assumed: Assumptions) -> float:
    """Documents that are read to be handed out or erased. To delete costs what TTL had cost."""
    wishes = assumed.exports_per_year + assumed.erasures_per_year
    return people * wishes / _YEAR * documents(assumed)


def _beside(people: int, assumed: Assumptions) -> dict[str, float]:
    """Seconds of the functions that no upload comes by."""
    look = usage.LOOK.milliseconds + usage.LOOK.calls * assumed.round_trip_ms
    handed_out = assumed.exports_per_year * usage.HANDED_OUT_MILLISECONDS
    erased = assumed.erasures_per_year * usage.ERASED_MILLISECONDS
    each = documents(assumed) / _YEAR / 1000
    return {
        "monitor": (HOURS * look + _WEEKS * usage.WINDOW_MILLISECONDS) / 1000,
        "privacy": people * (handed_out + erased) * each,
    }


def _endpoint(people: int, assumed: Assumptions, node_price: float | None) -> Line:
    hours = node_hours(people, assumed)
    found = price(f"vertex {assumed.accelerator}", assumed.region)
    per_hour = node_price if node_price is not None else (found.usd if found else None)
    what = f"endpoint, {MACHINES[assumed.accelerator]}"
    return Line(
        "Vertex AI", what, hours, "node-hours", None if per_hour is None else hours * per_hour
    )


def _gemini(people: int, mean: Day, assumed: Assumptions) -> Iterator[tuple[str, str, str, float]]:
    calls = people * mean.calls * DAYS
    output = usage.ANSWER_TOKENS + assumed.thinking_tokens
    yield "Gemini", "prompts", "gemini input", calls * usage.PROMPT_TOKENS
    yield "Gemini", "answers, thinking", "gemini output", calls * output


def _rest(people: int, mean: Day, assumed: Assumptions) -> Iterator[tuple[str, str, str, float]]:
    deliveries = people * sum(mean.deliveries.values()) * DAYS
    yield "Logging", "logs", "logging", deliveries * assumed.log_bytes / GIB
    yield "Monitoring", "log-based metrics", "monitoring", _METRIC_MIB
    yield "Artifact Registry", "images", "artifact registry", _IMAGE_GIB
    yield "Cloud Storage", "bundles, plans, state", "cloud storage", _BUNDLES_GIB
    # As large as what is stored: typed JSON and tables are longer, and packed.
    lying = people * assumed.exports_per_year / _YEAR * usage.EXPORT_DAYS / DAYS
    yield "Cloud Storage", "exports", "cloud storage", lying * stored(assumed) / GIB
    yield "Cloud Scheduler", "jobs", "scheduler", _SCHEDULER_JOBS
    yield "Secret Manager", "versions", "secret versions", _SECRETS


def by_service(lines: Sequence[Line]) -> dict[str, float | None]:
    """The sum of each service; None where a line of it has no price."""
    found: dict[str, float | None] = {}
    for line in lines:
        before = found.get(line.service, 0.0)
        found[line.service] = None if before is None or line.usd is None else before + line.usd
    return found
