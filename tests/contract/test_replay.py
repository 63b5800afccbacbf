"""The runbook's script that publishes dead letters again, run as it stands there."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

import orjson
import pytest

from infra.local.topology import DEAD_LETTERS, DEAD_LETTERS_PULL, INGESTED, PROJECT
from tests.cloud import Cloud, cloud_process, environment
from tests.contract.test_runbook import BLOCKS

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def cloud(tmp_path) -> Iterator[Cloud]:
    with (
        cloud_process(tmp_path) as started,
        environment(started.variables | {"PROJECT": PROJECT}),
    ):
        yield started


def replayed() -> str:
    """What the runbook's script prints."""
    script = next(text for kind, local, text in BLOCKS if kind == "python" and local)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(script, "infra/README.md", "exec"), {})
    return printed.getvalue().strip()


def test_a_dead_letter_that_is_replayed_comes_as_it_came_first(cloud) -> None:
    subscriber, publisher = cloud.subscriber(), cloud.publisher()
    sink = f"projects/{PROJECT}/subscriptions/replayed"
    subscriber.create_subscription(name=sink, topic=INGESTED)
    body = {"schema_version": 1, "user_id": "ada", "priority": "low", "upload_id": "u1"}
    given_up = {"step": "preprocess", "code": "exhausted", "user_id": "ada"}
    moved = {"CloudPubSubDeadLetterSourceSubscription": "preprocess"}
    for attributes in (given_up, moved):
        publisher.publish(DEAD_LETTERS, orjson.dumps(body), **attributes).result()
    # More than one pull brings, and what nobody can publish again between them.
    for _ in range(120):
        publisher.publish(DEAD_LETTERS, b"", step="ingest", code="malformed_event").result()
    publisher.publish(DEAD_LETTERS, orjson.dumps(body), **moved).result()

    said = replayed()

    received = subscriber.pull(subscription=sink, max_messages=10, timeout=10).received_messages
    released = subscriber.pull(subscription=DEAD_LETTERS_PULL, max_messages=1000).received_messages
    subscriber.close()
    assert said == "3 went, 120 stay"
    assert len(released) == 120  # seen at once, not after the deadline
    assert {each.message.attributes["step"] for each in released} == {"ingest"}
    assert [orjson.loads(each.message.data) for each in received] == [body] * 3
    for each in received:
        assert dict(each.message.attributes) == {
            "user_id": "ada",
            "priority": "low",
            "upload_id": "u1",
        }
