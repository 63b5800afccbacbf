"""The metrics of logs, held against what the functions write when things go well and badly."""

from __future__ import annotations

import io
import json
import logging
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cloudevents.http import from_http
from functions_framework import create_app

from clarity import wiring
from clarity.adapters import log
from clarity.adapters.cloudevent import Consumer, Ticked, deliver, job_message, tick
from clarity.adapters.fcm import Fcm
from clarity.adapters.firestore import FirestoreRecords
from clarity.domain.errors import ClarityError, UnavailableError
from clarity.domain.events import JobMessage
from clarity.domain.job import AUTOMATIC, Origin, Status
from clarity.sources.generated import people
from clarity.steps.monitor import Monitor
from clarity.steps.park import Park
from clarity.steps.ports_push import Notice
from infra.local.topology import function_environment
from infra.terraform.values import text_of
from tests import events
from tests.chain import REQUESTS, Chain, Clock
from tests.cloud import REPOSITORY, Cloud, environment
from tests.contract.gemini_server import answered, error, gemini, plain_task, serving
from tests.contract.terraform_plans import instances
from tests.contract.test_privacy import Person
from tests.contract.vertex_endpoint import answering, prediction
from tests.logquery import extracted, matches
from tests.memory_sweep import LIMITS, harmed_audits, swept
from tests.monitored import MODEL, PACE, MemoryWatched
from tests.unit.test_park import MemoryEndpoint, MemoryLoad

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cloudevents.http import CloudEvent
    from flask.testing import FlaskClient

# Metric -> its labels, and their values in the scenes below.
EXPECTED: dict[str, tuple[tuple[str, ...], set[tuple[object, ...]]]] = {
    "dead_letters": (
        ("step", "code"),
        {("ingest", "malformed_event"), ("insights", "unknown_reference")},
    ),
    "put_off": (
        ("step", "code"),
        {
            *(("preprocess", code) for code in ("parked", "wrong_model", "misconfigured")),
            ("park", "unavailable"),
        },
    ),
    "crashes": (("step",), {("preprocess",)}),
    "jobs_ended": (("status",), {("insufficient_data",), ("failed",)}),
    "job_seconds": (("status",), {("insufficient_data",), ("failed",)}),
    "gemini_calls": (
        ("outcome",),
        {("answered",), ("unavailable",), ("cut_off",), ("refused",)},
    ),
    "gemini_prompt_tokens": ((), {()}),
    "gemini_output_tokens": ((), {()}),
    "unannounced": (("code",), {("ConnectionError",)}),
    "endpoint_moves": (("action",), {("unparked",)}),
    "refused": (("code",), {("no_event",)}),
    "turned_away": (("kind",), {("requests",)}),
    "swept_up": (("action",), {("named",), ("resumed",), ("failed",)}),
    "letters_waiting": ((), {()}),
    "without_consent": (("kind",), {("uploads",)}),
    "model_checks": (("state",), {("no_reference",)}),
    "predictions_made": ((), {()}),
    "predictions_failed": ((), {()}),
    "audit_findings": (("kind", "chain"), {("missing", "person"), ("missing", "ledger")}),
    "audit_checks": ((), {()}),
    "audit_chains": ((), {()}),
    "retention_shortened": ((), {()}),
    "privacy_ended": (("status",), {("completed",), ("erased",)}),
    "privacy_seconds": (("status",), {("completed",), ("erased",)}),
}
NEVER = timedelta(days=1)


def cloud_event(request: events.Request) -> CloudEvent:
    headers, body = request
    return from_http(headers, body)


def pushed(origin: Origin) -> CloudEvent:
    return cloud_event(events.published(JobMessage(origin, "high").body()))


@contextmanager
def kept_lines() -> Iterator[list[dict[str, Any]]]:
    """What the functions write to standard output meanwhile, a JSON object a line."""
    (handler,) = (h for h in logging.root.handlers if type(h) is logging.StreamHandler)
    stream = io.StringIO()
    before = handler.setStream(stream)
    lines: list[dict[str, Any]] = []
    try:
        yield lines
    finally:
        handler.setStream(before)
        lines += [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture(scope="module")
def lines(cloud: Cloud) -> list[dict[str, Any]]:
    """The log of a bad day, from the functions' own doors, steps and adapters."""
    handlers = logging.root.handlers[:]
    variables = function_environment(cloud.ports, pat_model_id="pat-test", gemini={})
    with environment(variables | {"PATIENCE_SECONDS": "0"}):
        doors = {
            name: create_app(name, str(REPOSITORY / "functions" / name / "main.py")).test_client()
            for name in ("ingest", "preprocess", "insights")
        }
        with kept_lines() as lines:
            jobs_end(cloud, doors)
            the_endpoint_disappoints()
            a_step_crashes()
            gemini_disappoints()
            nobody_is_told()
            ticks_come()
            work_was_left_lying()
            an_audit_is_not_whole()
            a_door_refuses(doors["ingest"])
            somebody_asks_too_often()
            somebody_has_not_consented(doors["ingest"], cloud)
            the_model_is_looked_at()
            somebody_has_their_data_handed_out_and_goes(cloud)
        for composed in (wiring.ingest, wiring.preprocess, wiring.insights):
            composed.cache_clear()
    logging.root.handlers[:] = handlers
    return lines


def jobs_end(cloud: Cloud, doors: Mapping[str, FlaskClient]) -> None:
    user, records = f"user-{uuid.uuid4().hex}", FirestoreRecords(cloud.firestore())
    cloud.firestore().document(f"users/{user}").set(dict(people.CONSENT))
    created_at = datetime.now(UTC) - timedelta(seconds=90)
    for request_id in ("r1", "r2"):
        origin = Origin(user, "insight_requests", request_id)
        records.open_job(origin, AUTOMATIC, created_at, created_at + timedelta(days=1))
    for door, (headers, body) in (
        ("ingest", events.created("other/x/uploads/u1", {"samples": []})),
        (
            "preprocess",
            events.push(JobMessage(Origin(user, "insight_requests", "r1"), "high").body()),
        ),
        (
            "insights",
            events.push(JobMessage(Origin(user, "insight_requests", "r2"), "high", "a1").body()),
        ),
    ):
        for _ in ("delivered", "delivered again"):
            assert doors[door].post("/", headers=headers, data=body).status_code == 200


def somebody_asks_too_often() -> None:
    chain = Chain()
    with log.bound(step="ingest"):
        for number in range(REQUESTS.burst + 1):
            chain.request(f"r{number}")


def the_endpoint_disappoints() -> None:
    nothing = json.dumps({"error": {"code": 400, "status": "FAILED_PRECONDITION"}}).encode()
    another = prediction(model_id="another")
    for status, body in ((400, nothing), (200, another), (403, b"not allowed")):
        with answering(status, body) as (encoder, _):
            real: Any = encoder  # a chain's own is in memory
            chain = Chain(encoder=real)
            chain.send(people.generate("office-worker", last_day=chain.clock.now.date()))
            origin = chain.request()
            chain.clock.wait(120)
            consumer = Consumer(
                "preprocess",
                job_message,
                chain.preprocess,
                chain.preprocess.reject,
                chain.topics,
                NEVER,
            )
            with suppress(ClarityError):
                deliver(pushed(origin), consumer)


def a_step_crashes() -> None:
    chain = Chain()

    def crash(_: object) -> None:
        raise KeyError("nobody expected this")

    consumer = Consumer(
        "preprocess", job_message, crash, chain.preprocess.reject, chain.topics, NEVER
    )
    with suppress(KeyError):
        deliver(pushed(Origin("ada", "uploads", "u1")), consumer)


def gemini_disappoints() -> None:
    with serving() as servers, log.bound(step="insights"):
        servers.elsewhere.answers[:] = [answered([]), error(403)]
        for endpoint, mode in (
            (servers.elsewhere_url, "ok"),
            (servers.elsewhere_url, "ok"),
            (servers.url, "503"),
            (servers.url, "hang"),
        ):
            servers.command(mode)
            with suppress(ClarityError):
                gemini(endpoint, timeout_s=0.5).narrate(plain_task())


def nobody_is_told() -> None:
    push = Fcm("http://127.0.0.1:9", "clarity-local", timeout_s=0.5)
    with log.bound(step="insights"), suppress(ClarityError):
        push.send("a token", Notice("title", "body", {}))


def ticks_come() -> None:
    clock = Clock()
    load = MemoryLoad(clock, waited=[(clock(), 1)])
    ticked = Ticked("park", Park(MemoryEndpoint(clock), load, clock, timedelta(minutes=30)), NEVER)
    for failure in (None, UnavailableError("Monitoring answered 503")):
        load.error = failure
        tick(cloud_event(events.published({})), ticked)


def somebody_has_not_consented(door: FlaskClient, cloud: Cloud) -> None:
    path = f"users/user-{uuid.uuid4().hex}/uploads/u1"
    cloud.firestore().document(path).set({"samples": []})
    headers, body = events.created(path, {"samples": []})
    assert door.post("/", headers=headers, data=body).status_code == 200


def the_model_is_looked_at() -> None:
    watched = MemoryWatched(failed=3)
    monitor = Monitor(watched, MODEL, None, Clock(), PACE, lambda _: None)
    tick(cloud_event(events.published({})), Ticked("monitor", monitor, NEVER))


def somebody_has_their_data_handed_out_and_goes(cloud: Cloud) -> None:
    person = Person(cloud.firestore())
    with log.bound(step="privacy"):
        for kind in ("export", "erase"):
            person.step(person.ask(kind, kind))


def work_was_left_lying() -> None:
    chain = Chain()
    stuck = chain.request("r1")
    chain.create("uploads", "u1", {})
    for minutes in (LIMITS.stuck, LIMITS.give_up):
        chain.clock.wait(minutes.total_seconds())
        tick(cloud_event(events.published({})), Ticked("sweep", swept(chain), NEVER))
    assert chain.job(stuck)["status"] == Status.FAILED


def an_audit_is_not_whole() -> None:
    tick(cloud_event(events.published({})), Ticked("sweep", harmed_audits(), NEVER))


def a_door_refuses(door: FlaskClient) -> None:
    with log.bound(step="ingest"):  # where a line comes from Cloud Run says, not the line
        assert door.post("/", json={}).status_code == 400


@dataclass(frozen=True, slots=True)
class LogMetric:
    """One of infra/gcp's metrics of logs."""

    name: str
    filter: str
    labels: dict[str, str]
    value: str | None

    def counts(self, lines: list[dict[str, Any]]) -> set[tuple[object, ...]]:
        """The labels of the lines that it takes."""
        order = EXPECTED[self.name][0]
        return {
            tuple(extracted(self.labels[label], each) for label in order)
            for each in self.taken(lines)
        }

    def values(self, lines: list[dict[str, Any]]) -> list[object]:
        """What it measures in the lines that it takes."""
        return [extracted(self.value, each) for each in self.taken(lines) if self.value]

    def taken(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [each for each in map(entry, lines) if matches(self.filter, each)]

    def fields(self) -> list[str]:
        """What it reads of a line."""
        extractors = [*self.labels.values(), *([self.value] if self.value else [])]
        read = [each.removeprefix("EXTRACT(jsonPayload.").removesuffix(")") for each in extractors]
        return ["message", *read]


def entry(line: dict[str, Any]) -> dict[str, Any]:
    """The entry that Cloud Run makes of a line: cloud.google.com/run/docs/logging."""
    payload = {key: value for key, value in line.items() if key != "severity"}
    labels = {"service_name": line.get("step", line.get("step_"))}
    resource = {"type": "cloud_run_revision", "labels": labels}
    return {"resource": resource, "severity": line["severity"], "jsonPayload": payload}


def metrics() -> dict[str, LogMetric]:
    found = [
        LogMetric(
            str(one.key),
            text_of(one.get("filter")),
            {
                label.get("key"): one.get("label_extractors")[label.get("key")]
                for descriptor in one.node.all("metric_descriptor")
                for label in descriptor.all("labels")
            },
            one.get("value_extractor"),
        )
        for one in instances("google_logging_metric")
    ]
    return {each.name: each for each in found}


METRICS = metrics()


def test_every_metric_has_its_scene() -> None:
    found = {name: set(metric.labels) for name, metric in METRICS.items()}

    assert found == {name: set(labels) for name, (labels, _) in EXPECTED.items()}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_metric_counts_its_lines_and_reads_their_labels(lines, name) -> None:
    assert METRICS[name].counts(lines) == EXPECTED[name][1]


def test_a_job_ends_once_however_often_its_event_is_delivered(lines) -> None:
    ended = [each["jsonPayload"]["processing_id"] for each in METRICS["jobs_ended"].taken(lines)]

    assert ended == ["request-r1", "request-r2"]


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("job_seconds", 90, 900),
        ("gemini_prompt_tokens", 900, 900),
        ("gemini_output_tokens", 330, 330),
        ("predictions_made", 0, 0),
        ("predictions_failed", 3, 3),
        ("audit_chains", 1, 2),
        ("retention_shortened", 1, 1),
        ("privacy_seconds", 0, 60),
    ],
)
def test_a_distribution_takes_a_number_from_each_line(lines, name, least, most) -> None:
    values = METRICS[name].values(lines)

    assert values
    assert all(isinstance(value, int | float) and least <= value <= most for value in values)


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name in METRICS for field in METRICS[name].fields()]
)
def test_a_renamed_field_of_the_log_is_noticed(lines, name, field) -> None:
    renamed = [
        {f"{key}_" if key == field else key: value for key, value in line.items()} for line in lines
    ]

    found, values = METRICS[name].counts(renamed), METRICS[name].values(renamed)

    assert found != EXPECTED[name][1] or None in values


@pytest.mark.parametrize("name", ["dead_letters", "put_off", "jobs_ended"])
def test_a_line_says_which_job_it_is_about(lines, name) -> None:
    unread = {"malformed_event"}  # an event that cannot be read names no job

    for each in METRICS[name].taken(lines):
        payload = each["jsonPayload"]
        about_a_job = payload["step"] != "park" and payload.get("code") not in unread
        assert ("processing_id" in payload) is about_a_job


@pytest.mark.parametrize("name", EXPECTED)
def test_another_service_s_lines_are_not_counted(lines, name) -> None:
    assert not METRICS[name].counts([line | {"step": "another"} for line in lines])
