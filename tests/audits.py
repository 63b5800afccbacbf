"""Audit records for tests that are about something else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from clarity.steps.audit import Entry

# What a chain adds to each record.
CHAINED = frozenset({"sequence", "previous", "before_expires_at", "hash"})


def entry(event_id: str, *, at: datetime | None = None, **fields: object) -> Entry:
    """A record of something, kept for a year."""
    now = at or datetime.now(UTC)
    record = {"action": "test", "at": now, "expires_at": now + timedelta(days=365), **fields}
    return Entry(event_id, record)
