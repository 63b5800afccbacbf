"""A round over everybody: an audit that is not whole is told of, and samples go as was chosen."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from clarity.steps.audit import Head, sealed, subject_of
from clarity.steps.upkeep import Ends, fits
from tests.audits import entry
from tests.chain import LEASE, RETENTION, Chain
from tests.memory_people import on_the_ledger
from tests.memory_sweep import LIMITS, MemorySweeps, swept

PAUSE_S = LIMITS.stuck.total_seconds() + 1
DAY = timedelta(days=1)


class Rounds:
    """A sweeper over people whose chains have records, at a day that is nobody's turn."""

    def __init__(self, people: int = 1, records: int = 5, **limits: Any) -> None:
        self.chain = Chain()
        self.store = self.chain.records
        self.store.people.clear()
        self.names = [f"p{number:02}" for number in range(people)]
        for name in self.names:
            self.store.people[name] = {}
            for number in range(records):
                self.add(name, number)
        while any(self.turn(name) for name in self.names[:1]):
            self.chain.clock.wait(DAY.total_seconds())
        self.sweeps = MemorySweeps(self.chain)
        self.sweep = swept(self.chain, sweeps=self.sweeps, limits=replace(LIMITS, **limits))

    def turn(self, name: str) -> bool:
        return int(subject_of(name)[:8], 16) % 30 == self.chain.clock().toordinal() % 30

    def add(self, name: str, number: int) -> None:
        self.store.audit(name, entry(f"e{number}", at=self.chain.clock()))

    def go(self) -> None:
        """Another round begins."""
        self.chain.clock.wait(PAUSE_S)
        self.sweep()


def said(caplog: Any, message: str) -> list[dict[str, Any]]:
    return [each.fields for each in caplog.records if each.getMessage() == message]


@pytest.fixture(autouse=True)
def _logged(caplog) -> None:
    caplog.set_level(logging.INFO)


def remove(rounds: Rounds, *numbers: int) -> None:
    for number in numbers:
        del rounds.store.audits["p00", f"e{number}"]


def behead(rounds: Rounds) -> None:
    del rounds.store.heads["p00"]


def set_back(rounds: Rounds) -> None:
    remove(rounds, 4)
    last: Any = rounds.store.audits["p00", "e3"]
    rounds.store.heads["p00"] = Head(last["sequence"], last["hash"], last["expires_at"])


def build_anew(rounds: Rounds) -> None:
    head = Head()
    for number in range(5):
        forged = entry(f"e{number}", at=rounds.chain.clock(), by="nobody")
        record, head = sealed("users/p00/audit", forged, head)
        rounds.store.audits["p00", f"e{number}"] = record
    rounds.store.heads["p00"] = head


HARM = {
    "the first removed": (lambda rounds: remove(rounds, 0), "missing"),
    "one between removed": (lambda rounds: remove(rounds, 2), "missing"),
    "the last removed": (lambda rounds: remove(rounds, 4), "missing"),
    "all removed": (lambda rounds: remove(rounds, *range(5)), "missing"),
    "the head removed": (behead, "no head"),
    "the last removed and the head set back": (set_back, "missing"),
    "the chain built anew": (build_anew, "replaced"),
}


@pytest.mark.parametrize(("harm", "kind"), HARM.values(), ids=HARM)
def test_what_was_done_to_a_chain_is_told_in_the_next_round(caplog, harm, kind) -> None:
    rounds = Rounds()
    rounds.go()
    assert said(caplog, "audit not whole") == []

    harm(rounds)
    rounds.go()

    (told,) = said(caplog, "audit not whole")
    assert told.pop("findings") >= 1
    assert told == {"kind": kind, "chain": "person", "user_id": "p00"}


def test_a_chain_that_is_gone_with_its_head_is_told_by_its_results(caplog) -> None:
    rounds = Rounds()
    expires_at = rounds.chain.clock() + DAY
    rounds.store.analyses["p00", "a1"] = {"expires_at": expires_at}
    remove(rounds, *range(5))
    behead(rounds)

    rounds.go()

    (told,) = said(caplog, "audit not whole")
    assert told["kind"] == "unrecorded"


def test_what_was_done_to_the_ledger_is_told_and_its_end_logged(caplog) -> None:
    rounds = Rounds(people=0)
    for number in range(3):
        on_the_ledger(rounds.chain, entry(f"l{number}", at=rounds.chain.clock()))
    rounds.go()
    (line,) = said(caplog, "ledger checked")
    assert line == {"records": 3, "findings": 0, "head": f"3:{rounds.store.heads['ledger'].hash}"}

    del rounds.store.audits["ledger", "l1"]
    rounds.go()

    assert said(caplog, "audit not whole") == [
        {"kind": "missing", "findings": 1, "chain": "ledger"}
    ]
    assert said(caplog, "ledger checked")[1]["findings"] == 1


def test_a_chain_that_grows_is_no_news(caplog) -> None:
    rounds = Rounds()

    for number in range(5, 9):
        rounds.go()
        rounds.add("p00", number)

    assert said(caplog, "audit not whole") == []
    assert rounds.sweeps.looks == {"whole None": 4, "ends p00": 4, "oldest p00": 4}


def test_a_record_that_was_changed_is_found_on_the_day_on_which_all_of_it_is_read(caplog) -> None:
    rounds = Rounds()
    changed: Any = rounds.store.audits["p00", "e2"]
    rounds.store.audits["p00", "e2"] = {**changed, "by": "nobody"}
    rounds.go()
    assert said(caplog, "audit not whole") == []

    while not rounds.turn("p00"):
        rounds.chain.clock.wait(DAY.total_seconds())
    for _ in range(3):
        rounds.go()

    (told,) = said(caplog, "audit not whole")
    assert told["kind"] == "changed"
    assert rounds.sweeps.looks["whole p00"] == 1
    head = f"5:{rounds.store.heads['p00'].hash}"
    assert said(caplog, "chain checked") == [{"user_id": "p00", "records": 5, "head": head}]


def test_a_tick_looks_at_so_many_people_and_the_next_goes_on(caplog) -> None:
    rounds = Rounds(people=25, documents=10)
    rounds.chain.clock.wait(PAUSE_S)

    for _ in range(4):
        rounds.sweep()

    assert {rounds.sweeps.looks[f"ends {name}"] for name in rounds.names} == {1}
    assert [each["chains"] for each in said(caplog, "audit checked")] == [10, 10, 5]
    assert rounds.sweeps.looks["whole None"] == 1


NOW = Chain().clock()
LATER, BEFORE = NOW + DAY, NOW - DAY


def record(number: int, **changed: Any) -> dict[str, Any]:
    fields = {"sequence": number, "hash": f"h{number}", "expires_at": LATER}
    return fields | {"before_expires_at": None if number == 1 else LATER} | changed


@pytest.mark.parametrize(
    ("count", "oldest", "last"),
    [
        (0, [], record(3)),
        (3, [], record(3)),
        (3, [record(1)], None),
        (3, [record(1)], record(3, hash="another")),
        (2, [record(1)], record(3)),
        (4, [record(1)], record(3)),
        (2, [record(2)], record(3)),  # the first is gone, and it has not expired
        (2, [record(2, before_expires_at="never")], record(3)),
        (2, [{"sequence": 2}], record(3)),
        (3, [{"sequence": "1"}], record(3)),
    ],
)
def test_ends_that_do_not_fit_are_no_whole_chain(count, oldest, last) -> None:
    head = {"sequence": 3, "hash": "h3"}
    whole = Ends(3, {1: record(1), 3: record(3)})

    assert fits(whole, [record(1)], head, None, NOW)
    assert fits(whole, [record(1)], head, (1, "h1"), NOW)
    assert not fits(whole, [record(1)], head, (1, "another"), NOW)
    assert not fits(whole, [record(1)], head, (2, "h2"), NOW)
    assert not fits(Ends(count, {3: last} if last else {}), oldest, head, None, NOW)


@pytest.mark.parametrize(
    ("oldest", "count", "whole"),
    [
        ([record(1), record(2)], 5, True),
        ([record(3, before_expires_at=BEFORE)], 3, True),
        ([record(2, before_expires_at=BEFORE, expires_at=BEFORE)], 4, True),
        ([record(1, expires_at=BEFORE), record(3, before_expires_at=BEFORE)], 4, True),  # 2 expired
        ([record(1, expires_at=BEFORE), record(3)], 4, False),  # 2 has not
        ([record(1, expires_at=BEFORE), record(3, before_expires_at=BEFORE)], 3, False),
        ([record(1, expires_at=BEFORE)], 1, False),
        ([record(3)], 3, False),
        ([record(1)], 4, False),
    ],
)
def test_of_what_has_expired_some_may_be_gone_already(oldest, count, whole) -> None:
    ends = Ends(count, {5: record(5)})

    assert fits(ends, oldest, {"sequence": 5, "hash": "h5"}, None, NOW) is whole


def test_a_chain_that_expires_in_no_order_is_not_read_whole(caplog) -> None:
    rounds = Rounds(records=0)
    for number in range(40):
        rounds.add("p00", number)
        rounds.chain.clock.wait(10 * DAY.total_seconds())
    while rounds.turn("p00"):
        rounds.chain.clock.wait(DAY.total_seconds())
    mine: list[Any] = [each for (user, _), each in rounds.store.audits.items() if user == "p00"]
    expired = sum(each["expires_at"] <= rounds.chain.clock() for each in mine)
    assert 2 < expired < 20

    remove(rounds, *range(0, expired, 2))
    rounds.go()

    assert said(caplog, "audit not whole") == []
    assert rounds.sweeps.looks["oldest p00"] == 2
    assert rounds.sweeps.looks["whole p00"] == 0
    remove(rounds, expired)
    rounds.go()
    assert [each["kind"] for each in said(caplog, "audit not whole")] == ["missing"]


def kept(rounds: Rounds, name: str, days_ago: list[int]) -> None:
    """Chunks that were stored so many days ago, to be kept as long as everybody's."""
    for number, days in enumerate(days_ago):
        stored = rounds.chain.clock() - days * DAY
        rounds.sweeps.chunks[f"users/{name}/days/d/chunks/{number:04}"] = stored, stored + RETENTION


def lasting(rounds: Rounds, name: str) -> set[timedelta]:
    """How long each of their chunks is kept."""
    mine = [
        each for path, each in rounds.sweeps.chunks.items() if path.startswith(f"users/{name}/")
    ]
    return {expires - stored for stored, expires in mine}


def test_a_shorter_time_that_is_chosen_later_reaches_what_is_there(caplog) -> None:
    rounds = Rounds(people=2)
    for name in rounds.names:
        kept(rounds, name, list(range(20)) * 40)
    rounds.store.people["p00"] = {"retention_days": 28}
    assert timedelta(days=28) < RETENTION

    rounds.go()
    rounds.go()

    assert lasting(rounds, "p00") == {timedelta(days=28)}
    assert lasting(rounds, "p01") == {RETENTION}
    assert said(caplog, "retention shortened") == [{"user_id": "p00", "chunks": 800}]


def test_nothing_is_kept_longer_because_of_a_later_choice() -> None:
    rounds = Rounds()
    kept(rounds, "p00", [3])
    rounds.store.people["p00"] = {"retention_days": 28}
    rounds.go()
    rounds.store.people["p00"] = {"retention_days": 29}
    rounds.sweeps.written["p00"] = rounds.chain.clock()

    rounds.go()
    rounds.store.people["p00"] = {}
    rounds.sweeps.written["p00"] = rounds.chain.clock()
    rounds.go()

    assert lasting(rounds, "p00") == {timedelta(days=28)}


def test_each_choice_is_carried_out_once_and_not_before_work_under_the_last_one_has_ended() -> None:
    rounds = Rounds()
    rounds.store.people["p00"] = {"retention_days": 28}
    rounds.sweeps.written["p00"] = rounds.chain.clock() + timedelta(seconds=PAUSE_S)
    kept(rounds, "p00", [3])

    rounds.go()
    assert lasting(rounds, "p00") == {RETENTION}
    rounds.go()
    assert lasting(rounds, "p00") == {timedelta(days=28)}

    kept(rounds, "p00", [3])  # as if somebody had stored them under the old choice
    rounds.go()
    assert lasting(rounds, "p00") == {RETENTION}
    rounds.store.people["p00"] = {"retention_days": 28, "language": "de"}
    rounds.sweeps.written["p00"] = rounds.chain.clock()
    rounds.go()
    assert lasting(rounds, "p00") == {timedelta(days=28)}


@pytest.mark.parametrize("wish", [27, 10_000, "28", None, float("nan")], ids=str)
def test_a_wish_that_cannot_be_used_changes_nothing(wish) -> None:
    rounds = Rounds()
    kept(rounds, "p00", [3])
    rounds.store.people["p00"] = {"retention_days": wish}

    rounds.go()

    assert lasting(rounds, "p00") == {RETENTION}


def test_much_that_is_there_is_shortened_in_several_rounds(caplog) -> None:
    rounds = Rounds()
    kept(rounds, "p00", [3] * 1000)
    rounds.store.people["p00"] = {"retention_days": 28}
    rounds.sweeps.page_s = LEASE.total_seconds() / 2

    rounds.go()
    assert lasting(rounds, "p00") == {timedelta(days=28), RETENTION}
    rounds.go()

    assert lasting(rounds, "p00") == {timedelta(days=28)}
    assert sum(each["chunks"] for each in said(caplog, "retention shortened")) == 1000
