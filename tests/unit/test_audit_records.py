"""What is recorded of a person's life with the app: each thing once, in a chain, and no value."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from clarity.sources.generated import people
from clarity.steps.audit import (
    LEDGER_KEPT,
    LONGEST,
    RECORDED,
    Entry,
    by_operator,
    check,
    subject_of,
    unrecorded,
)
from tests.chain import Chain
from tests.model import Model

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
TIMES = {"at": NOW, "expires_at": NOW + timedelta(days=1)}


@pytest.fixture(scope="module", params=["language model", "template"])
def chain(request) -> Chain:
    """A week, an insight that is told to two devices, and an explanation."""
    made = Chain(narrator=Model() if request.param == "language model" else None)
    made.settings(push=True)
    made.devices.tokens["ada", "phone"] = "token-1"
    made.devices.tokens["ada", "watch"] = "token-2"
    made.send(people.generate("office-worker", last_day=date(2026, 6, 14)))
    made.request(explanation=True)
    for _ in range(2):
        made.run()
    return made


def test_each_thing_that_is_done_leaves_its_records(chain) -> None:
    actions = Counter(record["action"] for record in chain.records.audits.values())
    told = len(chain.records.insights)

    assert told >= 1
    assert actions.pop("predict") == len(chain.records.analyses) == 1
    assert actions.pop("explain") == len(chain.records.explanations) == 1
    assert actions.pop("tell") == told
    assert actions.pop("notify") == 2 * told
    assert actions.pop("generate", 0) == (len(chain.narrator.tasks) if chain.narrator else 0)
    assert not actions


def test_the_records_are_a_chain_that_covers_every_result(chain) -> None:
    records = {name: record for (_, name), record in chain.records.audits.items()}
    end = chain.records.heads["ada"]
    head = {"sequence": end.sequence, "hash": end.hash, "expires_at": end.expires_at}
    results: list[Any] = [
        (collection, document_id, fields)
        for collection in RECORDED
        for (_, document_id), fields in getattr(chain.records, collection).items()
    ]

    assert check("users/ada/audit", records.items(), head, chain.clock()) == []
    assert unrecorded(results, records, chain.clock()) == []
    assert (
        unrecorded([("insights", "i9", {"expires_at": NOW})], {}, NOW) == []
    )  # expired, as its record
    assert unrecorded([("insights", "i9", TIMES)], {}, NOW)


def test_no_record_names_the_person_or_holds_a_measured_value(chain) -> None:
    for record in chain.records.audits.values():
        kinds = {type(value) for value in record.values()}
        assert kinds <= {str, int, datetime, type(None)}
        assert "ada" not in {str(value) for value in record.values()}


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "predict", "value": 61.5},
        {"action": "predict", "values": [61]},
        {"action": "predict", "values": {"bpm": 61}},
        {"action": "predict", "words": "x" * (LONGEST + 1)},
        {"action": "predict", "raw": b"61"},
        {"action": "predict", "seen": datetime(2026, 6, 15, 9)},  # noqa: DTZ001  that is the case
        {"action": "predict", "hash": "0" * 64},
        {"action": "predict", "sequence": 1},
        {"action": None},
        {"action": "predict", "at": "2026-06-15"},
        {"action": "predict", "expires_at": None},
        {},
    ],
    ids=lambda fields: next(reversed(fields), "nothing"),
)
def test_what_no_record_may_hold_is_refused(fields) -> None:
    with pytest.raises(ValueError, match="expected a"):
        Entry("e1", {**TIMES, **fields})


def test_what_an_operator_does_is_recorded_each_time_without_the_person_s_id() -> None:
    entries = [by_operator("read_review", "grace", NOW, "ada", count=2) for _ in range(2)]

    assert len({each.event_id for each in entries}) == 2
    assert entries[0].fields == {
        "action": "read_review",
        "by": "grace",
        "subject": subject_of("ada"),
        "count": 2,
        "at": NOW,
        "expires_at": NOW + LEDGER_KEPT,
    }
