"""The `Claims` port over Firestore, ours and Google's emulator, and over its fake in memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from google.cloud.firestore import DELETE_FIELD

from clarity.domain.errors import InProgressError, OvertakenError
from clarity.domain.job import AUTOMATIC, Status
from clarity.steps.ports import Claimed, Completed, Creation, Done, Held, Joining
from tests.audits import entry
from tests.chain import Clock
from tests.contract.claim_store import LEASE, LETTER, RETENTION, Store, over
from tests.creating import create, storing
from tests.memory import MemoryClaims, MemoryRecords


@pytest.fixture
def store(firestore) -> Store:
    if firestore:
        return over(firestore)
    clock, records = Clock(), MemoryRecords()
    return Store(MemoryClaims(clock, records), records, clock, None)


def test_a_free_key_is_claimed_and_then_held(store) -> None:
    assert isinstance(store.claim(), Claimed)
    assert store.claim() == Held(store.clock() + LEASE)


def test_a_completed_claim_returns_its_result_for_ever(store) -> None:
    store.claims.complete(store.claim(), Done("the result"))

    store.expire()

    assert store.claim() == Completed("the result")


def test_a_released_claim_is_free_again(store) -> None:
    store.claims.release(store.claim())

    assert isinstance(store.claim(), Claimed)


def test_of_many_workers_one_claims(store) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: store.claim(), range(8)))

    assert sorted(type(each).__name__ for each in found) == ["Claimed"] + 7 * ["Held"]


def test_of_many_workers_one_takes_over(store) -> None:
    store.claim()
    store.expire()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: store.claim(), range(8)))

    assert sorted(type(each).__name__ for each in found) == ["Claimed"] + 7 * ["Held"]


def test_a_renewed_lease_lasts_longer_and_is_completed_whoever_renewed_it(store) -> None:
    claim = store.claim()
    store.clock.now += LEASE / 2
    renewed = store.claims.renew(claim, LEASE)
    store.clock.now += LEASE / 2 + timedelta(seconds=1)

    assert store.claim() == Held(store.clock() + LEASE / 2 - timedelta(seconds=1))
    assert store.claims.renew(claim, LEASE).token == renewed.token  # an answer that was lost
    store.claims.complete(claim, Done("the result"))
    assert store.claim() == Completed("the result")


def test_who_gives_up_after_a_try_does_not_try_again(firestore) -> None:
    if not firestore:
        pytest.skip("the fake counts no attempts")
    store = over(firestore)
    for _ in range(2):  # the second as after a replay
        store.claims.release(store.claim())
        store.claims.complete(store.claim(), Done("rejected:bad"))
        claim = store.client.document(f"claims/{store.key}")
        tried = claim.get().get("attempts")
        claim.update({"lease_until": store.clock(), "result": DELETE_FIELD})

    assert tried == 2


def test_what_is_done_is_written_at_once(store) -> None:
    store.write({"samples": [1]})
    store.queue_job()
    answer = (store.origin, {"status": "rejected"})

    done = Done("rejected:bad", owes=(LETTER,), answer=answer, end=store.failed())
    completed = store.claims.complete(store.claim(), done)

    assert completed == Completed("rejected:bad", (LETTER,))
    assert store.read() == {"samples": [1], "status": "rejected"}
    job = store.job()
    assert (job["status"], job["message"]) == ("failed", "No.")
    assert (job["progress"], job["reason"]) == (1.0, {"code": "bad"})
    assert [each["status"] for each in job["history"]] == ["queued", "failed"]


@pytest.mark.parametrize("there", ["insights/i1", "audit/tell-i1"])
def test_what_was_to_be_first_and_is_not_completes_nothing(store, there) -> None:
    store.queue_job()
    user_id = store.origin.user_id
    create(store.records, user_id, "insights/i1", {"n": 1}, "tell-i1")
    if not there.startswith("insights"):
        if store.client:
            store.client.document(f"users/{user_id}/insights/i1").delete()
        else:
            del store.records.insights[user_id, "i1"]
    claim, end = store.claim(), store.failed()

    def first(insight_id: str) -> Done:
        tell = entry(f"tell-{insight_id}")
        creation = Creation("insights", insight_id, {"n": 2}, tell, first=True)
        return Done(insight_id, end=end, creates=creation)

    with pytest.raises(OvertakenError):
        store.claims.complete(claim, first("i1"))
    assert store.job()["status"] == "queued"
    assert store.records.told(user_id, "i1")[0] in (None, {"n": 1})
    assert store.records.told(user_id, "i2") == (None, False)

    assert store.claims.complete(claim, first("i2")).result == "i2"
    assert store.job()["status"] == "failed"
    assert store.records.told(user_id, "i2") == ({"n": 2}, True)


def test_what_is_owed_is_owed_until_it_is_marked(store) -> None:
    store.claims.complete(store.claim(), Done("the result", owes=(LETTER,)))

    owing = store.claim()
    assert owing == Completed("the result", (LETTER,))
    store.claims.published(store.key, owing)

    assert store.claim() == Completed("the result")
    store.claims.published(store.key, owing)  # twice does no harm


def test_a_late_worker_writes_nothing(store) -> None:
    store.write({})
    store.queue_job()
    late = store.claim()
    store.expire()
    claim = store.claim()
    done = Done("late", (LETTER,), (store.origin, {"status": "late"}), store.failed(opens=True))

    for _ in range(2):  # while the other is at it, and when that one is done
        for change in (
            lambda: store.claims.complete(late, done),
            lambda: store.claims.renew(late, LEASE),
        ):
            with pytest.raises(InProgressError):
                change()
        store.claims.release(late)
        assert store.read() == {}
        assert store.job()["status"] == "queued"
        with suppress(InProgressError):
            assert store.claims.complete(claim, Done("in time")) == Completed("in time")
    assert store.claim() == Completed("in time")


def test_a_late_worker_neither_stores_nor_joins_a_queue_nor_says_that_it_waits(store) -> None:
    now, until = store.clock(), store.clock() + RETENTION
    late = store.claim()
    store.expire()
    store.claim()

    joins = Joining(store.origin, AUTOMATIC, now - LEASE, until, None)
    done = Done("done", stores=storing(store.origin, 60), joins=joins)
    with pytest.raises(InProgressError):
        store.claims.complete(late, done)
    assert not store.records.recent(store.origin.user_id, 14)
    assert store.records.job_person_and_queue(store.origin)[2] is None
    assert store.job() is None

    store.queue_job()
    with pytest.raises(InProgressError):
        store.records.note(store.origin, Status.QUEUED, "late", "…", store.clock(), fence=late)
    assert store.job()["stage"] == "queued"


def test_a_late_mark_leaves_what_another_completion_owes(store) -> None:
    first = store.claims.complete(store.claim(), Done("first", owes=(LETTER,)))
    if store.client:  # as a replay does
        store.client.document(f"claims/{store.key}").delete()
    else:
        del store.claims.held[store.key]
    store.claims.complete(store.claim(), Done("second", owes=(LETTER, LETTER)))

    store.claims.published(store.key, first)

    assert store.claim() == Completed("second", (LETTER, LETTER))


def test_an_answer_to_a_document_that_is_gone_falls_away(store) -> None:
    store.queue_job()
    done = Done("done", (LETTER,), (store.origin, {"status": "rejected"}), store.failed())

    store.claims.complete(store.claim(), done)

    assert store.read() is None
    assert store.job()["status"] == "failed"
    assert store.claim() == Completed("done", (LETTER,))


def test_a_job_that_was_never_opened_ends_all_the_same_if_somebody_wanted_it(store) -> None:
    store.claims.complete(store.claim(), Done("done", end=store.failed(opens=True)))

    job = store.job()
    assert (job["status"], job["processing_id"]) == ("failed", "upload-u1")
    assert job["created_at"] == store.clock()


def test_a_job_that_is_gone_stays_gone(store) -> None:
    store.claims.complete(store.claim(), Done("done", end=store.failed()))

    assert store.job() is None
    assert store.claim() == Completed("done")


def test_a_job_that_has_ended_keeps_its_end(store) -> None:
    store.queue_job()
    store.records.move(store.origin, Status.COMPLETED, "Ready.", {}, store.clock())

    store.claims.complete(store.claim(), Done("done", end=store.failed()))

    assert (store.job()["status"], store.job()["message"]) == ("completed", "Ready.")


def test_a_claim_that_was_erased_is_not_completed(store) -> None:
    store.write({})
    claim = store.claim()
    if store.client:
        store.client.document(f"claims/{store.key}").delete()
    else:
        store.claims.held.clear()

    with pytest.raises(InProgressError):
        store.claims.complete(claim, Done("done", answer=(store.origin, {"status": "done"})))

    assert store.read() == {}


def test_who_claims_moves_the_job(store) -> None:
    store.queue_job()
    store.job()

    assert isinstance(store.claim(store.move(Status.PREPROCESSING)), Claimed)

    job = store.job()
    assert (job["status"], job["message"], job["more"]) == ("preprocessing", "So it stands.", 1)
    assert [each["status"] for each in job["history"]] == ["queued", "preprocessing"]


def test_who_does_not_get_the_claim_moves_nothing(store) -> None:
    store.queue_job()
    held = store.claim()
    assert isinstance(store.claim(store.move(Status.PREPROCESSING)), Held)
    store.claims.complete(held, Done("done"))
    assert isinstance(store.claim(store.move(Status.PREPROCESSING)), Completed)

    assert store.job()["status"] == "queued"


def test_a_claim_turns_no_job_back_and_needs_none(store) -> None:
    store.queue_job()
    store.records.move(store.origin, Status.ANALYZING, "Further on.", {}, store.clock())
    store.job()

    assert isinstance(store.claim(store.move(Status.PREPROCESSING)), Claimed)
    store.expire()
    assert store.job()["message"] == "Further on."
    gone = replace(store, origin=replace(store.origin, document_id="none"))
    assert isinstance(gone.claim(gone.move(Status.PREPROCESSING)), Claimed)
    assert gone.job() is None


def test_who_takes_over_moves_the_job_that_the_dead_worker_did_not(store) -> None:
    store.queue_job()
    store.claim()
    store.expire()
    store.job()

    assert isinstance(store.claim(store.move(Status.PREPROCESSING)), Claimed)

    assert store.job()["status"] == "preprocessing"


def test_what_an_upload_joins_is_named_in_its_answer_and_owed_by_the_first(store) -> None:
    def join(document_id: str) -> tuple[Store, Completed]:
        upload = replace(store, origin=replace(store.origin, document_id=document_id))
        upload.write({})
        claim = upload.claim()
        queue = store.records.person_and_queue(store.origin.user_id)[1]
        now = store.clock()
        joins = Joining(upload.origin, AUTOMATIC, now - LEASE, now + RETENTION, queue)
        answer = (upload.origin, {"status": "ingested", "processing_id": None})
        done = Done("done", (LETTER,), answer, joins=joins)
        return upload, store.claims.complete(claim, done)

    (first, opened), (second, joined) = join("u1"), join("u2")

    assert [opened.owes, joined.owes] == [(LETTER,), ()]
    assert first.claim() == opened
    assert second.claim() == joined
    answers = [each.read() or {} for each in (first, second)]
    assert [each["processing_id"] for each in answers] == 2 * ["upload-u1"]
    assert (first.job()["status"], second.job()) == ("queued", None)
