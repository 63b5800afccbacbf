"""One job's trace through the real processes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from clarity.adapters.telemetry import PROCESSING_ID
from clarity.sources.generated import people
from infra.local.phone import Phone
from infra.local.topology import PROJECT
from infra.local.traced import NotTracedError, read_job
from tests.cloud import Cloud, until

if TYPE_CHECKING:
    from infra.local.traced import Job

TIMEOUT_S = 120


def traced(cloud: Cloud, processing_id: str) -> Job | None:
    """The job's trace, once its last delivery has told of itself."""
    try:
        job = read_job(cloud.state, processing_id)
    except NotTracedError:
        return None
    last = job.deliveries[-1]
    return job if (last.name, last.outcome) == ("process insights", "done") else None


def lines(cloud: Cloud, function: str, processing_id: str) -> list[dict]:
    """What the function logged about the job."""
    text = (cloud.state / "logs" / f"{function}.log").read_text()
    found = (json.loads(line) for line in text.splitlines() if line.startswith("{"))
    return [line for line in found if line.get("processing_id") == processing_id]


def test_one_trace_goes_through_every_function_and_what_each_asks(running) -> None:
    phone = Phone(running.firestore(), "somebody-traced")
    phone.settings(**people.CONSENT)
    last_day = people.last_full_day("office-worker", datetime.now(UTC))
    person = people.generate("office-worker", last_day=last_day)
    uploads = [phone.create(*each) for each in people.uploads(person, attempt="a")]
    documents = [phone.client.document(each.path) for each in uploads]
    # Beside many of them the request's document would wait in its person's lane.
    until(
        lambda: all("status" in (each.to_dict() or {}) for each in phone.client.get_all(documents)),
        TIMEOUT_S,
        "the uploads' answers",
    )

    # Other words than the uploads' own job may have: so that PAT and Gemini are asked in any case.
    origin = phone.request("traced", insight_type="sleep", explanation=True)
    list(phone.follow(origin, TIMEOUT_S))

    job = until(lambda: traced(running, origin.processing_id), 30, "the trace")
    done = [node for node in job.deliveries if node.outcome == "done"]
    assert [node.name for node in done] == [
        "process ingest",
        "process preprocess",
        "process insights",
    ]
    assert {node.attributes[PROCESSING_ID] for node in job.deliveries} == {origin.processing_id}
    asked = [{child.kind for child in node.children} for node in done]
    assert asked[0] == {"Firestore", "Pub/Sub"}
    assert asked[1] == {"Firestore", "Pub/Sub", "PAT"}
    assert asked[2] >= {"Firestore", "Gemini"}
    names = [child.name for child in done[2].children if child.kind == "Gemini"]
    assert names == ["generate_content gemini"]
    for function in ("ingest", "preprocess", "insights"):
        logged = lines(running, function, origin.processing_id)
        assert logged
        spans = {node.span_id for node in job.deliveries if node.name == f"process {function}"}
        assert {line["logging.googleapis.com/spanId"] for line in logged} == spans
        trace = f"projects/{PROJECT}/traces/{job.trace_id}"
        assert {line["logging.googleapis.com/trace"] for line in logged} == {trace}
