"""The sweeper may be killed at any call, and ticked at any time: what it owes is done."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarity.domain.job import AUTOMATIC, Origin, Status
from clarity.steps.ports import Done, Outgoing
from clarity.steps.sweep import Sweep
from tests.chain import LEASE, RETENTION, Chain
from tests.memory_sweep import LIMITS, MemoryLetters, MemoryMail, MemorySweeps, complete
from tests.property.test_idempotency import Killed, Killer

OWED = Outgoing(
    "analysed",
    json.dumps(
        {
            "schema_version": 1,
            "user_id": "ada",
            "priority": "low",
            "upload_id": "u2",
            "processing_id": "upload-u2",
            "analysis_id": "a1",
        }
    ).encode(),
    {},
)


def left_lying() -> Chain:
    """Jobs u0 to give up, u1 without its message; a message of u2; a document u3."""
    chain = Chain()
    for number in (0, 1):
        origin = Origin("ada", "uploads", f"u{number}")
        chain.records.open_job(origin, AUTOMATIC, chain.clock(), chain.clock() + RETENTION)
        complete(chain, "ingest", origin)
    chain.clock.wait(LIMITS.give_up.total_seconds())
    chain.records.jobs["ada", "upload-u1"]["created_at"] = chain.clock()
    chain.create("uploads", "u3", {})
    claim: Any = chain.claims.claim("preprocess:u2", user_id="ada", lease=LEASE)
    chain.claims.complete(claim, Done("a1", owes=(OWED,)))
    chain.clock.wait(LIMITS.stuck.total_seconds())
    return chain


def sweeping(chain: Chain, killer: Killer) -> Sweep:
    ports: list[Any] = [MemorySweeps(chain), MemoryMail(), MemoryLetters()]
    ports += [chain.claims, chain.topics]
    limits = replace(LIMITS, documents=2)
    return Sweep(*map(killer, ports), chain.clock, limits, LEASE, RETENTION, lambda *_: None)  # type: ignore[call-arg]  # mypy counts a map's items as none


def ticks(chain: Chain, killer: Killer, pauses: list[float]) -> None:
    sweep = sweeping(chain, killer)
    for pause in pauses:
        try:
            sweep()
        except Killed:
            killer.revive()
        chain.clock.wait(pause)


def outcome(chain: Chain) -> Any:
    """What was sent, each once, and how the jobs stand."""
    topics = chain.topics
    return (
        {each.processing_id for each in topics.ingested_messages},
        {each.processing_id for each in topics.analysed_messages},
        {each.attributes["upload_id"] for each in topics.documents},
        {each.attributes["event_id"]: each.attributes["upload_id"] for each in topics.dead_letters},
        {key: job["status"] for key, job in chain.records.jobs.items()},
        {key for key, claim in chain.claims.held.items() if claim.get("unpublished")},
    )


def undisturbed() -> tuple[Any, int]:
    chain, killer = left_lying(), Killer(at=0)
    ticks(chain, killer, [0.0])
    return outcome(chain), killer.calls


EXPECTED, CALLS = undisturbed()


def test_one_tick_does_all_of_it() -> None:
    ingested, analysed, documents, letters, jobs, unpublished = EXPECTED

    assert (ingested, analysed, documents) == ({"upload-u1"}, {"upload-u2"}, {"u3"})
    assert list(letters.values()) == ["u0"]
    assert jobs == {("ada", "upload-u0"): Status.FAILED, ("ada", "upload-u1"): Status.QUEUED}
    assert not unpublished
    assert CALLS > 20


@pytest.mark.parametrize("at", range(1, CALLS + 1))
def test_a_tick_that_is_killed_at_any_call_is_made_good_by_the_next(at) -> None:
    chain = left_lying()

    ticks(chain, Killer(at), [(LIMITS.stuck + LEASE).total_seconds(), 0.0])

    assert outcome(chain) == EXPECTED
    assert len(chain.topics.dead_letters) <= 2


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 600), min_size=1, max_size=8))
def test_ticks_at_any_times_send_each_thing_once_within_its_pause(pauses) -> None:
    chain = left_lying()

    ticks(chain, Killer(at=0), pauses)

    assert outcome(chain) == EXPECTED
    most = 1 + sum(pauses) // LIMITS.pause.total_seconds()
    assert len(chain.topics.ingested_messages) <= most
    assert len(chain.topics.documents) <= most
    assert len(chain.topics.analysed_messages) == len(chain.topics.dead_letters) == 1
