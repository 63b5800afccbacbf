"""Without consent nothing is processed, and who withdraws it is heard with the next event."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clarity.domain.consent import PURPOSES, Consent, odd, refusal
from clarity.domain.errors import ParkedError, RefusedError, UnavailableError
from clarity.domain.events import DocumentNamed
from clarity.domain.job import Origin, Status
from clarity.domain.person import Person
from clarity.sources.generated import people
from clarity.steps.ports import Toll
from clarity.steps.preprocess import WAITING
from clarity.steps.tell import NOT_CONSENTED, TEMPLATE_VERSION
from tests.chain import LETTER, PATIENCE, UPLOAD_RETENTION, Chain
from tests.measured import LAST_DAY, ask, insight, measure, tell
from tests.memory_sweep import LIMITS, swept
from tests.model import Model

NOW = datetime(2026, 6, 15, tzinfo=UTC)
WISH = {"data_timeframe": "1week", "insight_type": "sleep", "priority": "normal"}
WITHDRAWN = {"analysis": False, "language_model": True, "research": False}
SAMPLE = {
    "sample_type": "stepCount",
    "value": 42,
    "unit": "count",
    "start_date": "2026-06-14T10:00:00Z",
    "end_date": "2026-06-14T10:05:00Z",
}
UPLOAD: dict[str, Any] = {"time_zone": "UTC", "samples": [SAMPLE], "deleted": [SAMPLE]}


@pytest.fixture
def chain() -> Chain:
    """Somebody who has consented to nothing."""
    made = Chain(narrator=Model())
    made.records.people.clear()
    return made


@pytest.fixture
def told() -> Chain:
    """Somebody who has consented to all, with a measured week."""
    made = Chain(narrator=Model())
    measure(made.records)
    return made


def answer(chain: Chain, path: str) -> dict[str, Any]:
    return chain.records.uploads[f"users/ada/{path}"]


def worker() -> people.Person:
    return people.generate("office-worker", last_day=LAST_DAY)


# What is in the field, whether it is consent, and what the answer says was found.
FIELDS: dict[str, tuple[object, bool, str]] = {
    "true": ({"analysis": True}, True, ""),
    "a map": ({"analysis": {"given": True}}, True, ""),
    "a map with its time": ({"analysis": {"given": True, "at": NOW}}, True, ""),
    "beside nonsense": ({"analysis": True, "research": "maybe", "ads": 1}, True, ""),
    "nothing": (None, False, "no consent there"),
    "an empty map": ({}, False, "consent without analysis"),
    "null": ({"analysis": None}, False, "consent without analysis"),
    "false": ({"analysis": False}, False, "consent.analysis: false"),
    "text": ({"analysis": "true"}, False, "consent.analysis: 'true' (text)"),
    "a number": ({"analysis": 1}, False, "consent.analysis: 1 (a number)"),
    "a list": ({"analysis": [True]}, False, "consent.analysis: [True] (a list)"),
    "withdrawn": ({"analysis": {"given": False}}, False, "consent.analysis: {'given': False}"),
    "text in a map": ({"analysis": {"given": "yes"}}, False, "{'given': 'yes'} (a map)"),
    "at no time": ({"analysis": {"given": True, "at": "now"}}, False, "'at': 'now'} (a map)"),
    "nested": ({"consent": {"analysis": True}}, False, "consent without analysis"),
    "nested deeper": ({"analysis": {"analysis": True}}, False, "{'analysis': True} (a map)"),
    "another purpose": ({"language_model": True}, False, "consent without analysis"),
    "all at once": (True, False, "consent: true"),
    "text for a map": ("analysis", False, "consent: 'analysis' (text)"),
    "a list of purposes": (["analysis"], False, "consent: ['analysis'] (a list)"),
}


@pytest.mark.parametrize(("field", "consented", "found"), FIELDS.values(), ids=list(FIELDS))
def test_consent_is_yes_and_nothing_else_and_the_answer_says_what_was_found(
    field, consented, found
) -> None:
    why = refusal({"consent": field})

    assert Consent.parse(field).analysis is consented
    assert (why is None) is consented
    if why is not None:
        assert why.startswith("expected users/{uid}.consent.analysis: true, found ")
        assert found in why
        assert "under a new id" in why


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*PURPOSES, "given", "at"]), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_whatever_is_in_the_field_is_read_and_a_refusal_can_be_said(field) -> None:
    consent = Consent.parse(field)

    for purpose in PURPOSES:
        assert (refusal({"consent": field}, purpose) is None) is getattr(consent, purpose)
    assert Person.parse({"consent": field}, NOW.date()).consent == consent
    assert isinstance(odd(field), bool)


@pytest.mark.parametrize(
    ("field", "ignored"),
    [
        ({"analysis": True, "research": None}, ()),
        ({"analysis": {"given": False, "at": NOW}}, ()),
        ({"analysis": True, "languageModel": True}, ("consent",)),
        ({"analysis": True, "language_model": "yes"}, ("consent",)),
        ("yes", ("consent",)),
        (None, ()),
    ],
)
def test_what_cannot_be_used_of_a_consent_is_named(field, ignored) -> None:
    assert Person.parse({"consent": field}, NOW.date()).ignored == ignored


def test_an_upload_without_consent_is_rejected_and_its_samples_are_kept_nowhere(chain) -> None:
    chain.upload("u1", UPLOAD)

    found = answer(chain, "uploads/u1")
    assert (found["status"], found["reason"]["code"]) == ("rejected", "no_consent")
    assert found["processing_id"] is None
    assert found["expires_at"] == chain.clock() + UPLOAD_RETENTION
    assert found.keys().isdisjoint({"samples", "data", "deleted"})
    assert not chain.records.chunks
    assert not chain.records.jobs
    assert not chain.records.queues
    assert chain.topics.ingested_messages == chain.topics.dead_letters == []
    assert chain.records.unsettled("ada") == 0


def test_a_request_without_consent_fails_where_the_phone_listens(chain) -> None:
    event = chain.create("insight_requests", "r1", WISH)
    chain.records.uploads[event.origin.path] = dict(WISH)

    chain.ingest(event)

    found, job = answer(chain, "insight_requests/r1"), chain.job(event.origin)
    assert (found["status"], found["processing_id"]) == ("rejected", "request-r1")
    assert (job["status"], job["reason"]) == ("failed", found["reason"])
    assert chain.topics.ingested_messages == chain.topics.dead_letters == []


def test_what_is_no_upload_at_all_is_not_looked_at_without_consent(chain) -> None:
    chain.upload("u1", {"samples": "many"})

    assert answer(chain, "uploads/u1")["reason"]["code"] == "no_consent"
    assert chain.topics.dead_letters == []


def test_after_consent_the_same_samples_are_taken_under_a_new_id(chain) -> None:
    event = chain.upload("u1", UPLOAD)
    chain.settings(consent={"analysis": True})

    chain.ingest(event)
    chain.upload("u2", UPLOAD | {"deleted": []})

    assert answer(chain, "uploads/u1")["status"] == "rejected"
    assert answer(chain, "uploads/u2")["stored"] == 1
    assert [message.processing_id for message in chain.topics.ingested_messages] == ["upload-u2"]


def test_an_upload_under_a_used_id_leaves_nothing_and_no_letter_without_consent(chain) -> None:
    first = replace(chain.create("uploads", "u1", UPLOAD), revision="one")
    chain.ingest(first)
    second = replace(chain.create("uploads", "u1", UPLOAD), revision="two")

    for _ in "twice":
        chain.ingest(second)

    found = answer(chain, "uploads/u1")
    assert (found["status"], found["reason"]["code"]) == ("rejected", "no_consent")
    assert "samples" not in found
    assert chain.topics.dead_letters == []


def test_who_sends_too_much_without_consent_is_told_of_the_consent_and_pays_once(chain) -> None:
    toll = Toll("uploads", timedelta(minutes=2), 2)
    chain.ingest = replace(chain.ingest, tolls={**chain.ingest.tolls, "uploads": toll})

    for number in range(5):
        chain.upload(f"u{number}", UPLOAD)

    for number in range(5):
        found = answer(chain, f"uploads/u{number}")
        assert found["reason"]["code"] == "no_consent"
        assert "samples" not in found
    assert chain.claims.buckets["ada", "uploads"] == chain.clock() + 2 * toll.every


def test_feedback_needs_no_consent_and_a_crisis_is_answered(told) -> None:
    job = tell(told)
    told.settings(consent=None)

    said = {"insight_id": job["insight_id"], "rating": 2, "words": "I want to kill myself"}
    told.ingest(told.create("feedback", "f1", said))

    found = answer(told, "feedback/f1")
    assert found["status"] == "received"
    assert found["support"]["contacts"]
    assert insight(told, job)["rating"] == 2


def test_a_minor_s_consent_counts_as_anybody_s(chain) -> None:
    chain.settings(**people.CONSENT, birth_date="2012-01-01")
    measure(chain.records)

    chain.upload("u1", UPLOAD)
    tell(chain)

    assert answer(chain, "uploads/u1")["status"] == "ingested"
    assert chain.narrator.tasks[0].minor


def test_a_withdrawal_ends_a_burst_s_job_and_the_next_upload_opens_another(chain) -> None:
    chain.settings(**people.CONSENT)
    chain.send(worker())
    (first,) = chain.topics.ingested_messages
    chain.settings(consent=WITHDRAWN)
    chain.upload("late", UPLOAD)
    chain.preprocess(first)  # at once: there is nothing to wait for

    job = chain.job(first.origin)
    assert (job["status"], job["reason"]["code"]) == ("failed", "no_consent")
    assert "consent.analysis: false" in job["reason"]["message"]
    assert not chain.records.analyses
    assert answer(chain, "uploads/late")["processing_id"] is None

    chain.settings(**people.CONSENT)
    chain.preprocess(first)  # delivered again: it has ended
    chain.upload("again", UPLOAD | {"deleted": []})
    chain.run()

    assert chain.job(first.origin)["status"] == "failed"
    assert answer(chain, "uploads/again")["processing_id"] == "upload-again"
    assert chain.job(Origin("ada", "uploads", "again"))["status"] == "completed"
    assert chain.topics.dead_letters == []


def test_a_withdrawal_between_measuring_and_telling_leaves_no_words(chain) -> None:
    chain.settings(**people.CONSENT, push=True)
    chain.send(worker())
    chain.clock.wait(PATIENCE.total_seconds())
    chain.preprocess(chain.topics.ingested_messages.pop())
    (message,) = chain.topics.analysed_messages
    chain.settings(consent=WITHDRAWN)

    for _ in "twice":
        chain.insights(message)

    job = chain.job(message.origin)
    assert (job["status"], job["reason"]["code"]) == ("failed", "no_consent")
    assert chain.narrator.tasks == []
    assert not chain.records.insights
    assert not chain.push.handed_over
    assert chain.topics.dead_letters == []


def test_a_job_that_waits_for_a_parked_model_ends_with_a_withdrawal(chain) -> None:
    chain.settings(**people.CONSENT)
    chain.send(worker())
    chain.clock.wait(PATIENCE.total_seconds())
    (message,) = chain.topics.ingested_messages
    chain.encoder.parked = True
    with pytest.raises(ParkedError):
        chain.preprocess(message)
    assert chain.job(message.origin)["stage"] == WAITING
    chain.settings(consent={})

    chain.preprocess(message)

    assert chain.job(message.origin)["reason"]["code"] == "no_consent"


def test_without_consent_to_it_no_language_model_is_asked_and_no_remark_counts(told) -> None:
    told.settings(consent={"analysis": True})
    first = tell(told, "r1")
    said = {"insight_id": first["insight_id"], "words": "shorter, please"}
    told.ingest(told.create("feedback", "f1", said))

    second = tell(told, "r2")

    found = insight(told, first)
    assert (found["source"], found["model_version"]) == ("template", TEMPLATE_VERSION)
    assert (found["fallback_reason"], found["provisional"]) == (NOT_CONSENTED, False)
    assert told.narrator.tasks == []
    assert not told.budgets.spent("ada", told.clock().date())
    assert second["insight_id"] == first["insight_id"]


def test_the_language_model_writes_once_it_is_consented_to_and_not_after_a_withdrawal(told) -> None:
    told.settings(consent={"analysis": True})
    template = tell(told, "r1")
    told.settings(**people.CONSENT)
    model = tell(told, "r2")
    told.settings(consent={"analysis": True, "language_model": {"given": False}})

    after = tell(told, "r3")

    assert insight(told, model)["source"] == "gemini"
    assert after["insight_id"] == template["insight_id"] != model["insight_id"]
    assert len(told.narrator.tasks) == 1


def test_a_job_that_waits_for_the_language_model_is_told_without_it_after_a_withdrawal(
    told,
) -> None:
    told.narrator.errors = [UnavailableError("503")]
    message = ask(told.records, told.clock())
    with pytest.raises(UnavailableError):
        told.insights(message)
    told.settings(consent={"analysis": True})

    told.insights(message)

    job = told.job(message.origin)
    assert job["status"] == "completed"
    assert insight(told, job)["fallback_reason"] == NOT_CONSENTED
    assert len(told.narrator.tasks) == 1


@pytest.mark.parametrize("consent", [{}, {"analysis": True}], ids=["still none", "given meanwhile"])
def test_a_document_that_no_event_announced_is_named_once_and_writes_no_letter(
    chain, consent
) -> None:
    chain.create("uploads", "u1", UPLOAD)
    sweep = swept(chain)
    chain.clock.wait(LIMITS.stuck.total_seconds())
    sweep()
    (named,) = chain.topics.documents
    chain.topics.documents.clear()

    chain.ingest(DocumentNamed.parse(json.loads(named.data)))
    chain.settings(consent=consent)
    for _ in "thrice":
        chain.clock.wait(2 * LIMITS.pause.total_seconds())
        sweep()

    assert answer(chain, "uploads/u1")["reason"]["code"] == "no_consent"
    assert chain.topics.documents == chain.topics.dead_letters == []


def test_a_letter_that_is_replayed_after_a_withdrawal_brings_no_other_letter(told) -> None:
    message = ask(told.records, told.clock())
    told.insights.reject(message, RefusedError("a fault of ours"), LETTER)
    told.settings(consent=WITHDRAWN)
    # As a replay leaves them.
    told.claims.held.clear()
    job = told.job(message.origin)
    job |= {"status": Status.PROCESSING, "reason": None}

    told.insights(message)

    assert (job["status"], job["reason"]["code"]) == ("failed", "no_consent")
    assert told.narrator.tasks == []
    assert told.topics.dead_letters == [LETTER]


def test_the_sweeper_leaves_a_job_that_ended_without_consent(chain) -> None:
    chain.settings(**people.CONSENT)
    chain.upload("u1", UPLOAD | {"deleted": []})
    (message,) = chain.topics.ingested_messages
    chain.settings(consent=WITHDRAWN)
    chain.preprocess(message)
    sweep = swept(chain)
    chain.topics.ingested_messages.clear()

    for _ in "thrice":
        chain.clock.wait(LIMITS.give_up.total_seconds())
        sweep()

    assert chain.job(message.origin)["reason"]["code"] == "no_consent"
    assert chain.topics.ingested_messages == chain.topics.dead_letters == []
