"""Everybody as a sweeper's round comes by, over the ports in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from clarity.steps.audit import Head, check, expected, sealed, unrecorded
from clarity.steps.leftovers import Page
from clarity.steps.upkeep import Checked, Ends, Somebody

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from clarity.steps.audit import Entry
    from clarity.steps.upkeep import Noted
    from tests.chain import Chain

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def on_the_ledger(chain: Chain, entry: Entry) -> None:
    """As on a person's chain, whose name would be "ledger"."""
    records = chain.records
    record, head = sealed("ledger", entry, records.heads.get("ledger", Head()))
    records.audits["ledger", entry.event_id], records.heads["ledger"] = record, head


@dataclass
class MemoryPeople:
    chain: Chain
    written: dict[str, datetime] = field(default_factory=dict)
    chunks: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)  # stored, expires
    page_s: float = 0.0  # how long a page of chunks takes
    looks: Counter[str] = field(default_factory=Counter)  # ends of whose chain, or all of it

    def people(self, after: str, most: int) -> Page[Somebody]:
        everybody = self.chain.records.people
        paths = sorted(path for each in everybody if (path := f"users/{each}") > after)[:most]
        found = [(path, self._somebody(path.removeprefix("users/"))) for path in paths]
        return Page(found, len(paths), paths[-1] if len(paths) == most else "")

    def ends(self, user_id: str, last: int, noted: int | None) -> Ends:
        self.looks[f"ends {user_id}"] += 1
        records = {each["sequence"]: each for each in self._records(user_id).values()}
        asked = records.keys() & {last, noted}
        return Ends(len(records), {number: records[number] for number in asked})

    def oldest(self, user_id: str, most: int) -> Sequence[Mapping[str, Any]]:
        self.looks[f"oldest {user_id}"] += 1
        records = self._records(user_id).values()
        return sorted(records, key=lambda each: each["sequence"])[:most]

    def audited(self, user_id: str | None, noted: Noted | None) -> Checked:
        self.looks[f"whole {user_id}"] += 1
        place, whose = (
            ("ledger", "ledger") if user_id is None else (f"users/{user_id}/audit", user_id)
        )
        records, now = self._records(whose), self.chain.clock()
        head = self._head(whose)
        findings = [
            *check(place, records.items(), head, now),
            *unrecorded(self._results(whose), records, now),
            *(expected(noted, records.items()) if noted else ()),
        ]
        end = f"{head['sequence']}:{head['hash']}" if head else ""
        return Checked(place, len(records), end, tuple(dict.fromkeys(findings)))

    def shorten(self, user_id: str, kept: timedelta, after: str, most: int) -> tuple[int, str]:
        self.chain.clock.wait(self.page_s)
        mine = sorted(p for p in self.chunks if p.startswith(f"users/{user_id}/") and p > after)
        sooner = 0
        for path in mine[:most]:
            stored, expires = self.chunks[path]
            self.chunks[path] = stored, min(expires, stored + kept)
            sooner += stored + kept < expires
        return sooner, mine[most - 1] if len(mine) > most else ""

    def _somebody(self, user_id: str) -> Somebody:
        settings = self.chain.records.people[user_id]
        written_at = self.written.get(user_id, _LONG_AGO)
        return Somebody(user_id, settings, written_at, self._head(user_id))

    def _head(self, whose: str) -> dict[str, Any] | None:
        head = self.chain.records.heads.get(whose)
        return asdict(head) if head else None

    def _records(self, whose: str) -> dict[str, Any]:
        return {
            name: each for (user, name), each in self.chain.records.audits.items() if user == whose
        }

    def _results(self, whose: str) -> list[Any]:
        records = self.chain.records
        return [
            ("analyses", name, fields)
            for (user, name), fields in records.analyses.items()
            if user == whose
        ]
