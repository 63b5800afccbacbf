"""A person with three years of data is erased while their phone writes on: not a byte is left.

Every byte of the state folder, logs and databases alike, is read for their id and what they wrote.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import signal
import sqlite3
import struct
import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np

from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_erase import FirestoreErasures
from clarity.domain.intake.columns import Samples, Source
from clarity.domain.job import Origin, Status
from clarity.sources.generated import people
from clarity.steps.ports import Chunk
from infra.local.phone import Phone
from infra.local.supervisor import PROCESSES
from infra.local.topology import HOST
from tests.cloud import until
from tests.creating import store
from tests.erasing import now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from google.cloud.firestore import Client

    from tests.cloud import Cloud

YEARS = timedelta(days=3 * 365)
A_DAY = 60  # samples of an earlier day
AT_ONCE = 50  # days that are written at once
COLUMNS = ("start", "value", "identity")
# Of the two: what their watch is called, what they say, and the steps of a sample.
ZLATA = ("Zlatas Armbanduhr", "Der Klabautermann raubt mir den Schlaf.", 31415.9265)
OTHER = ("Another's watch", "It was a week like any other.", 27182.8183)


@dataclass
class Person:
    """Somebody with a phone, and what is distinctive about them."""

    client: Client
    user_id: str
    own: tuple[str, str, float]
    columns: set[bytes] = field(default_factory=set)

    @property
    def phone(self) -> Phone:
        return Phone(self.client, self.user_id)

    def live(self, seed: int, before: timedelta) -> None:
        """A week that goes through the chain; the time before in the adapters' own documents."""
        last_day = people.last_full_day("office-worker", now())
        person = people.generate("office-worker", last_day=last_day, seed=seed)
        self.phone.settings(**people.CONSENT, birth_date="1971-02-03", language="de")
        device = {"push_token": f"token of {self.user_id}", "expires_at": now() + YEARS}
        self.client.document(f"users/{self.user_id}/devices/{self.user_id}").set(device)
        for upload_id, document in people.uploads(person, attempt=self.user_id, batch=500):
            self.phone.create(upload_id, document)
        self._remember(last_day - before, before.days - 30, np.random.default_rng(seed))
        job = self.follow(self.phone.request(f"wish-of-{self.user_id}", insight_type="general"))
        assert job["status"] == "completed", job["reason"]
        self.phone.say("f1", job["insight_id"], words=self.own[1], rating=2)
        self.client.document(f"users/{self.user_id}/uploads/bad").set({"samples": self.own[2]})

    def _remember(self, first: date, number: int, random: np.random.Generator) -> None:
        records, until = FirestoreRecords(self.client), now() + YEARS
        days = [first + timedelta(days=day) for day in range(number)]
        for start in range(0, len(days), AT_ONCE):
            origin = Origin(self.user_id, "uploads", f"old-{start}-{self.user_id}")
            chunks = [_day(day, random, self.own[0]) for day in days[start : start + AT_ONCE]]
            store(records, origin, chunks, until)
            columns = chunks[0].samples.to_columns()
            name = COLUMNS[start // AT_ONCE % len(COLUMNS)]
            self.columns.add(bytes(columns[name][:24]))  # type: ignore[index]

    def follow(self, origin: Origin) -> Any:
        return dict(list(self.phone.follow(origin, 60))[-1])

    def write_on(self, stopped: threading.Event) -> None:
        """Create uploads, as a phone does that nobody has told."""
        while not stopped.wait(0.1):
            document = {"time_zone": "Europe/Zagreb", "samples": [_sample(*self.own)]}
            self.phone.create(f"late-{uuid.uuid4()}-{self.user_id}", document)

    def traces(self) -> set[bytes]:
        """What nobody else's documents hold."""
        parts = self.user_id.split("-")[1:]
        texts = (self.user_id, *parts, *self.own[:2], f"token of {self.user_id}")
        long = [text.encode() for text in texts if len(text) > 6]
        # base64 of a text that begins anywhere: what its inner bytes become.
        coded = {base64.b64encode(bytes(shift) + self.user_id.encode())[4:-4] for shift in range(3)}
        return {*long, *coded, *self.columns, *_forms(self.own[2])}


def _day(day: date, random: np.random.Generator, watch: str) -> Chunk:
    morning = datetime(day.year, day.month, day.day, 8, tzinfo=UTC).timestamp()
    start = morning + 60.0 * np.arange(A_DAY) + random.random(A_DAY)
    samples = Samples(
        kind=np.zeros(A_DAY, np.int8),
        start=start,
        end=start + 59.0,
        value=random.random(A_DAY) * 1e6,
        offset=np.full(A_DAY, 3600, np.int32),
        source=np.zeros(A_DAY, np.int16),
        identity=random.integers(2**63, size=A_DAY, dtype=np.uint64),
        sources=(Source(watch, "com.apple.health.zlata", "Watch7,1"),),
    )
    return Chunk(day, samples, np.empty(0, np.uint64))


def _sample(watch: str, _: str, steps: float) -> dict[str, Any]:
    end = now() - timedelta(hours=1)
    return {
        "sample_type": "stepCount",
        "value": steps,
        "unit": "count",
        "start_date": (end - timedelta(minutes=5)).isoformat(),
        "end_date": end.isoformat(),
        "source_revision": {"source": {"name": watch}, "product_type": "Watch7,1"},
    }


def _forms(value: float) -> Iterator[bytes]:
    """A value as text, JSON and protobuf have it, and as a column or a database does."""
    yield repr(value).encode()
    yield struct.pack("<d", value)
    yield struct.pack(">d", value)


def found_in(folder: Path, needles: set[bytes]) -> dict[str, list[bytes]]:
    """Which needles are in which file."""
    found = {}
    for file in sorted(folder.rglob("*")):
        with contextlib.suppress(FileNotFoundError):  # a log of the database comes and goes
            held = file.read_bytes() if file.is_file() else b""
            if hits := [needle for needle in needles if needle in held]:
                found[str(file.relative_to(folder))] = hits
    return found


def digest(cloud: Cloud, user_id: str) -> str:
    """Of all documents of a person, to the byte."""
    rows = "SELECT name, document FROM firestore_documents WHERE name LIKE ? ORDER BY name"
    digest, below = hashlib.sha256(), f"%/documents/users/{user_id}%"
    with contextlib.closing(sqlite3.connect(cloud.state / "cloud.db")) as database:
        for name, document in database.execute(rows, (below,)):
            digest.update(name.encode() + bytes(document))
    return digest.hexdigest()


def tick(cloud: Cloud, job: str) -> None:
    address = f"http://{HOST}:{cloud.ports.http}/_local/scheduler/{job}"
    httpx.post(address, trust_env=False).raise_for_status()


def kill(cloud: Cloud, process: str, before: int | None) -> int:
    """End it as a power cut would, once it runs again after the one `before`."""

    def another() -> int | None:
        pid: int | None = json.loads((cloud.state / PROCESSES).read_text()).get(process)
        return pid if pid != before else None

    pid: int = until(another, what=f"{process} to kill")
    os.kill(pid, signal.SIGKILL)
    return pid


def at_rest(person: Person) -> bool:
    jobs = person.client.collection(f"users/{person.user_id}/jobs").stream()
    uploads = person.client.collection(f"users/{person.user_id}/uploads").stream()
    ended = all(Status(job.get("status")).final for job in jobs)
    return ended and all("status" in (upload.to_dict() or {}) for upload in uploads)


def erased(cloud: Cloud, person: Person) -> None:
    """The person asks for it, the function is killed on the way, and their phone writes on."""
    erasures, stopped = FirestoreErasures(person.client, now), threading.Event()
    writing = threading.Thread(target=person.write_on, args=(stopped,))
    writing.start()
    try:
        wish = Origin(person.user_id, "privacy_requests", f"forget-{person.user_id}")
        person.client.document(wish.path).create({"kind": "erase"})
        until(lambda: erasures.state(person.user_id), what="the beginning")
        killed = None
        for _ in range(3):  # wherever it is
            killed = kill(cloud, "privacy", killed)
        until(lambda: erasures.state(person.user_id) == "erased", what="the erasure")
        stopped.wait(1.0)
    finally:
        stopped.set()
        writing.join()
    until(lambda: not erasures.survey(person.user_id), what="the end of what came late")


def test_not_a_byte_is_left_of_a_person_whose_phone_writes_on(running: Cloud) -> None:
    client = running.firestore()
    zlata = Person(client, f"zlata-{uuid.uuid4()}", ZLATA)
    other = Person(client, f"other-{uuid.uuid4()}", OTHER)
    for person, seed, before in ((zlata, 1, YEARS), (other, 2, YEARS / 10)):
        person.live(seed, before)
        until(lambda each=person: at_rest(each), what="the end of all jobs")
    tick(running, "sweep")  # the letter about what cannot be used is kept
    needles, others = zlata.traces(), digest(running, other.user_id)
    held = found_in(running.state, needles)

    erased(running, zlata)
    tick(running, "sweep")

    with contextlib.suppress(AssertionError):  # what is left says more
        until(lambda: not found_in(running.state, needles), 20)
    assert found_in(running.state, needles) == {}
    assert {*zlata.columns, zlata.user_id.encode()} <= set(chain.from_iterable(held.values()))
    receipt = FirestoreErasures(client, now).receipt(zlata.user_id)
    assert receipt["documents"] > 2 * YEARS.days - 60
    assert digest(running, other.user_id) == others
    client.close()
