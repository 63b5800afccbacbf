"""A bug poisons jobs at every step; once it is mended, a replay brings each to completion."""

from __future__ import annotations

import json
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from click.testing import CliRunner, Result

from clarity.cli import main
from clarity.sources.generated import people
from infra.local.__main__ import MANIFEST
from infra.local.phone import Phone
from infra.local.supervisor import Supervisor, commands
from infra.local.topology import HOST, PROJECT, Ports
from tests.cloud import REPOSITORY, Cloud, environment, until
from tests.e2e.faulty import CALLS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from google.cloud.firestore import Client

GOOD = ("good-1", "good-2")
POISONED = tuple((step, f"{step}-{number}") for step in CALLS for number in (1, 2))
EVERYBODY = (*GOOD, *(name for _, name in POISONED))
# A step that fails is tried at 0, .25, .75, 1.75 and 3.75 s; then it is given up.
MAX_AGE_S, TIMEOUT_S = "3.5", 60.0


@dataclass(frozen=True)
class Chain:
    """The real processes, with a bug for those whom the switch names."""

    cloud: Cloud
    client: Client
    switch: Path

    def clarity(self, *words: str) -> Result:
        with environment(self.cloud.variables):
            return CliRunner().invoke(main, ["dead-letters", *words, "--project", PROJECT])

    def letters(self, *words: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.clarity("list", "--json", *words).stdout)
        return found

    def quiet(self) -> bool:
        """Whether nothing is on its way."""
        url = f"http://{HOST}:{self.cloud.ports.http}/_local/backlog"
        backlog = httpx.get(url, trust_env=False).json()
        return not any(each["unacked"] for each in backlog.values())

    def statuses(self) -> dict[str, str]:
        jobs = self.client.collection_group("jobs").stream()
        return {each.reference.parent.parent.id: each.get("status") for each in jobs}

    def everything(self) -> dict[str, Any]:
        """All documents by their paths."""
        roots = list(self.client.collections())
        found = (each for root in roots for each in root.recursive().stream())
        # Who looked is noted each time, whatever they find.
        everything = {each.reference.path: each.to_dict() for each in found}
        return {path: each for path, each in everything.items() if not path.startswith("ledger")}


@contextmanager
def running(folder: Path, switch: Path) -> Iterator[Chain]:
    state = folder / "state"
    state.mkdir()
    ports, model_id = Ports.allocate(state), json.loads(MANIFEST.read_text())["model_id"]
    changed = {
        "MAX_EVENT_AGE_SECONDS": MAX_AGE_S,
        "LEASE_SECONDS": "3",
        "GEMINI_PATIENCE_SECONDS": "1",
        # Each person has one upload: nothing is waited for.
        "QUIET_SECONDS": "0",
        "PATIENCE_SECONDS": "0.2",
    }
    processes = [
        replace(
            each,
            module="tests.e2e.faulty",
            arguments=(str(switch), *each.arguments),
            environment={**each.environment, **changed},
        )
        if each.name in CALLS
        else each
        for each in commands(state, ports, {}, model_id, {})
        if each.name in (*CALLS, "cloud", "pat")
    ]
    with Supervisor(REPOSITORY, state, processes):
        cloud = Cloud(state, ports)
        yield Chain(cloud, cloud.firestore(), switch)


@cache
def week() -> dict[str, Any]:
    """A week that fits into one upload: steps, and a part of the heart rates."""
    person = people.generate("office-worker", last_day=people.last_full_day("office-worker", NOW))
    ((_, document),) = people.uploads(person, batch=100_000)
    rates = [each for each in document["samples"] if each["sample_type"] == "heartRate"]
    steps = [each for each in document["samples"] if each["sample_type"] == "stepCount"]
    return {**document, "samples": [*steps, *rates[::4]]}


NOW = datetime.now(UTC)


def poisoned(chain: Chain) -> None:
    """Have everybody write their week while the bug is there, until all have what comes of it."""
    chain.switch.write_text("".join(f"{step} {name}\n" for step, name in POISONED))
    for name in EVERYBODY:
        phone = Phone(chain.client, name)
        phone.settings(**people.CONSENT)
        phone.create("week", week())
    ends = dict.fromkeys(GOOD, "completed") | {name: "failed" for _, name in POISONED}
    until(lambda: chain.statuses() == ends, TIMEOUT_S, "the end of all jobs")


@dataclass(frozen=True)
class Outcome:
    """What an operator was told, and all documents before and after."""

    listed: list[dict[str, Any]]
    table: str
    would: Result
    did: Result
    again: Result
    left: list[dict[str, Any]]
    replayed: list[dict[str, Any]]
    poisoned: dict[str, Any]
    after_dry_run: dict[str, Any]
    completed: dict[str, Any]
    after_again: dict[str, Any]


def operated(chain: Chain) -> Outcome:
    poisoned(chain)
    listed = chain.letters()
    table = chain.clarity("list", "--step", "insights").stdout
    chain.switch.write_text("")  # the bug is mended
    before = chain.everything()
    would = chain.clarity("replay", "--dry-run")
    after_dry_run = chain.everything()
    did = chain.clarity("replay", "--yes", "--by", "eve")
    ends = dict.fromkeys(EVERYBODY, "completed")
    until(lambda: chain.statuses() == ends, TIMEOUT_S, "the completion of all jobs")
    until(chain.quiet, TIMEOUT_S, "the end of all deliveries")
    completed = chain.everything()
    again = chain.clarity("replay", "--yes", "--by", "eve")
    return Outcome(
        listed=listed,
        table=table,
        would=would,
        did=did,
        again=again,
        left=chain.letters(),
        replayed=chain.letters("--state", "replayed"),
        poisoned=before,
        after_dry_run=after_dry_run,
        completed=completed,
        after_again=chain.everything(),
    )


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("replay")
    with running(folder, folder / "switch") as chain:
        return operated(chain)


def test_exactly_the_poisoned_are_listed_with_reason_step_attempts_and_times(outcome) -> None:
    assert {(each["step"], each["user_id"]) for each in outcome.listed} == set(POISONED)
    assert len(outcome.listed) == len(POISONED)
    for each in outcome.listed:
        assert (each["code"], each["letters"], each["state"]) == ("exhausted", 1, "waiting")
        assert each["reason"] == "given up after 3.5 s, the last time: ZeroDivisionError"
        assert each["attempts"] >= 2
        first, last = (datetime.fromisoformat(each[name]) for name in ("first_at", "last_at"))
        assert NOW < first < last
        assert each["processing_id"] == "upload-week"
    assert set(re.findall(r"(?:insights|preprocess|ingest)-\d", outcome.table)) == {
        "insights-1",
        "insights-2",
    }
    assert "ZeroDivisionError" in outcome.table


def test_a_dry_run_says_what_it_would_do_and_changes_nothing(outcome) -> None:
    assert outcome.would.exit_code == 0
    assert outcome.would.stdout.count("would be replayed: job failed -> ") == len(POISONED)
    assert outcome.after_dry_run == outcome.poisoned


def test_a_replay_brings_every_poisoned_job_to_completion(outcome) -> None:
    assert outcome.did.exit_code == 0
    assert outcome.did.stdout.count("  replayed: job failed -> ") == len(POISONED)
    assert outcome.did.stdout.count("published to documents-to-ingest") == 2
    assert outcome.left == []
    assert {each["user_id"] for each in outcome.replayed} == {name for _, name in POISONED}
    kinds = Counter(path.split("/")[-2] for path in outcome.completed)
    assert (kinds["insights"], kinds["jobs"]) == (len(EVERYBODY), len(EVERYBODY))
    audits = [each for path, each in outcome.completed.items() if "/audit/" in path]
    by = [each["by"] for each in audits if each["action"] == "replay_dead_letter"]
    assert by == ["eve"] * len(POISONED)


def test_a_second_replay_does_nothing(outcome) -> None:
    assert (outcome.again.exit_code, outcome.again.stdout) == (0, "")
    assert "nothing to do" in outcome.again.stderr
    assert outcome.after_again == outcome.completed
