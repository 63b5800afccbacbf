"""`python -m tests.bench.load_phones PLAN`: many phones in one process, and what they waited.

Each phone is one Listen stream of Google's own client, as an app's is: it writes an upload, listens
to it until ingest answers with the job's id, then to the job until it is final. Listening and not
polling: what polling costs the server would be measured as the chain's. The uploads are encoded
before the clock starts, so that this process takes little of the cores that are measured.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import grpc
from google.cloud.firestore_v1 import types
from google.cloud.firestore_v1.services.firestore import FirestoreAsyncClient
from google.cloud.firestore_v1.services.firestore.transports import (
    FirestoreGrpcAsyncIOTransport,
)

from clarity.domain.job import Status
from infra.local.topology import PROJECT
from tests.bench.load_people import encoded, row_of, upload

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

ROOT = f"projects/{PROJECT}/databases/(default)"
METADATA = (("google-cloud-resource-prefix", ROOT),)
PHONES_A_CHANNEL = 50
WRITERS = 4  # of a flood, at a time: more would queue for the database, and others behind them
LOOKED_AT = 50  # of its documents, at a time
WISH = {"data_timeframe": "1week", "insight_type": "general", "priority": "normal"}
RECEIPT = {"insight_id": "none"}
FINAL = frozenset(status.value for status in Status if status.final)


@dataclass(frozen=True)
class Plan:
    """What the phones do.

    Attributes:
        address: of Firestore.
        name: of this run; the uploads' ids begin with it.
        phones: how many.
        kind: "steady": all together `rate` uploads a second, whether answers come or not;
            "closed": each writes its next upload when it has the last one's insight;
            "together": each writes one upload, all at the same moment;
            "flood": steady, and beside it, from a third of the time on, one more person writes
            `flood` documents as fast as they are taken.
        seconds: for how long they write.
        rate: uploads a second, of all phones together.
        first: number of the first upload; no two have the same, so that each brings new samples.
        patience: how long they wait for the last insight.
        flood: how many documents the one person writes, whom the phones are not.
        flooded: the collection that they go to.
    """

    address: str
    name: str
    phones: int
    kind: str
    seconds: float = 0.0
    rate: float = 0.0
    first: int = 0
    patience: float = 120.0
    flood: int = 0
    flooded: str = "uploads"

    @property
    def flooder(self) -> str:
        """Who floods; nobody twice, since their buckets are empty then."""
        return f"flooder-{self.first}"


@dataclass
class Report:
    """What came of it: (when it should have been written, seconds until the insight) each.

    A flood is from its first write to the last answer, and its answers are counted by kind.
    """

    waits: list[tuple[float, float]] = field(default_factory=list)
    written: int = 0
    unanswered: int = 0
    ends: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0  # from the first write to the last insight
    cpu: float = 0.0  # of this process
    late: float = 0.0  # how far the phones fell behind their plan, at most
    flood: tuple[float, float] = (0.0, 0.0)
    answers: dict[str, int] = field(default_factory=dict)


class Phone:
    """One person's phone: a Listen stream, on which targets come and go."""

    def __init__(self, client: FirestoreAsyncClient, user_id: str) -> None:
        self.client, self.user_id = client, user_id
        self._asked: asyncio.Queue[types.ListenRequest] = asyncio.Queue()
        # By document: uploads that share a job wait for the same one.
        self._waiting: dict[str, list[tuple[Callable[[Any], bool], asyncio.Future[Any]]]] = {}
        self._targets = 0

    async def listen(self) -> None:
        """Hear what the stream says, for as long as it runs."""
        requests = self._requests()
        async for response in await self.client.listen(requests=requests, metadata=METADATA):
            document = types.ListenResponse.pb(response).document_change.document
            for holds, heard in self._waiting.get(document.name, ()):
                if not heard.done() and holds(document.fields):
                    heard.set_result(document.fields)

    async def send(self, upload_id: str, document: Any) -> str:
        """Write an upload; how its job ended, once that is told."""
        name = f"{ROOT}/documents/users/{self.user_id}/uploads/{upload_id}"
        document.name = name
        commit = types.CommitRequest.pb()(database=ROOT)
        write = commit.writes.add(update=document)
        write.current_document.exists = False
        await self.client.commit(request=types.CommitRequest.wrap(commit), metadata=METADATA)
        answer = await self._until(name, lambda fields: "status" in fields)
        job_id = answer["processing_id"].string_value
        if not job_id:
            return f"no job: {answer['status'].string_value}"
        job = f"{ROOT}/documents/users/{self.user_id}/jobs/{job_id}"
        ended = await self._until(job, lambda fields: fields["status"].string_value in FINAL)
        return str(ended["status"].string_value)

    async def _until(self, name: str, holds: Callable[[Any], bool]) -> Any:
        self._targets += 1
        target = self._targets
        waiter = (holds, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(name, []).append(waiter)
        self._ask(add_target={"documents": {"documents": [name]}, "target_id": target})
        try:
            return await waiter[1]
        finally:
            self._waiting[name].remove(waiter)
            if not self._waiting[name]:
                del self._waiting[name]
            self._ask(remove_target=target)

    def _ask(self, **fields: Any) -> None:
        self._asked.put_nowait(types.ListenRequest(database=ROOT, **fields))

    async def _requests(self) -> AsyncIterator[types.ListenRequest]:
        while True:
            yield await self._asked.get()


class Flood:
    """One person who writes far more than anybody needs, and looks at the answers afterwards."""

    def __init__(self, client: FirestoreAsyncClient, plan: Plan) -> None:
        self._client, self._plan = client, plan
        base = f"{ROOT}/documents/users/{plan.flooder}/{plan.flooded}"
        self._names = [f"{base}/f{number}" for number in range(plan.flood)]

    async def write(self) -> None:
        """All of them, some at a time."""
        names = iter(enumerate(self._names))
        written = {"uploads": upload(), "insight_requests": WISH, "feedback": RECEIPT}
        fields = encoded(written[self._plan.flooded])

        async def go_on() -> None:
            for number, name in names:
                await self._create(name, number, fields)

        await asyncio.gather(*(go_on() for _ in range(WRITERS)))

    async def _create(self, name: str, number: int, fields: Any) -> None:
        commit = types.CommitRequest.pb()(database=ROOT)
        write = commit.writes.add(update=fields)
        write.update.name = name
        write.current_document.exists = False
        if self._plan.flooded == "uploads":
            row_of(write.update, number)
        await self._client.commit(request=types.CommitRequest.wrap(commit), metadata=METADATA)

    async def answered(self, answers: dict[str, int]) -> float:
        """When the last one was answered, by the server's clock; how many got which answer."""
        deadline, last = time.monotonic() + self._plan.patience, 0.0
        unanswered = set(self._names)
        while unanswered and time.monotonic() < deadline:
            asked = sorted(unanswered)[:LOOKED_AT]
            for document in await self._read(asked):
                if status := document.fields["status"].string_value:
                    unanswered.remove(document.name)
                    reason = document.fields["reason"].map_value.fields["code"].string_value
                    answers[reason or status] = answers.get(reason or status, 0) + 1
                    last = max(last, document.update_time.ToMicroseconds() / 1e6)
            if not unanswered.isdisjoint(asked):
                await asyncio.sleep(1)  # looking takes of what is measured
        if unanswered:
            answers["unanswered"], last = len(unanswered), time.time()
        return last

    async def _read(self, names: list[str]) -> list[Any]:
        mask = {"field_paths": ["status", "reason"]}
        request = types.BatchGetDocumentsRequest(database=ROOT, documents=names, mask=mask)
        found = await self._client.batch_get_documents(request=request, metadata=METADATA)
        return [types.BatchGetDocumentsResponse.pb(each).found async for each in found]


class Crowd:
    """All phones, and when each writes."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.report = Report()
        count = -(-plan.phones // PHONES_A_CHANNEL)
        self.clients = [_client(plan.address) for _ in range(count)]
        self.phones = [
            Phone(self.clients[n // PHONES_A_CHANNEL], f"p{n}") for n in range(plan.phones)
        ]
        self._number = plan.first
        self._last_heard = 0.0

    async def run(self) -> Report:
        template = encoded(upload())
        streams = [asyncio.create_task(phone.listen()) for phone in self.phones]
        self._documents = [self._fresh(template) for _ in range(self._most())]
        began, cpu = time.monotonic(), _cpu()
        kinds: dict[str, Callable[[float], Coroutine[Any, Any, None]]] = {
            "steady": self._steady,
            "closed": self._closed,
            "together": self._together,
            "flood": self._flooded,
        }
        work = asyncio.create_task(kinds[self.plan.kind](began))
        ended, _ = await asyncio.wait({work, *streams}, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()  # of a stream that broke: why
        self.report.seconds = self._last_heard - began
        self.report.cpu = _cpu() - cpu
        for stream in streams:
            stream.cancel()
        await asyncio.gather(*streams, return_exceptions=True)
        return self.report

    def _most(self) -> int:
        """How many uploads are made ready."""
        plan = self.plan
        if plan.kind == "together":
            return plan.phones
        return 3000 if plan.kind == "closed" else round(plan.rate * plan.seconds)

    def _fresh(self, template: Any) -> tuple[int, Any]:
        number, self._number = self._number, self._number + 1
        document = types.Document.pb()()
        document.CopyFrom(template)
        row_of(document, number)
        return number, document

    async def _one(self, phone: Phone, due: float, began: float) -> None:
        number, document = self._documents.pop()
        self.report.written += 1
        self.report.late = max(self.report.late, time.monotonic() - due)
        try:
            async with asyncio.timeout(self.plan.patience + self.plan.seconds):
                end = await phone.send(f"{self.plan.name}-{number}", document)
        except TimeoutError:
            self.report.unanswered += 1
            return
        self._last_heard = time.monotonic()
        self.report.waits.append((due - began, self._last_heard - due))
        self.report.ends[end] = self.report.ends.get(end, 0) + 1

    async def _steady(self, began: float) -> None:
        async with asyncio.TaskGroup() as group:
            for n in range(len(self._documents)):
                due = began + n / self.plan.rate
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                group.create_task(self._one(self.phones[n % len(self.phones)], due, began))

    async def _flooded(self, began: float) -> None:
        flood = Flood(_client(self.plan.address), self.plan)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._steady(began))
            await asyncio.sleep(self.plan.seconds / 3)
            first = time.time()
            await flood.write()
        last = await flood.answered(self.report.answers)
        offset = time.time() - (time.monotonic() - began)
        self.report.flood = (first - offset, last - offset)

    async def _closed(self, began: float) -> None:
        async def go_on(phone: Phone) -> None:
            while time.monotonic() - began < self.plan.seconds and self._documents:
                await self._one(phone, time.monotonic(), began)

        await asyncio.gather(*map(go_on, self.phones))

    async def _together(self, began: float) -> None:
        await asyncio.gather(*(self._one(phone, began, began) for phone in self.phones))


def _client(address: str) -> FirestoreAsyncClient:
    transport = FirestoreGrpcAsyncIOTransport(channel=grpc.aio.insecure_channel(address))
    return FirestoreAsyncClient(transport=transport)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def _main(plan: Plan) -> None:
    report = await Crowd(plan).run()
    sys.stdout.write(json.dumps(asdict(report)))


if __name__ == "__main__":
    asyncio.run(_main(Plan(**json.loads(sys.argv[1]))))
