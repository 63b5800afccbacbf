"""How long what devices recorded is kept, as the person says, and what was made of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clarity.domain.person import Person
from clarity.sources.generated import people
from tests.chain import RETENTION, Chain
from tests.measured import insight, measure, tell
from tests.model import Model

NOW = datetime(2026, 6, 15, tzinfo=UTC)
UPLOAD = {
    "time_zone": "UTC",
    "samples": [
        {
            "sample_type": "stepCount",
            "value": 42,
            "unit": "count",
            "start_date": "2026-06-14T10:00:00Z",
            "end_date": "2026-06-14T10:05:00Z",
        }
    ],
}


@pytest.fixture
def chain() -> Chain:
    return Chain()


@pytest.fixture
def told() -> Chain:
    """Somebody with a measured week."""
    made = Chain(narrator=Model())
    measure(made.records)
    return made


@pytest.mark.parametrize(
    ("days", "kept"),
    [
        (None, None),
        (28, 28),
        (29.0, 29),
        (30, 30),
        (27, None),
        (31, None),  # more than everybody's
        (28.5, None),
        (True, None),
        ("28", None),
        (-28, None),
        (10**400, None),
        (float("nan"), None),
        (float("inf"), None),
        ([28], None),
    ],
    ids=lambda value: str(value)[:5],
)
def test_what_devices_recorded_is_kept_for_as_many_days_as_the_person_says(
    chain, days, kept
) -> None:
    chain.settings(**people.CONSENT, retention_days=days)

    chain.upload("u1", UPLOAD)

    lasting = RETENTION if kept is None else timedelta(days=kept)
    assert set(chain.records.expiries.values()) == {chain.clock() + lasting}
    # Or what was stored before the person chose would be kept, and not found.
    assert set(chain.records.day_expiries.values()) == {chain.clock() + RETENTION}
    person = Person.parse(chain.records.people["ada"], NOW.date(), RETENTION)
    named = () if kept or days is None else ("retention_days",)
    assert (person.retention, person.ignored) == (kept and lasting, named)


def test_results_are_kept_as_everybody_s_and_name_a_retention_that_cannot_be_used(told) -> None:
    told.settings(retention_days=28)
    first = insight(told, tell(told, "r1"))
    told.settings(retention_days=400, consent={"analysis": True, "ads": True})

    second = insight(told, tell(told, "r2"))

    assert first["expires_at"] - first["generated_at"] == RETENTION
    assert first["ignored_settings"] == []
    assert set(second["ignored_settings"]) == {"consent", "retention_days"}
