"""Events may come twice, late, in any order, and the worker may die at any call."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarity.domain.errors import PermanentError, RefusedError, TransientError
from clarity.domain.job import Status
from clarity.sources.generated import people
from clarity.steps.ports import Outgoing
from clarity.steps.preprocess import combine
from tests.chain import LEASE, Chain
from tests.measured import ask, measure
from tests.memory_services import MemoryEncoder
from tests.model import Model

WORKER = people.generate("office-worker", last_day=date(2026, 6, 14))
UPLOADS = list(people.uploads(WORKER, batch=800))
WISH = {"data_timeframe": "1week", "insight_type": "general", "priority": "normal"}
EXPLAINED = {**WISH, "explanation": True}


class Killed(BaseException):
    """The process is gone: nothing else of it runs."""


@dataclass
class Killer:
    """Stands in front of the ports and kills the worker with the answer of one call in hand.

    That is as dying before the next: nothing of the worker is seen in between.
    """

    at: int
    calls: int = 0
    dead: bool = False

    def __call__(self, port: Any) -> Any:
        return _Watched(port, self)

    def revive(self) -> None:
        self.dead = False

    def call(self, method: Any, args: Any, kwargs: Any) -> Any:
        if self.dead:
            raise Killed
        self.calls += 1
        result = method(*args, **kwargs)
        if self.calls == self.at:
            self.dead = True
            raise Killed
        return result


@dataclass
class _Watched:
    port: Any
    killer: Killer

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.port, name)
        if not callable(found):
            return found
        return lambda *args, **kwargs: self.killer.call(found, args, kwargs)


def deliver(chain: Chain, order: list[int], revive: Any) -> None:
    """Deliver every event as often as `order` names it, and again until it is acknowledged."""
    events = [chain.create("uploads", *upload) for upload in UPLOADS]
    events.append(chain.create("insight_requests", "r1", WISH))
    events.append(chain.create("insight_requests", "r2", EXPLAINED))
    waiting: list[tuple[Any, Any]] = [(chain.ingest, events[at % len(events)]) for at in order]
    work_off(chain, waiting + [(chain.ingest, event) for event in events], revive)


def work_off(chain: Chain, waiting: list[tuple[Any, Any]], revive: Any) -> None:
    """Run the steps on their events, and again after each death or failure."""
    for _ in range(1000):
        while chain.topics.ingested_messages:
            waiting.append((chain.preprocess, chain.topics.ingested_messages.pop(0)))
        while chain.topics.analysed_messages:
            waiting.append((chain.insights, chain.topics.analysed_messages.pop(0)))
        if not waiting:
            return
        step, event = waiting.pop(0)
        try:
            step(event)
        except (Killed, TransientError):
            revive()
            chain.clock.wait(LEASE.total_seconds() / 4)
            waiting.append((step, event))
    raise AssertionError(f"{len(waiting)} events were never acknowledged")


def outcome(chain: Chain) -> Any:
    """What a person can see, without times and without which delivery did it."""
    records = chain.records
    assert all(Status(job["status"]).final for job in records.jobs.values())
    assert {fields["status"] for fields in records.uploads.values()} == {"ingested"}
    assert not chain.topics.dead_letters
    samples = combine(records.recent("ada", 14))
    job = records.jobs["ada", "request-r1"]
    analysis = records.analyses["ada", job["analysis_id"]]
    insight = records.insights["ada", job["insight_id"]]
    explained = records.jobs["ada", "request-r2"]
    explanation = records.explanations["ada", explained["explanation_id"]]
    assert explained["explanation_id"] == explained["analysis_id"]
    assert {key for _, key in records.explanations} == {explanation["analysis_id"]}
    subjects = {f"predict-{analysis_id}" for _, analysis_id in records.analyses}
    subjects |= {f"explain-{analysis_id}" for _, analysis_id in records.explanations}
    assert {key for _, key in records.audits} >= subjects
    told = {key: each["processing_id"] for (_, key), each in records.insights.items()}
    tellings = [each for each in records.audits.values() if each["action"] == "tell"]
    assert {each["subject"]: each["processing_id"] for each in tellings} == told
    assert len(tellings) == len(told)
    return (
        sorted(samples.identity.tolist()),
        job["status"],
        job["analysis_id"],
        analysis["metrics"],
        insight["narrative"],
        explained["status"],
        explanation["attribution"],
        explanation["words"],
    )


@pytest.fixture(scope="module")
def expected() -> Any:
    chain = Chain()
    deliver(chain, [], lambda: None)
    return outcome(chain)


def calls_of_one_run() -> int:
    killer = Killer(at=0)
    deliver(Chain(through=killer), [], killer.revive)
    return killer.calls


@given(order=st.lists(st.integers(0, len(UPLOADS) + 1), max_size=12))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_duplicates_and_order_change_nothing(order, expected) -> None:
    chain = Chain()

    deliver(chain, order, lambda: None)

    assert outcome(chain) == expected
    assert len(chain.records.insights) == len(chain.records.analyses)


@pytest.mark.parametrize("at", range(1, calls_of_one_run() + 1))
def test_a_worker_that_dies_at_any_call_leaves_nothing_half_done(at, expected) -> None:
    killer = Killer(at=at)
    chain = Chain(through=killer)

    deliver(chain, [], killer.revive)

    assert killer.calls > at
    assert outcome(chain) == expected


class Refusing(MemoryEncoder):
    """An endpoint that will never take such a week."""

    def encode(self, steps: Any) -> Any:
        raise RefusedError("expected 10080 minutes, found fewer")


@dataclass
class Giving:
    """A step that gives up as the door does."""

    step: Any

    def __call__(self, event: Any) -> None:
        try:
            self.step(event)
        except PermanentError as error:
            told = {"code": error.code, "processing_id": event.origin.processing_id}
            self.step.reject(event, error, Outgoing("dead_letter", b"", told))


def deliver_poison(chain: Chain, order: list[int], revive: Any) -> None:
    """A document of each kind that nobody can use, and a good one that the endpoint refuses."""
    for name in ("ingest", "preprocess"):
        setattr(chain, name, Giving(getattr(chain, name)))
    events = [
        chain.create("uploads", "none", {"samples": "none"}),
        chain.create("insight_requests", "odd", {**WISH, "priority": "odd"}),
        chain.create("feedback", "lost", {"insight_id": "lost", "rating": 3}),
        *[chain.create("uploads", *upload) for upload in UPLOADS],
    ]
    waiting = [(chain.ingest, events[at % len(events)]) for at in order]
    work_off(chain, waiting + [(chain.ingest, event) for event in events], revive)


def given_up(chain: Chain) -> None:
    """Each document, job and letter says the same; good documents are none the worse."""
    letters = Counter(
        (each.attributes["processing_id"], each.attributes["code"])
        for each in chain.topics.dead_letters
    )
    jobs = {key: job["reason"]["code"] for (_, key), job in chain.records.jobs.items()}
    assert {job["status"] for job in chain.records.jobs.values()} == {"failed"}
    documents = {
        path.rpartition("/")[2]: fields["reason"]["code"]
        for path, fields in chain.records.uploads.items()
        if fields["status"] == "rejected"
    }
    assert documents == {"none": "unusable_upload", "lost": "unknown_reference"}
    refused = {key for key in jobs if key not in {"upload-none", "request-odd"}}
    expected = {"upload-none": "unusable_upload", "request-odd": "malformed_event"}
    assert jobs == expected | dict.fromkeys(refused, "refused")
    assert len(refused) >= 1
    assert set(letters) == {*jobs.items(), ("feedback-lost", "unknown_reference")}
    # Who died between sending and saying so had it sent once more.
    assert letters.total() <= len(letters) + 1


def calls_of_giving_up() -> int:
    killer = Killer(at=0)
    deliver_poison(Chain(encoder=Refusing(), through=killer), [], killer.revive)
    return killer.calls


@pytest.mark.parametrize("at", range(1, calls_of_giving_up() + 1))
def test_a_worker_that_dies_while_it_gives_up_leaves_job_answer_and_letter_alike(at) -> None:
    killer = Killer(at=at)
    chain = Chain(encoder=Refusing(), through=killer)

    deliver_poison(chain, [], killer.revive)

    assert killer.calls > at
    given_up(chain)


@given(order=st.lists(st.integers(0, len(UPLOADS) + 2), max_size=12))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_what_is_given_up_is_given_up_once(order) -> None:
    chain = Chain(encoder=Refusing())

    deliver_poison(chain, order, lambda: None)

    given_up(chain)
    assert len(chain.topics.dead_letters) == len(set(map(str, chain.topics.dead_letters)))


def sleepless() -> Model:
    """A model that diagnoses whoever asks about sleep, and again after the reasons."""
    return Model(said="You suffer from insomnia.", about="sleep")


def asked(model: Model) -> Counter[str]:
    """How often it was asked about what."""
    return Counter(task.insight_type for task in model.tasks)


def deliver_requests(chain: Chain, order: list[int], revive: Any) -> None:
    """Two requests for one insight and one for a text that is held back, from who wants to know."""
    chain.settings(push=True)
    chain.devices.tokens = {("ada", "phone"): "t1", ("ada", "old"): "t2", ("ada", "watch"): "t3"}
    chain.push.unknown = {"t2"}
    measure(chain.records)
    wishes = {"r1": "general", "r2": "general", "r3": "sleep"}
    messages = [
        ask(chain.records, chain.clock(), name, insight_type=wish) for name, wish in wishes.items()
    ]
    waiting = [(chain.insights, messages[at % len(messages)]) for at in order]
    work_off(chain, waiting + [(chain.insights, message) for message in messages], revive)


def told(chain: Chain) -> Any:
    """What the person can see, without which of two like requests was the first."""
    jobs, insights = chain.records.jobs, chain.records.insights
    first, second, third = (jobs["ada", f"request-r{number}"] for number in (1, 2, 3))
    assert first["status"] == second["status"] == "completed"
    assert first["insight_id"] == second["insight_id"]
    assert [job.get("unchanged") for job in (first, second)].count(True) == 1
    assert (third["status"], third["review_id"]) == ("requires_review", "request-r3")
    ids = {first["insight_id"], third["insight_id"]}
    assert {key for _, key in insights} == ids
    assert {key for _, key in chain.reviews.held} == {"request-r3"}
    held = chain.reviews.held["ada", "request-r3"]
    assert held["insight_id"] == third["insight_id"]
    rung = Counter((token, notice.data["insight_id"]) for token, notice in chain.push.handed_over)
    assert set(rung) <= {(token, key) for token in ("t1", "t3") for key in ids}
    assert not rung or max(rung.values()) == 1
    texts = [insights["ada", key]["narrative"] for key in sorted(ids)]
    return ids, texts, held["kinds"], held["sentences"], held["problems"]


def calls_of_telling() -> int:
    killer = Killer(at=0)
    deliver_requests(Chain(narrator=killer(sleepless()), through=killer), [], killer.revive)
    return killer.calls


@pytest.fixture(scope="module")
def expected_telling() -> Any:
    chain = Chain(narrator=sleepless())
    deliver_requests(chain, [], lambda: None)
    assert len(chain.push.handed_over) == 4
    assert chain.devices.tokens == {("ada", "phone"): "t1", ("ada", "watch"): "t3"}
    assert asked(chain.narrator) == {"general": 1, "sleep": 2}
    return told(chain)


@given(order=st.lists(st.integers(0, 2), max_size=12))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_messages_that_come_again_tell_hold_back_and_announce_nothing_twice(
    order, expected_telling
) -> None:
    chain = Chain(narrator=sleepless())

    deliver_requests(chain, order, lambda: None)

    assert told(chain) == expected_telling
    assert len(chain.push.handed_over) == 4
    assert asked(chain.narrator) == {"general": 1, "sleep": 2}


@pytest.mark.parametrize("at", range(1, calls_of_telling() + 1))
def test_a_worker_that_dies_while_it_tells_leaves_one_text_and_rings_at_most_once(
    at, expected_telling
) -> None:
    killer, model = Killer(at=at), sleepless()
    chain = Chain(narrator=killer(model), through=killer)

    deliver_requests(chain, [], killer.revive)

    assert killer.calls > at
    assert told(chain) == expected_telling
    # Who died between the claim and the call left one device untold of one insight.
    assert len(chain.push.handed_over) >= 3
    # Who died with an answer in hand had to ask once more.
    assert len(model.tasks) <= 3 + 2
