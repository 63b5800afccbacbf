"""A message that was sent a moment ago comes again, and nothing is read to see that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from clarity.domain.errors import NotSettledError
from clarity.sources.generated import people
from tests.chain import QUIET, Chain

if TYPE_CHECKING:
    from clarity.domain.events import JobMessage

_PERSON = people.generate("office-worker", last_day=date(2026, 6, 14))


class _Counted:
    """A port that says how often it was called."""

    def __init__(self, port: Any) -> None:
        self.port, self.calls = port, 0

    def __getattr__(self, name: str) -> Any:
        self.calls += 1
        return getattr(self.port, name)


def _sent(age: timedelta, collection: str = "uploads") -> tuple[Chain, JobMessage, _Counted]:
    chain = Chain()
    chain.send(_PERSON)
    if collection == "insight_requests":
        chain.request(priority="high")
    message = chain.topics.ingested_messages[-1]
    chain.clock.wait(QUIET.total_seconds())
    counted = _Counted(chain.records)
    chain.preprocess = replace(chain.preprocess, records=counted)
    return chain, replace(message, sent_at=chain.clock() - age), counted


def test_a_message_that_was_just_sent_is_put_off_without_a_read() -> None:
    chain, message, counted = _sent(QUIET / 2)

    with pytest.raises(NotSettledError):
        chain.preprocess(message)

    assert counted.calls == 0


@pytest.mark.parametrize(
    "age", [QUIET, timedelta(seconds=-1)], ids=["old enough", "sent by a clock that is ahead"]
)
def test_any_other_is_worked_on(age) -> None:
    chain, message, _ = _sent(age)

    chain.preprocess(message)

    assert chain.topics.analysed_messages


def test_who_asked_waits_for_nothing_but_their_uploads() -> None:
    chain, message, _ = _sent(timedelta(), "insight_requests")

    chain.preprocess(message)

    assert chain.topics.analysed_messages


def test_when_it_was_sent_is_no_part_of_what_a_message_says() -> None:
    _, message, _ = _sent(timedelta())

    assert replace(message, sent_at=datetime(2026, 1, 1, tzinfo=UTC)) == message
    assert "sent_at" not in message.body()
