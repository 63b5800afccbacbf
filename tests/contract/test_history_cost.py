"""A person with three years behind them costs the same per upload as one with a season."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from clarity.adapters.firestore import FirestoreRecords
from clarity.domain.intake.samples import parse_upload
from clarity.domain.job import Origin
from clarity.sources.generated import people
from clarity.steps.ports import Chunk
from infra.local.phone import Phone
from infra.local.topology import LOCATION, TRIGGERS, subscription
from tests.cloud import cloud_process, until
from tests.creating import store
from tests.usage import Tally, counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.cloud.firestore import Client

    from tests.cloud import Cloud
    from tests.usage import Counted

WEEK, PERSON = 5, "office-worker"  # the fewest days that are analysed, and one more
LIVES = {"season": 105, "years": 3 * 365}
SETTLED_UPLOADS = {"season": 30, "years": 300}  # expired ones are gone, but late


def settle_history(client: Client, user: str, newest: datetime) -> None:
    """Chunks of every day before the newest week, answered uploads, results of all those weeks."""
    days = [newest - timedelta(days=WEEK + n) for n in range(LIVES[user] - WEEK)]
    rows = [
        {
            "sample_type": "stepCount",
            "value": 100,
            "unit": "count",
            "start_date": day.isoformat(),
            "end_date": (day + timedelta(minutes=5)).isoformat(),
        }
        for day in days
    ]
    document: dict[str, object] = {"time_zone": "UTC", "samples": rows}
    samples = parse_upload(document, received_at=newest).samples
    local, none = samples.local_day(), np.empty(0, dtype=np.uint64)
    chunks = [Chunk(day, samples.select(local == day), none) for day in sorted(set(local.tolist()))]
    records, later = FirestoreRecords(client), newest + timedelta(days=400)
    store(records, Origin(user, "uploads", "before"), chunks, later)
    writer, own = client.bulk_writer(), client.document(f"users/{user}")
    for number in range(SETTLED_UPLOADS[user]):
        writer.create(own.collection("uploads").document(f"u{number}"), {"status": "ingested"})
    for week in range(len(days) // WEEK):
        job = {"status": "completed", "processing_id": f"upload-w{week}"}
        writer.create(own.collection("jobs").document(f"upload-w{week}"), job)
        for name in ("analyses", "insights", "histories", "feedback"):
            writer.create(own.collection(name).document(f"w{week}"), {"rating": 4})
    writer.close()


def forget_events(cloud: Cloud) -> None:
    """Let no function hear of what was written so far."""
    subscriber = cloud.subscriber()
    for name in TRIGGERS:
        path = subscription(f"eventarc-{LOCATION}-{name}")
        subscriber.seek(request={"subscription": path, "time": datetime.now(UTC)})
    subscriber.close()


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Tally]]]:
    """What each delivery of both people used, who send and ask for the same."""
    now = datetime.now(UTC)
    newest = people.last_full_day(PERSON, now)
    person = people.generate(PERSON, last_day=newest, days=WEEK)
    week = [document for _, document in people.uploads(person, batch=1000)]
    with cloud_process(tmp_path_factory.mktemp("history")) as cloud:
        client = cloud.firestore()
        for user in LIVES:
            settle_history(client, user, datetime(*newest.timetuple()[:3], tzinfo=UTC))
        forget_events(cloud)
        with counted(cloud, QUIET_SECONDS="0", PATIENCE_SECONDS="600") as chain:
            yield {user: lived(chain, Phone(client, user), week) for user in LIVES}


def lived(chain: Counted, phone: Phone, week: list[dict[str, Any]]) -> dict[str, Tally]:
    found: dict[str, Tally] = {}
    phone.settings(**people.CONSENT)

    def step(name: str, function: str, path: str, field: str) -> None:
        document = phone.client.document(f"users/{phone.user_id}/{path}")
        found[name] = chain.taken(
            function, lambda: until(lambda: (document.get().to_dict() or {}).get(field), what=name)
        )

    for number, upload in enumerate(week):
        phone.create(f"new-{number}", upload)
        step(f"upload {number}", "ingest", f"uploads/new-{number}", "status")
    phone.create("again", week[-1])
    step("again", "ingest", "uploads/again", "status")
    tally = chain.doors["preprocess"].tally
    before = tally.deliveries
    found["job"] = chain.taken(
        "preprocess", lambda: until(lambda: tally.deliveries > before, what="the analysis")
    )
    step("insight", "insights", "jobs/upload-new-0", "insight_id")
    return found


def test_every_delivery_reads_as_much_of_three_years_as_of_a_season(used) -> None:
    season, years = (
        {name: (tally.lookups, tally.found, tally.calls) for name, tally in used[who].items()}
        for who in LIVES
    )

    assert years == season
    assert len(season) > 5


def test_every_delivery_writes_as_much_for_three_years_as_for_a_season(used) -> None:
    season, years = (
        {name: (tally.writes, tally.published) for name, tally in used[who].items()}
        for who in LIVES
    )

    assert years == season
