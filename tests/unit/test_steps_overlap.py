"""Uploads whose answers depend on what others, or the same id, brought before."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

from clarity.domain.errors import ReusedIdError
from clarity.sources.generated import people
from clarity.steps.ports import Outgoing
from tests.chain import Chain


def test_what_is_stored_before_it_is_answered_is_analysed_whoever_has_it_too() -> None:
    """By an older version, which stored first, or by the restore of an export."""
    worker = people.generate("office-worker", last_day=date(2026, 6, 14))
    _, document = next(iter(people.uploads(worker, batch=1000)))
    alone = [Chain(), Chain()]
    for chain, name in zip(alone, ("one", "other"), strict=True):
        chain.upload(name, document)
    chain = Chain()
    # Neither knew the other.
    chain.records.chunks.update(
        itertools.chain.from_iterable(each.records.chunks.items() for each in alone)
    )
    before = dict(chain.records.chunks)

    events = [chain.upload(name, document) for name in ("one", "other")]

    answers = [chain.records.uploads[event.origin.path] for event in events]
    assert [answer["stored"] for answer in answers] == [len(document["samples"])] * 2
    assert {answer["processing_id"] for answer in answers} == {"upload-one"}
    assert len(chain.topics.ingested_messages) == 1
    assert list(chain.records.chunks) == list(before)
    for key, chunk in chain.records.chunks.items():
        assert chunk.samples.identity.tolist() == before[key].samples.identity.tolist()


def test_the_answer_to_a_reused_id_names_no_job_that_may_not_be_there() -> None:
    worker = people.generate("office-worker", last_day=date(2026, 6, 14))
    (_, first), (_, second), *_ = people.uploads(worker, batch=1000)
    chain = Chain()
    chain.upload("opens", first)
    chain.upload("joins", second)
    again = replace(chain.create("uploads", "joins", first), revision="another")
    error = ReusedIdError("expected an id that is new")

    chain.ingest.reject(again, error, Outgoing("dead_letter", b"", {"code": error.code}))

    answer = chain.records.uploads[again.origin.path]
    assert (answer["status"], answer["processing_id"]) == ("rejected", None)
