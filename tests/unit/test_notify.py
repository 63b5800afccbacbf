"""notify over ports in memory: who is told, what, how often, and that a failure costs nothing."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from clarity.domain.errors import InProgressError, RefusedError, UnavailableError
from clarity.domain.person import Person
from clarity.steps.insight import READY
from clarity.steps.once import claim_key
from clarity.steps.ports import Done
from tests.chain import LEASE, Chain
from tests.measured import ask, measure, tell


@pytest.fixture
def chain() -> Chain:
    made = Chain()
    measure(made.records)
    made.settings(push=True)
    made.devices.tokens["ada", "phone"] = "token-1"
    made.devices.tokens["ada", "watch"] = "token-2"
    return made


def results(chain: Chain) -> dict[str, str]:
    """What became of each device's notice."""
    return {
        str(record["device_id"]): str(record["result"])
        for record in chain.records.audits.values()
        if record["action"] == "notify"
    }


def test_each_device_is_told_that_there_is_something_and_nothing_of_it_policy_13(chain) -> None:
    job = tell(chain)

    assert [token for token, _ in chain.push.handed_over] == ["token-1", "token-2"]
    notice = chain.push.handed_over[0][1]
    assert notice.data == {"insight_id": job["insight_id"], "processing_id": "request-r1"}
    told = chain.records.insights["ada", job["insight_id"]]
    values = {fact["text"] for fact in told["facts"]} | {fact["label"] for fact in told["facts"]}
    assert not any(value in notice.title + notice.body for value in values)
    assert results(chain) == {"phone": "handed_over", "watch": "handed_over"}


@pytest.mark.parametrize("language", ["en", "de", "es"])
@pytest.mark.parametrize("level", ["plain", "detailed"])
def test_the_words_are_the_person_s_and_hold_no_number(chain, language, level) -> None:
    chain.settings(language=language, reading_level=level)

    tell(chain)

    notice = chain.push.handed_over[0][1]
    assert notice.title
    assert notice.body
    assert not any(each.isdigit() for each in notice.title + notice.body)


def test_each_language_has_its_own_words(chain) -> None:
    said = set()
    for number, language in enumerate(("en", "de", "es")):
        chain.settings(language=language)
        tell(chain, f"r{number}")
        said.add(chain.push.handed_over[-1][1].body)

    assert len(said) == 3


@pytest.mark.parametrize("push", [False, None, "yes", 1])
def test_nobody_is_told_who_did_not_ask_for_it(chain, push) -> None:
    chain.settings(push=push)

    tell(chain)

    assert chain.push.calls == 0


def test_without_a_device_there_is_nobody_to_tell(chain) -> None:
    chain.devices.tokens.clear()

    assert tell(chain)["status"] == "completed"
    assert chain.push.calls == 0


def test_another_person_s_devices_are_not_told(chain) -> None:
    chain.devices.tokens["bob", "phone"] = "token-3"

    tell(chain)

    assert "token-3" not in {token for token, _ in chain.push.handed_over}


def test_two_devices_with_one_token_ring_once(chain) -> None:
    chain.devices.tokens["ada", "watch"] = "token-1"

    tell(chain)

    assert chain.push.calls == 1


def test_an_insight_that_was_there_already_is_not_announced_again(chain) -> None:
    tell(chain, "r1")
    chain.devices.tokens["ada", "tablet"] = "token-3"

    assert tell(chain, "r2")["unchanged"]

    assert chain.push.calls == 2


def test_a_token_that_nobody_has_is_deleted_and_the_next_one_is_told(chain) -> None:
    chain.push.unknown = {"token-1"}

    tell(chain)

    assert chain.devices.tokens == {("ada", "watch"): "token-2"}
    assert results(chain) == {"phone": "unknown_token", "watch": "handed_over"}


def test_a_token_that_is_new_by_then_stays(chain) -> None:
    class Renewed(type(chain.push)):  # type: ignore[misc]  # the fake's own class
        def send(self, push_token, notice):
            chain.devices.tokens["ada", "phone"] = "token-new"
            return super().send(push_token, notice)

    push = Renewed(unknown={"token-1"})
    object.__setattr__(chain.insights.notify, "push", push)

    tell(chain)

    assert chain.devices.tokens["ada", "phone"] == "token-new"


@pytest.mark.parametrize(
    ("error", "calls", "code"),
    [(UnavailableError("503"), 1, "unavailable"), (RefusedError("403"), 2, "refused")],
    ids=["down: the others are not tried", "refused: the others are"],
)
def test_a_failure_changes_neither_the_job_nor_the_insight(chain, error, calls, code) -> None:
    chain.push.error = error

    job = tell(chain)

    assert (job["status"], job["message"]) == ("completed", READY)
    assert chain.push.calls == calls
    assert set(results(chain).values()) == {code}
    assert chain.claims.held[claim_key("insights", "users/ada/insight_requests/r1")]["result"]


def test_the_job_has_ended_before_anybody_is_told(chain) -> None:
    seen = []

    class Watching(type(chain.push)):  # type: ignore[misc]  # the fake's own class
        def send(self, push_token, notice):
            seen.append(chain.records.jobs["ada", "request-r1"]["status"])
            return super().send(push_token, notice)

    object.__setattr__(chain.insights.notify, "push", Watching())

    tell(chain)

    assert seen == ["completed", "completed"]


def test_what_another_worker_has_told_is_left_alone_and_what_it_is_at_is_seen_to_again(
    chain,
) -> None:
    message = ask(chain.records, chain.clock())
    person = Person(push=True)
    keys = [claim_key("notify", f"ada/i1/{device}") for device in ("phone", "watch")]
    chain.claims.claim(keys[0], user_id="ada", lease=LEASE)
    chain.claims.complete(chain.claims.claim(keys[1], user_id="ada", lease=LEASE), Done(""))

    with pytest.raises(InProgressError):
        chain.insights.notify(message, "i1", person)
    assert chain.push.calls == 0

    # Its lease has run out without a word: it never came to tell the phone.
    chain.clock.wait(LEASE.total_seconds() + 1)
    chain.insights.notify(message, "i1", person)
    assert [token for token, _ in chain.push.handed_over] == ["token-1"]


def test_a_lease_that_is_lost_on_the_way_leaves_the_telling_to_the_other(chain) -> None:
    claims, other = chain.claims, itertools.count()

    class Slow(type(claims)):  # type: ignore[misc]  # the fake's own class
        def claim(self, key, *, user_id, lease, toll=None, move=None):
            found = super().claim(key, user_id=user_id, lease=lease)
            chain.clock.wait(lease.total_seconds() + 1)
            next(other)
            super().claim(key, user_id=user_id, lease=lease)
            return found

    object.__setattr__(chain.insights.notify, "claims", Slow(chain.clock, chain.records))

    with pytest.raises(InProgressError):
        chain.insights.notify(ask(chain.records, chain.clock()), "i1", Person(push=True))

    assert next(other) == 1
    assert chain.push.calls == 0


def test_a_store_that_fails_between_claim_and_result_costs_nobody_the_notice(chain) -> None:
    message, claims, failures = ask(chain.records, chain.clock()), chain.claims, [True]

    class Failing(type(claims)):  # type: ignore[misc]  # the fake's own class
        def complete(self, claim, done):
            if failures:
                failures.pop()
                raise UnavailableError("Firestore: 503")
            return super().complete(claim, done)

        def release(self, claim):
            raise UnavailableError("Firestore: 503")

    object.__setattr__(chain.insights.notify, "claims", Failing(chain.clock, chain.records))
    with pytest.raises(UnavailableError):
        chain.insights.notify(message, "i1", Person(push=True))

    # The next delivery comes before the lease of the first has ended, the one after it later.
    with pytest.raises(InProgressError):
        chain.insights.notify(message, "i1", Person(push=True))
    chain.clock.wait(LEASE.total_seconds() + 1)
    chain.insights.notify(message, "i1", Person(push=True))

    assert [token for token, _ in chain.push.handed_over] == ["token-1", "token-2"]


def test_each_notice_leaves_a_record_without_words_or_token_that_expires(chain) -> None:
    tell(chain)

    records = [each for each in chain.records.audits.values() if each["action"] == "notify"]
    assert len(records) == 2
    for record in records:
        assert "token" not in str(record)
        assert record["expires_at"] - record["at"] >= timedelta(days=1)
