"""A phone with the `firebase` SDK, in Node: it writes, listens, and sees every step."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from clarity.sources.generated import people
from infra.local.topology import PROJECT
from tests.contract.node import PHONE, make_node_ready

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cloud import Cloud

WISH = {"data_timeframe": "1week", "insight_type": "general", "priority": "normal"}


@pytest.fixture(scope="module")
def node() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        yield make_node_ready(patch)


def test_a_firebase_phone_writes_a_week_listens_and_gets_its_insight(
    running: Cloud, node: str, monkeypatch
) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", running.variables["FIRESTORE_EMULATOR_HOST"])
    last_day = people.last_full_day("two-devices", datetime.now(UTC))
    person = people.generate("two-devices", last_day=last_day)
    written: list[tuple[str, object]] = [("users/node", dict(people.CONSENT))]
    written += [
        (f"users/node/uploads/{upload_id}", document)
        for upload_id, document in people.uploads(person)
    ]
    written.append(("users/node/insight_requests/r1", WISH))

    phone = subprocess.run(
        [node, "listen.mjs", PROJECT, "node", "request-r1"],
        cwd=PHONE,
        input=json.dumps(written),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert phone.returncode == 0, phone.stderr
    *steps, last = [json.loads(line) for line in phone.stdout.splitlines()]
    progress = [step["progress"] for step in steps]
    assert progress == sorted(progress)
    assert steps[-1]["status"] == "completed"
    assert steps[-1]["history"][0] == "queued"
    assert steps[-1]["history"][-2:] == ["analyzing", "completed"]
    assert last["insight"]["narrative"]
