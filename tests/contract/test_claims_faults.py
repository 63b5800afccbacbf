"""What claims keep in Firestore, ours and Google's emulator, and what comes of calls that fail."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from clarity.adapters import log
from clarity.domain.errors import RefusedError, UnavailableError
from clarity.domain.job import Status
from clarity.steps.ports import Claimed, Completed, Done, Held
from tests.contract.claim_store import (
    LEASE,
    LETTER,
    RETENTION,
    aborted,
    faulty,
    twice,
    unanswered,
)
from tests.creating import storing


def test_the_trace_stays_with_what_is_owed(database) -> None:
    with log.bound(traceparent="00-1-2-01"):
        database.claims.complete(database.claim(), Done("done", owes=(LETTER,)))

    fields = database.client.document(f"claims/{database.key}").get().to_dict()
    (owed,) = fields["outbox"]
    assert owed["attributes"] == {"traceparent": "00-1-2-01", "code": "bad"}
    assert (fields["unpublished"], fields["completed_at"]) == (True, database.clock())


def test_what_was_owed_stays_to_be_looked_up_until_it_expires(database) -> None:
    done = database.claims.complete(database.claim(), Done("done", owes=(LETTER,)))
    database.claims.published(database.key, done)

    fields = database.client.document(f"claims/{database.key}").get().to_dict()
    assert "unpublished" not in fields
    assert [each["topic"] for each in fields["outbox"]] == ["dead_letter"]
    assert fields["expires_at"] == database.clock() + RETENTION


@pytest.mark.parametrize("room", [400_000, 16, 15], ids=["all", "without the list", "nothing"])
def test_a_document_takes_as_much_of_its_answer_as_it_has_room_for(database, room) -> None:
    # https://firebase.google.com/docs/firestore/storage-size
    names = sum(len(each) + 1 for each in (*database.origin.path.split("/"), "blob"))
    database.write({"blob": b"\0" * (1024 * 1024 - 16 - 32 - names - room)})
    rejected = [{"index": n, "code": "no_object"} for n in range(2000)]
    answer = (database.origin, {"status": "ingested", "rejected": rejected})

    done = Done("done", answer=answer, stores=storing(database.origin, 60, 61))
    database.claims.complete(database.claim(), done)

    found = database.read()
    assert ("rejected" in found, "status" in found) == (room > 100_000, room > 15)
    stored = database.records.recent(database.origin.user_id, 14)
    assert [len(each.samples) for each in stored] == [2]
    assert database.claim() == Completed("done")


def test_what_can_never_be_written_is_refused_and_leaves_the_claim(database) -> None:
    far = replace(database.origin, document_id="u" * 1495)  # no room for `upload-`
    claim = database.claim()

    end = replace(database.failed(opens=True), origin=far)
    with pytest.raises(RefusedError):
        database.claims.complete(claim, Done("done", end=end))

    assert database.claims.complete(claim, Done("done")) == Completed("done")


@pytest.mark.parametrize("fault", [twice, aborted])
def test_a_call_that_is_tried_again_is_made_once(database, fault) -> None:
    database.write({})
    database.queue_job()
    claims = faulty(database, fault)
    claim = claims.claim(database.key, user_id="ada", lease=LEASE)
    assert isinstance(claim, Claimed)

    claims.client._firestore_api.commits.append(fault)
    answer, stores = (database.origin, {"status": "done"}), storing(database.origin, 60)
    done = Done("done", (LETTER,), answer, database.failed(), stores=stores)
    assert claims.complete(claim, done) == Completed("done", (LETTER,))

    assert database.read() == {"status": "done"}
    assert len(database.records.recent(database.origin.user_id, 14)) == 1
    assert len(database.job()["history"]) == 2
    assert database.claim() == Completed("done", (LETTER,))


def test_a_take_over_that_is_tried_again_is_made_once(database) -> None:
    database.claim()
    database.expire()

    claims = faulty(database, twice, twice)
    claim = claims.claim(database.key, user_id="ada", lease=LEASE)
    renewed = claims.renew(claim, 2 * LEASE)

    assert database.claim() == Held(database.clock() + 2 * LEASE)
    assert database.claims.complete(renewed, Done("done")) == Completed("done")


def test_a_completion_whose_answer_is_lost_for_good_stands(database) -> None:
    claims = faulty(database, None, unanswered)
    claim = claims.claim(database.key, user_id="ada", lease=LEASE)

    with pytest.raises(UnavailableError):
        claims.complete(claim, Done("done", (LETTER,)))
    claims.release(claim)

    assert database.claim() == Completed("done", (LETTER,))


def test_a_job_that_moves_on_while_its_end_is_written_ends(database) -> None:
    database.queue_job()

    def moved(commit: Any) -> Any:
        database.records.move(database.origin, Status.PROCESSING, "…", {}, database.clock())
        return commit()

    claims = faulty(database, None, moved)
    claim = claims.claim(database.key, user_id="ada", lease=LEASE)
    claims.complete(claim, Done("done", end=database.failed()))

    assert [each["status"] for each in database.job()["history"]] == [
        "queued",
        "processing",
        "failed",
    ]


def test_a_new_event_costs_two_calls(database) -> None:
    database.write({})
    calls: list[None] = []

    def counted(commit: Any) -> Any:
        calls.append(None)
        return commit()

    claims = faulty(database, *[counted] * 9)
    claim = claims.claim(database.key, user_id="ada", lease=LEASE)
    claims.complete(claim, Done("done", (), (database.origin, {"status": "done"})))

    assert len(calls) == 2
