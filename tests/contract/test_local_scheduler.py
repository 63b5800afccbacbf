"""The embedded cloud's clock: for each function that it drives, a tick at each interval."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from click.testing import CliRunner
from starlette.applications import Starlette

from infra.local.__main__ import cli
from infra.local.database import Database
from infra.local.pubsub import PubSub
from infra.local.scheduler import LocalScheduler
from infra.local.topology import ENDPOINT_CHECKS, HOST, PROJECT, SWEEPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cloud import Cloud


@pytest.fixture
def ticks(cloud: Cloud) -> Iterator[Callable[[], list[bytes]]]:
    """What has been published to the clock's topic since the last look."""
    subscriber = cloud.subscriber()
    name = f"projects/{PROJECT}/subscriptions/ticks-{uuid.uuid4().hex}"
    subscriber.create_subscription(name=name, topic=ENDPOINT_CHECKS)

    def pull() -> list[bytes]:
        request = {"subscription": name, "max_messages": 10, "return_immediately": True}
        found = subscriber.pull(request=request, timeout=10).received_messages
        if found:
            subscriber.acknowledge(subscription=name, ack_ids=[each.ack_id for each in found])
        return [each.message.data for each in found]

    yield pull
    switch(cloud, "park", "off")
    subscriber.delete_subscription(subscription=name)
    subscriber.close()


def switch(cloud: Cloud, *words: str) -> str:
    result = CliRunner().invoke(cli, ["checks", *words, "--state", str(cloud.state)])
    assert result.exit_code == 0, result.output
    return result.output


def wait_for(ticks: Callable[[], list[bytes]], count: int) -> list[bytes]:
    found: list[bytes] = []
    while len(found) < count:
        found += ticks()
    return found


@pytest.mark.filterwarnings("ignore:The return_immediately flag is deprecated:DeprecationWarning")
def test_the_clock_ticks_while_it_is_on(cloud, ticks) -> None:
    assert ticks() == []

    assert "checked every 0.1 s" in switch(cloud, "park", "on", "--every", "0.1")
    assert set(wait_for(ticks, 3)) == {b"tick"}

    assert "not checked" in switch(cloud, "park", "off")
    ticks()
    assert ticks() == []


@pytest.mark.filterwarnings("ignore:The return_immediately flag is deprecated:DeprecationWarning")
def test_one_tick_may_be_had_at_once_of_one_job_alone(cloud, ticks) -> None:
    switch(cloud, "sweep", "now")
    switch(cloud, "park", "now")

    assert wait_for(ticks, 1) == [b"tick"]
    assert ticks() == []


def test_jobs_tick_each_at_its_own_pace(tmp_path) -> None:
    published: list[str] = []

    class Topics:
        def publish(self, topic: str, _: object) -> None:
            published.append(topic)

    async def run() -> None:
        database, topics = Database(tmp_path / "cloud.db"), Topics()
        scheduler = LocalScheduler(database, topics, {"park": 0.05, "sweep": 0.2})  # type: ignore[arg-type]  # all that it calls
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(scheduler.run(), 0.5)
        database.close()

    asyncio.run(run())

    assert published.count(SWEEPS) in {1, 2}
    assert published.count(ENDPOINT_CHECKS) > 2 * published.count(SWEEPS)


@pytest.mark.parametrize("wanted", [60, None])
def test_whether_the_clock_is_on_is_kept_with_the_state(tmp_path, wanted) -> None:
    async def asked(method: str, path: str = "", **body: Any) -> object:
        database = Database(tmp_path / "cloud.db")
        scheduler = LocalScheduler(database, PubSub(database), {"sweep": 7.0})
        transport = httpx.ASGITransport(Starlette(routes=scheduler.routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://cloud") as client:
            answer = await client.request(method, f"/_local/scheduler{path}", **body)
        database.close()
        return answer.json()

    assert asyncio.run(asked("GET")) == {"park": None, "sweep": 7.0, "monitor": None}
    asyncio.run(asked("PUT", "/sweep", json={"every_s": 5}))
    asyncio.run(asked("PUT", "/sweep", json={"every_s": wanted}))

    assert asyncio.run(asked("GET")) == {"park": None, "sweep": wanted, "monitor": None}


@pytest.mark.parametrize("every_s", [0, -1, "5", [1], True, 1e-9, 10**30])
def test_an_interval_is_a_positive_number_of_seconds(cloud, every_s) -> None:
    address = f"http://{HOST}:{cloud.ports.http}/_local/scheduler/sweep"

    answer = httpx.put(address, json={"every_s": every_s}, trust_env=False)

    assert answer.status_code == 400
    assert "every_s: expected seconds or null" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "path",
    ["_local/scheduler/sweep", "_local/monitoring", "_local/fcm", "v1/projects/p/messages:send"],
)
@pytest.mark.parametrize("body", ["", "[]", "{", '"x"', "[" * 100_000, "\xff"])
def test_a_body_that_is_no_object_is_refused_in_words(cloud, path, body) -> None:
    address = f"http://{HOST}:{cloud.ports.http}/{path}"
    method = "PUT" if path.startswith("_local") else "POST"

    answer = httpx.request(method, address, content=body.encode("latin-1"), trust_env=False)

    assert answer.status_code == 400
    assert "expected a JSON object" in answer.json()["error"]["message"]


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_job_that_there_is_not_is_refused(cloud, method) -> None:
    address = f"http://{HOST}:{cloud.ports.http}/_local/scheduler/ingest"

    answer = httpx.request(method, address, json={"every_s": 5}, trust_env=False)

    assert answer.status_code == 404
    assert "expected one of park, sweep" in answer.json()["error"]["message"]


def test_who_has_no_cloud_is_told_how_to_start_one(tmp_path) -> None:
    result = CliRunner().invoke(cli, ["checks", "park", "on", "--state", str(tmp_path)])

    assert result.exit_code == 1
    assert "python -m infra.local up" in result.output
