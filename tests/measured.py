"""A person's measured weeks, and jobs on them: what the insights step starts from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from clarity.domain.analysis import analyse, best_week, recent_days
from clarity.domain.events import JobMessage
from clarity.domain.intake.samples import Samples, parse_upload
from clarity.domain.job import AUTOMATIC, Origin
from clarity.domain.metrics.history import history_of
from clarity.domain.minutes.quality import assess
from clarity.sources.generated import people
from tests.creating import create

if TYPE_CHECKING:
    from clarity.steps.ports import Records
    from tests.chain import Chain

LAST_DAY = date(2026, 6, 14)
ANALYSIS, HISTORY = "analysis-1", "history-1"


@cache
def weeks(name: str = "office-worker") -> tuple[dict[str, Any], dict[str, Any]]:
    """The analysis of a generated person's newest week, and the history of five."""
    person = people.generate(name, days=35, last_day=LAST_DAY)
    received_at = datetime(2026, 6, 15, tzinfo=UTC)
    samples = Samples.concat(
        [
            parse_upload(document, received_at=received_at).samples
            for _, document in people.uploads(person, batch=5000)
        ]
    )
    week, span = best_week(samples), recent_days(samples, 35)
    until = (week.first_day - span.first_day).days + week.days
    analysis = analyse(week, assess(week)).to_document() | {"embedding": [0.0] * 96}
    return analysis, history_of(span.window(0, until)).to_document()


def measure(records: Records, user_id: str = "ada", name: str = "office-worker") -> None:
    """Store the person's analysis and history, as preprocess does."""
    analysis, history = weeks(name)
    create(records, user_id, f"analyses/{ANALYSIS}", analysis, f"predict-{ANALYSIS}")
    records.add_history(user_id, HISTORY, history | {"data_timeframe": "1week"})


def ask(
    records: Records, now: datetime, request_id: str = "r1", user_id: str = "ada", **wish: Any
) -> JobMessage:
    """Open a job as ingest does; the message is preprocess's, after `measure`."""
    wanted = replace(AUTOMATIC, priority="normal", **wish)
    origin = Origin(user_id, "insight_requests", request_id)
    records.open_job(origin, wanted, now, now + timedelta(days=30))
    return JobMessage(origin, wanted.priority, ANALYSIS, HISTORY)


def tell(chain: Chain, request_id: str = "r1", **wish: Any) -> dict[str, Any]:
    """One request's job, when it has ended."""
    message = ask(chain.records, chain.clock(), request_id, **wish)
    chain.insights(message)
    return chain.job(message.origin)


def insight(chain: Chain, job: dict[str, Any]) -> dict[str, Any]:
    """The insight that the job names."""
    found: dict[str, Any] = chain.records.insights["ada", job["insight_id"]]
    return found
