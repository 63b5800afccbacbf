"""The three steps over ports in memory: what a person's documents become."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from clarity.domain.errors import (
    ForgottenError,
    MalformedEventError,
    NotSettledError,
    ReusedIdError,
    UnavailableError,
    UnknownReferenceError,
    UnusableUploadError,
)
from clarity.domain.events import JobMessage
from clarity.domain.job import Origin, Status
from clarity.sources.generated import people
from clarity.steps.preprocess import combine
from tests.audits import CHAINED
from tests.chain import LETTER, PATIENCE, QUIET, Chain
from tests.memory_services import MemoryEncoder

LAST_DAY = date(2026, 6, 14)


@pytest.fixture(scope="module")
def worker() -> people.Person:
    return people.generate("office-worker", last_day=LAST_DAY)


@pytest.fixture(scope="module")
def drawer() -> people.Person:
    return people.generate("non-wear", last_day=LAST_DAY)


def statuses(job: dict) -> list[str]:
    return [step["status"] for step in job["history"]]


def test_a_week_becomes_an_insight_and_the_job_passes_every_status(worker) -> None:
    chain = Chain()

    chain.send(worker)
    origin = chain.request()
    chain.run()

    job = chain.job(origin)
    assert statuses(job)[0] == "queued"
    assert statuses(job)[-1] == "completed"
    assert statuses(job) == sorted(statuses(job), key=[each.value for each in Status].index)
    insight = chain.records.insights["ada", job["insight_id"]]
    assert insight["source"] == "template"
    assert insight["fallback_reason"] == "no language model is configured"
    assert insight["narrative"]
    analysis = chain.records.analyses["ada", job["analysis_id"]]
    assert analysis["provenance"]["model_id"] == "pat-test"
    assert len(analysis["embedding"]) == 96


def test_uploads_of_one_burst_share_one_job(worker) -> None:
    chain = Chain()

    chain.send(worker, batch=500)

    assert len(chain.records.jobs) == 1
    assert len(chain.topics.ingested_messages) == 1
    ids = {fields["processing_id"] for fields in chain.records.uploads.values()}
    assert ids == {next(iter(chain.records.jobs))[1]}


def test_the_same_week_sent_and_asked_for_twice_costs_nothing_more(worker) -> None:
    chain = Chain()
    chain.send(worker)
    first = chain.request("r1")
    chain.run()

    chain.send(worker, attempt="second", batch=730)
    second = chain.request("r2")
    chain.run()

    assert chain.encoder.calls == 1
    assert len(chain.records.analyses) == len(chain.records.insights) == 1
    assert chain.job(second)["insight_id"] == chain.job(first)["insight_id"]
    assert len([c for c in chain.records.chunks.values() if len(c.samples)]) == len(
        {(day, upload) for _, day, upload in chain.records.chunks}
    )


def test_what_is_known_already_is_not_stored_again(worker) -> None:
    chain = Chain()
    chain.send(worker)
    held = sum(len(chunk.samples) for chunk in chain.records.chunks.values())

    chain.send(worker, attempt="again", batch=730)

    assert sum(len(chunk.samples) for chunk in chain.records.chunks.values()) == held
    assert held == len(worker.samples)


def test_what_a_phone_writes_before_or_after_an_erasure_is_dropped_and_deleted(worker) -> None:
    chain = Chain()
    upload_id, document = next(people.uploads(worker))
    before = chain.create("uploads", upload_id, document)
    chain.records.erasures["ada"] = chain.clock()
    chain.clock.wait(1)
    after = chain.create("uploads", "anew", document)

    for event in (before, after):
        with pytest.raises(ForgottenError):
            chain.ingest(event)

    assert not any((chain.records.uploads, chain.records.chunks, chain.records.jobs))
    assert not chain.claims.held


def test_a_redelivered_upload_changes_nothing(worker) -> None:
    chain = Chain()
    upload_id, document = next(people.uploads(worker))
    event = chain.upload(upload_id, document)
    before = dict(chain.records.chunks)

    chain.ingest(event)

    assert chain.records.chunks == before
    assert len(chain.topics.ingested_messages) == 1


def test_a_job_waits_until_the_uploads_have_settled(worker) -> None:
    chain = Chain()
    chain.send(worker)

    with pytest.raises(NotSettledError):
        chain.preprocess(chain.topics.ingested_messages[0])

    chain.run()
    assert statuses(next(iter(chain.records.jobs.values())))[-1] == "completed"


def test_a_request_waits_for_uploads_that_are_not_ingested_yet(worker) -> None:
    chain = Chain()
    later = [chain.create("uploads", *upload) for upload in people.uploads(worker, batch=1000)]
    chain.request()
    message = chain.topics.ingested_messages[0]

    with pytest.raises(NotSettledError):
        chain.preprocess(message)

    for event in later:
        chain.ingest(event)
    chain.clock.wait(QUIET.total_seconds())
    chain.preprocess(message)
    assert chain.topics.analysed_messages


def test_a_request_in_the_middle_of_a_burst_waits_for_its_end(worker) -> None:
    chain = Chain()
    first, *rest = people.uploads(worker, batch=1000)
    chain.upload(*first)
    chain.request()
    message = chain.topics.ingested_messages[-1]

    with pytest.raises(NotSettledError):
        chain.preprocess(message)

    for upload in rest:
        chain.upload(*upload)
    chain.run()
    assert chain.encoder.calls == len(chain.records.analyses) == 1


def test_an_id_that_was_used_before_is_refused_and_redelivery_is_not(worker) -> None:
    chain = Chain()
    upload_id, document = next(people.uploads(worker))
    event = replace(chain.create("uploads", upload_id, document), revision="monday")
    chain.ingest(event)

    chain.ingest(event)
    chain.ingest(replace(event, revision=""))
    again = replace(chain.create("uploads", upload_id, document), revision="tuesday")
    with pytest.raises(ReusedIdError, match="monday") as raised:
        chain.ingest(again)
    chain.ingest.reject(again, raised.value, LETTER)

    answer = chain.records.uploads[again.origin.path]
    assert (answer["status"], answer["reason"]["code"]) == ("rejected", "reused_id")
    assert chain.job(again.origin)["status"] == "queued"


def test_the_id_of_a_refused_upload_is_not_free_either(worker) -> None:
    chain = Chain()
    upload_id, document = next(people.uploads(worker))
    refused = replace(chain.create("uploads", upload_id, {}), revision="monday")
    with pytest.raises(UnusableUploadError) as raised:
        chain.ingest(refused)
    chain.ingest.reject(refused, raised.value, LETTER)

    chain.ingest(refused)  # a late duplicate
    again = replace(chain.create("uploads", upload_id, document), revision="tuesday")
    with pytest.raises(ReusedIdError):
        chain.ingest(again)

    assert not chain.records.chunks


def test_a_job_does_not_wait_for_ever(worker) -> None:
    chain = Chain()
    chain.send(worker)
    chain.create("uploads", "lost", {})
    origin = chain.request()

    chain.clock.wait(PATIENCE.total_seconds())
    chain.run()

    assert chain.job(origin)["status"] == "completed"


def test_a_week_without_wear_ends_insufficient_with_the_days_that_lack_data(drawer) -> None:
    chain = Chain()
    chain.send(drawer)
    origin = chain.request()

    chain.run()

    job = chain.job(origin)
    assert job["status"] == "insufficient_data"
    assert job["reason"]["valid_days"] < 4
    lacking = [day["date"] for day in job["reason"]["days"] if not day["valid"]]
    assert lacking
    assert all(day in job["message"] for day in lacking)
    assert chain.encoder.calls == 0
    assert not chain.records.analyses


def test_nobody_s_data_is_insufficient_and_not_an_error() -> None:
    chain = Chain()
    origin = chain.request()

    chain.run()

    assert chain.job(origin)["status"] == "insufficient_data"


def test_a_bad_sample_is_named_and_the_others_survive(worker) -> None:
    chain = Chain()
    _, document = next(people.uploads(worker))
    bad = {**document["samples"][0], "sample_type": "heartRate", "value": 60, "unit": "furlong"}
    samples = [document["samples"][0], bad, "no object", *document["samples"][1:]]

    event = chain.upload("mixed", {**document, "samples": samples})

    answer = chain.records.uploads[event.origin.path]
    assert answer["status"] == "ingested"
    assert answer["accepted"] == len(document["samples"])
    assert [each["index"] for each in answer["rejected"]] == [1, 2]
    assert all(each["expected"] and each["found"] for each in answer["rejected"])


def test_many_rejections_are_all_kept_in_pages(worker) -> None:
    chain = Chain()
    _, document = next(people.uploads(worker))

    event = chain.upload("bad", {**document, "samples": [7] * 1000})

    answer = chain.records.uploads[event.origin.path]
    assert answer["rejected_count"] == 1000
    assert len(answer["rejected"]) == 100
    assert len(chain.records.rejections[event.origin.path]) == 1000


def test_a_deleted_sample_is_gone_from_the_week_even_if_it_is_sent_again(worker) -> None:
    chain = Chain()
    _, document = next(people.uploads(worker))
    chain.upload("first", document)

    chain.upload("deletion", {**document, "samples": [], "deleted": document["samples"][:10]})
    chain.upload("again", document)

    kept = combine(chain.records.recent("ada", 14))
    assert len(kept) == len(document["samples"]) - 10


def test_an_unusable_upload_fails_its_job_with_the_reason() -> None:
    chain = Chain()
    event = chain.create("uploads", "u1", {"samples": "none", "time_zone": "Europe/Berlin"})

    with pytest.raises(UnusableUploadError) as raised:
        chain.ingest(event)
    chain.ingest.reject(event, raised.value, LETTER)

    assert chain.job(event.origin)["status"] == "failed"
    assert "samples" in chain.job(event.origin)["reason"]["message"]
    assert chain.records.uploads[event.origin.path]["status"] == "rejected"


def test_a_request_with_other_words_is_refused_with_those_allowed() -> None:
    chain = Chain()

    with pytest.raises(MalformedEventError, match="1week, 1month, 3months"):
        chain.request(data_timeframe="1 year")


def test_the_endpoint_may_fail_and_the_redelivery_completes(worker) -> None:
    chain = Chain(encoder=MemoryEncoder(failures=1))
    chain.send(worker)
    message = chain.topics.ingested_messages[0]
    chain.clock.wait(QUIET.total_seconds())

    with pytest.raises(UnavailableError):
        chain.preprocess(message)
    chain.run()

    assert chain.encoder.calls == 2
    assert statuses(next(iter(chain.records.jobs.values())))[-1] == "completed"


def test_a_message_about_an_unknown_job_is_permanent() -> None:
    chain = Chain()
    message = JobMessage(Origin("ada", "uploads", "gone"), "normal")

    with pytest.raises(UnknownReferenceError, match="upload-gone"):
        chain.preprocess(message)


def test_a_person_may_want_insights_on_request_only(worker) -> None:
    chain = Chain()
    chain.settings(insights="on_request")
    chain.send(worker)
    chain.run()
    assert not chain.records.insights
    assert next(iter(chain.records.jobs.values()))["status"] == "completed"

    origin = chain.request()
    chain.run()

    assert chain.job(origin)["insight_id"] in {key for _, key in chain.records.insights}
    assert chain.encoder.calls == 1


def test_a_prediction_leaves_an_audit_record_without_health_values(worker) -> None:
    chain = Chain()
    chain.send(worker)
    chain.run()

    record = next(iter(chain.records.audits.values()))
    names = {"action", "step", "processing_id", "subject", "model", "at", "expires_at"}
    assert set(record) == names | CHAINED
