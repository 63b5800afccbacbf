"""An audit chain shows what is done to it, whatever it records and however it expires."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from clarity.steps.audit import Entry, Finding, Head, check, digest, sealed

PLACE = "users/ada/audit"
START = datetime(2026, 6, 15, 9, tzinfo=UTC)


@dataclass
class Kept:
    """A chain as a database keeps it."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    head: Any = None
    written: Any = None  # when the head was, by the database's clock

    def add(self, entry: Entry) -> None:
        self.written = entry.fields["at"]
        head = Head(**self.head) if self.head else Head()
        record, end = sealed(PLACE, entry, head)
        self.records[entry.event_id] = record
        self.head = {"sequence": end.sequence, "hash": end.hash, "expires_at": end.expires_at}

    def found(self, now: datetime) -> list[Finding]:
        return check(PLACE, self.records.items(), self.head, now, self.written)

    def rehash(self, event_id: str) -> None:
        record = self.records[event_id]
        record["hash"] = digest(PLACE, event_id, record)


TEXTS = st.text(max_size=20)
VALUES = TEXTS | st.integers() | st.booleans() | st.none() | st.datetimes(timezones=st.just(UTC))
MORE = st.dictionaries(st.sampled_from(["by", "model", "subject", "count"]), VALUES, max_size=3)
# Clocks of workers differ, and records are kept for as long as they like.
EVENTS = st.tuples(st.integers(-5, 90), st.integers(1, 60), MORE)
CHAINS = st.lists(EVENTS, min_size=2, max_size=12)


def chain(events: list[tuple[int, int, dict[str, Any]]]) -> Kept:
    kept, at = Kept(), START
    for number, (hours, days, more) in enumerate(events):
        at += timedelta(hours=hours)
        fields = {**more, "action": "test", "at": at, "expires_at": at + timedelta(days=days)}
        kept.add(Entry(f"e{number}", fields))
    return kept


def names(findings: list[Finding], event_id: str, number: int) -> bool:
    """Whether somebody who reads them knows where to look: at the record, or right behind it."""
    near = {event_id, f"e{number + 1}"}
    last = any(each.kind in ("no head", "changed") and not each.record for each in findings)
    missing = any(each.kind == "missing" and f" {number + 1}" in each.why for each in findings)
    return last or missing or bool(near & {each.record for each in findings})


@given(CHAINS, st.data())
def test_nothing_is_wrong_with_a_chain_whatever_of_it_has_expired(events, data) -> None:
    kept = chain(events)
    now = START + timedelta(hours=data.draw(st.integers(0, 3000)))
    old = [each for each, record in kept.records.items() if record["expires_at"] <= now]
    gone = data.draw(st.sets(st.sampled_from(old))) if old else set()

    for event_id in gone:  # in no order, and some not yet
        del kept.records[event_id]

    assert kept.found(now) == []


@given(CHAINS, st.data())
def test_a_chain_that_has_expired_with_its_head_begins_anew(events, data) -> None:
    kept = chain(events)
    now = kept.head["expires_at"] + timedelta(hours=1)
    for event_id in data.draw(st.sets(st.sampled_from(list(kept.records)))):
        del kept.records[event_id]
    kept.head = None

    kept.add(Entry("new", {"action": "test", "at": now, "expires_at": now + timedelta(days=1)}))

    assert kept.found(now) == []


@given(CHAINS, st.data())
def test_a_field_that_was_changed_added_or_taken_away_is_found(events, data) -> None:
    kept = chain(events)
    number = data.draw(st.integers(0, len(events) - 1))
    record = kept.records[f"e{number}"]
    name = data.draw(st.sampled_from([*record, "more"]))
    value = data.draw(VALUES | st.floats() | st.binary() | st.lists(TEXTS) | st.just("(gone)"))
    before = dict(record)

    if value == "(gone)":
        record.pop(name, None)
    else:
        record[name] = value
    assume(repr(record) != repr(before))

    # A number or a hash that is none leaves a gap, too.
    assert names(kept.found(START), f"e{number}", number)
    assert f"e{number}" in {each.record for each in kept.found(START)}


@given(CHAINS, st.data())
def test_a_record_that_was_changed_and_hashed_anew_is_found(events, data) -> None:
    kept = chain(events)
    number = data.draw(st.integers(0, len(events) - 1))
    record = kept.records[f"e{number}"]
    record["action"] = "another"

    kept.rehash(f"e{number}")

    assert names(kept.found(START), f"e{number}", number)


@given(CHAINS, st.data())
def test_records_that_were_deleted_are_missing_by_their_numbers(events, data) -> None:
    kept = chain(events)
    first = data.draw(st.integers(0, len(events) - 1))
    last = data.draw(st.integers(first, len(events) - 1))

    for number in range(first, last + 1):
        del kept.records[f"e{number}"]

    (finding,) = kept.found(START)
    assert finding.kind == "missing"
    assert str(first + 1) in finding.why
    assert str(last + 1) in finding.why


@given(CHAINS, st.data())
def test_records_at_the_end_are_missing_however_soon_the_head_says_they_expire(
    events, data
) -> None:
    kept = chain(events)
    now = kept.written + timedelta(hours=data.draw(st.integers(1, 20 * 24)))
    rest = [each for each in kept.records.values() if each["expires_at"] > now]
    assume(len(rest) == len(events))
    first = data.draw(st.integers(0, len(events) - 1))
    for number in range(first, len(events)):
        del kept.records[f"e{number}"]

    kept.head["expires_at"] = now - timedelta(hours=data.draw(st.integers(0, 9000)))
    kept.written = now

    found = {each.kind: each.why for each in kept.found(now)}
    assert found.keys() == {"changed", "missing"}
    assert str(first + 1) in found["missing"]
    assert str(len(events)) in found["missing"]


@given(CHAINS, st.integers(0, 24 * 365))
def test_records_at_the_end_are_missing_where_the_head_expires_before_those_that_are_there(
    events, hours
) -> None:
    kept = chain(events)
    del kept.records[f"e{len(events) - 1}"]
    first = kept.records["e0"]

    kept.head["expires_at"] = first["expires_at"] - timedelta(hours=hours, seconds=1)
    kept.written = None  # not known

    assert {each.kind for each in kept.found(START)} == {"changed", "missing"}


@given(CHAINS, st.data())
def test_records_that_changed_places_are_found(events, data) -> None:
    kept = chain(events)
    one, other = data.draw(st.permutations(range(len(events))))[:2]
    records = kept.records

    records[f"e{one}"], records[f"e{other}"] = records[f"e{other}"], records[f"e{one}"]

    changed = {each.record for each in kept.found(START) if each.kind == "changed"}
    assert changed == {f"e{one}", f"e{other}"}


@given(CHAINS, st.data())
def test_a_record_that_was_put_in_is_found(events, data) -> None:
    kept = chain(events)
    number = data.draw(st.integers(0, len(events) - 1))
    forged = dict(kept.records[f"e{number}"])
    forged["action"] = "forged"
    if data.draw(st.booleans()):  # as the next one
        forged |= {"sequence": len(events) + 1, "previous": kept.head["hash"]}

    kept.records["forged"] = forged
    if data.draw(st.booleans()):
        kept.rehash("forged")

    assert {each.record for each in kept.found(START)} & {"forged", f"e{number}"}


@given(CHAINS, st.data())
def test_a_head_that_was_changed_or_taken_away_is_found(events, data) -> None:
    kept = chain(events)
    name = data.draw(st.sampled_from(["sequence", "hash", "expires_at", "(all)"]))
    value = data.draw(VALUES | st.integers(-1, 14))
    before = dict(kept.head)

    if name == "(all)":
        kept.head = None
    else:
        kept.head[name] = value
    assume(repr(kept.head) != repr(before))

    assert kept.found(START)


@given(CHAINS)
def test_another_s_chain_in_its_place_is_found(events) -> None:
    kept = chain(events)

    found = check("users/eve/audit", kept.records.items(), kept.head, START)

    assert {each.record for each in found} >= set(kept.records)
