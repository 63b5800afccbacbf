"""What the cost model multiplies is what the chain does: counted on the wire, delivery by delivery.

A change of the code that reads, writes or sends more, or less, fails here: then the constants in
`clarity.cost.usage` change with it, and the bill.
"""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import hcl2
import pytest

from clarity.adapters import firestore_budgets
from clarity.adapters.firestore_erase import FirestoreErasures
from clarity.adapters.firestore_export import FirestoreDocuments
from clarity.adapters.firestore_monitor import _LATEST, FirestoreMonitor
from clarity.cost import usage
from clarity.cost.assumed import Assumptions
from clarity.cost.model import _SCHEDULER_JOBS
from clarity.domain.drift import MOST_PEOPLE
from clarity.steps import preprocess
from clarity.steps.erase import Erase
from clarity.steps.monitor import Monitor, Pace
from infra.local.topology import TICKS, TRIGGERS
from tests.cloud import REPOSITORY, cloud_process
from tests.erasing import now
from tests.usage import MODEL, Tally, counted, counted_client
from tests.usage_life import USER, Life

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clarity.cost.usage import Delivery


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    with (
        cloud_process(tmp_path_factory.mktemp(uuid.uuid4().hex)) as cloud,
        counted(cloud, QUIET_SECONDS="0", PATIENCE_SECONDS="600") as chain,
    ):
        found = Life(chain)
        found.live()
        yield found


def fresh(tally: Tally) -> int:
    """New documents that expire; the project's day has twenty shards, whoever is there."""
    return sum("/shards/" not in name for name in tally.expiring)


def same(
    tally: Tally, expected: Delivery, *, writes: int = 0, calls: int = 0, new: int = 0
) -> None:
    """The delivery, and what the data added to it."""
    found = (tally.lookups, tally.writes, fresh(tally), tally.calls, tally.published)
    assert found == (
        expected.lookups,
        expected.writes + writes,
        expected.expiring + new,
        expected.calls + calls,
        expected.published,
    )
    assert tally.deletes == expected.guards


def chunks(tally: Tally) -> int:
    """Local days in which an upload brought something new."""
    return sum("/chunks/" in name for name in tally.expiring)


def days(tally: Tally) -> int:
    """Days that were not there before."""
    return sum("/days/" in name and "/chunks/" not in name for name in tally.expiring)


def test_the_upload_that_opens_a_burst_uses_what_the_model_says(life) -> None:
    used = life.used["opens"]

    brought = chunks(used)
    assert used.found == 1  # nothing is known yet: the one query about all days finds nothing
    # The person's queue and their bucket of uploads are there from now on.
    same(used, usage.OPENS, writes=2 * brought, new=brought + days(used) + 2)
    assert usage.WRITES_PER_DAY == 2


def test_each_further_upload_of_a_burst_uses_what_the_model_says(life) -> None:
    joined = [name for name in life.used if name.startswith("joins")]

    assert len(joined) > 4
    for name in joined:
        used = life.used[name]
        brought = chunks(used)
        same(used, usage.JOINS, writes=2 * brought, new=brought + days(used))
        assert 1 <= used.found <= 3  # the chunks of its days, and of those around them


def test_an_upload_that_brings_nothing_new_uses_what_the_model_says(life) -> None:
    for name in ("again", "late"):
        same(life.used[name], usage.AGAIN)
        assert life.used[name].found > 1


def test_a_job_that_comes_too_early_uses_what_the_model_says(life) -> None:
    used = life.used["early"]

    times = used.deliveries
    assert used.refused == times >= 2
    assert (used.lookups, used.writes, used.calls) == (
        usage.EARLY.lookups * times,
        usage.EARLY.writes * times,
        usage.EARLY.calls * times,
    )
    assert used.published == usage.EARLY.published == 0


def test_an_analysis_uses_what_the_model_says(life) -> None:
    used = life.used["analysis"]

    held = sum(days(each) for each in life.used.values())
    pieces = sum(chunks(each) for each in life.used.values())
    assert used.found == held + pieces  # each day, and its chunks
    same(used, usage.ANALYSIS, new=1)  # the head of the person's audit
    assert (used.predictions, used.deliveries) == (1, 1)
    assert used.prediction_bytes < 54_000


def test_a_request_uses_what_the_model_says_on_its_way(life) -> None:
    known = life.used["request known"]

    same(life.used["request"], usage.REQUEST, new=1)  # the person's bucket of requests
    same(known, usage.KNOWN)
    assert known.predictions == 0


def test_an_insight_uses_what_the_model_says(life) -> None:
    first, second = life.used["insight"], life.used["request insight"]

    same(first, usage.INSIGHT, new=1)  # the head of the person's audit, as insights sees it first
    same(second, usage.INSIGHT, new=-1)  # the person's day of calls is there
    assert first.found == second.found == 1  # the person's feedback


def test_a_repair_uses_what_the_model_says(life) -> None:
    used, plain = life.used["repaired insight"], life.used["request insight"]

    # The held text is kept for review: one document more.
    assert used.lookups - plain.lookups == usage.REPAIR.lookups
    assert used.writes - plain.writes == usage.REPAIR.writes + 1
    assert used.calls - plain.calls == usage.REPAIR.calls + 1
    assert used.deletes - plain.deletes == usage.REPAIR.guards + 1
    assert fresh(used) - fresh(plain) == usage.REPAIR.expiring + 1


def test_feedback_uses_what_the_model_says(life) -> None:
    same(life.used["feedback"], usage.FEEDBACK)


def test_a_look_of_the_monitor_uses_what_the_model_says(life) -> None:
    pace = Pace(timedelta(days=7), timedelta(0), timedelta(minutes=1), usage.WINDOW_ANALYSES)
    with counted_client(life.chain.cloud) as (client, used):
        watched = FirestoreMonitor(client, timedelta(days=30))
        monitor = Monitor(watched, MODEL, None, now, pace, lambda _: None)
        monitor()  # the first one looks at the window before it, too
        first = used.copy()
        monitor()
        look = used.since(first)

    assert (look.lookups, look.writes, look.calls) == (
        usage.LOOK.lookups,
        usage.LOOK.writes,
        usage.LOOK.calls,
    )
    analyses = len(list(life.phone.client.collection_group("analyses").get()))
    assert look.found == analyses + 2  # and nothing that failed, nothing that was rated
    assert first.found == look.found + analyses  # each of the week,
    assert first.lookups == look.lookups + 3  # a count, one of the only person, their consent
    assert (MOST_PEOPLE, _LATEST) == (usage.WINDOW_PEOPLE, usage.LOOKED_AT)


def test_each_document_is_read_once_to_hand_it_out_and_once_to_erase_it(life) -> None:
    many = 250
    batch = life.phone.client.batch()
    for number in range(many):
        batch.set(life.phone.client.document(f"users/leaves/days/{number:03}"), {})
    batch.commit()

    with counted_client(life.chain.cloud) as (client, used):
        handed_out = len(list(FirestoreDocuments(client).of("leaves", "days")))
        read = used.copy()
        Erase(FirestoreErasures(client, now), None, now, lasting=None)("leaves", by="grace")
        erased = used.since(read)

    assert handed_out == read.found == many
    assert erased.deletes == many
    assert many < erased.found < many + 20  # looks that find nothing count, too


def test_bytes_are_what_the_model_says_or_little_less(life) -> None:
    event = life.used["opens"].pushed_bytes / life.samples["opens"]
    stored = {
        name.partition("/documents/")[2]: size
        for used in life.used.values()
        for name, size in used.expiring.items()
    }
    pieces = sum(size for name, size in stored.items() if "/chunks/" in name)
    brought = sum(n for name, n in life.samples.items() if name not in {"again", "late"})

    def of(collection: str) -> int:
        return max(size for name, size in stored.items() if f"/{collection}/" in name)

    assert 0.9 * usage.EVENT_BYTES_PER_SAMPLE < event <= usage.EVENT_BYTES_PER_SAMPLE
    assert 0.9 * usage.CHUNK_BYTES_PER_SAMPLE < pieces / brought <= usage.CHUNK_BYTES_PER_SAMPLE
    assert 0.7 * usage.ANALYSIS_BYTES < of("analyses") + of("histories") <= usage.ANALYSIS_BYTES
    assert 0.7 * usage.INSIGHT_BYTES < of("insights") <= usage.INSIGHT_BYTES
    small = [size for name, size in stored.items() if "claims/" in name or "/jobs/" in name]
    assert max(small) <= usage.SMALL_BYTES


def test_messages_are_below_the_least_that_is_billed(life) -> None:
    for used in life.used.values():
        assert used.published_bytes <= used.published * usage.MESSAGE_BYTES


def test_a_thousand_samples_pass_as_one_event_and_1300_would_not(life) -> None:
    per_sample = life.used["opens"].pushed_bytes / life.samples["opens"]

    assert 1000 * per_sample < usage.EVENT_LIMIT_BYTES < 1300 * per_sample


def test_a_phone_hears_as_often_as_the_model_says(life) -> None:
    job = life.phone.client.document(f"users/{USER}/jobs/upload-opens").get().to_dict() or {}
    insight = life.phone.client.document(f"users/{USER}/insights/{job['insight_id']}").get()

    assert len(job["history"]) + 1 == usage.HEARD
    assert insight.exists


def test_gemini_is_sent_no_more_than_the_model_says(life) -> None:
    job = life.phone.client.document(f"users/{USER}/jobs/upload-opens").get().to_dict() or {}
    insight = life.phone.client.document(f"users/{USER}/insights/{job['insight_id']}").get()
    spent = insight.get("usage")

    assert 0.7 * usage.PROMPT_TOKENS < spent["prompt_tokens"] <= usage.PROMPT_TOKENS
    assert 0.6 * usage.ANSWER_TOKENS < spent["output_tokens"] <= usage.ANSWER_TOKENS


def test_constants_of_the_steps_are_theirs() -> None:
    assert preprocess.LOOKBACK_DAYS["1week"] == usage.LOOKBACK_DAYS
    assert firestore_budgets.SHARDS == usage.BUDGET_SHARDS


def declared(name: str) -> str:
    """A variable's block, as text."""
    files = (REPOSITORY / "infra/gcp").glob("*.tf")
    found = re.search(
        rf'^variable "{name}" {{\n(.*?)^}}', "".join(f.read_text() for f in files), re.M | re.S
    )
    assert found is not None, name
    return found.group(1)


def optional(variable: str, attribute: str) -> float:
    """The default of one attribute of a variable that is an object."""
    found = re.search(rf"\b{attribute} *= optional\(number, (\d+)\)", declared(variable))
    assert found is not None, (variable, attribute)
    return float(found.group(1))


def test_what_terraform_sets_is_what_the_model_says() -> None:
    chain = hcl2.loads((REPOSITORY / "infra/gcp/chain.tf").read_text())
    functions = next(each["functions"] for each in chain["locals"] if "functions" in each)
    prod = hcl2.loads((REPOSITORY / "infra/gcp/env/prod.tfvars").read_text())
    assumed = Assumptions()

    def plain(value: object) -> str:
        return str(value).strip('"')

    for name, instance in (usage.FUNCTIONS | usage.BESIDE).items():
        own, bounds = functions[name], prod["instances"][name]
        gib = {"512Mi": 0.5, "1Gi": 1.0, "2Gi": 2.0}[plain(own["memory"])]
        assert (float(plain(own["cpu"])), gib) == (instance.vcpu, instance.gib), name
        assert int(plain(own["concurrency"])) == instance.concurrency, name
        assert (bounds["min"], bounds["max"]) == (instance.min_instances, instance.max_instances)
    documents = hcl2.loads((REPOSITORY / "infra/gcp/firestore.tf").read_text())
    collections = next(each["collections"] for each in documents["locals"])
    indexed = [len(each["indexed"]) for each in collections.values() if isinstance(each, dict)]
    assert max(indexed) == usage.INDEX_ENTRIES
    assert len(TRIGGERS) == usage.TRIGGERS
    assert len(TICKS) == _SCHEDULER_JOBS
    assert functions["monitor"]["environment"]["MONITOR_DOCUMENTS"] == usage.WINDOW_ANALYSES
    kept = functions["ingest"]["environment"]["UPLOAD_RETENTION_DAYS"]
    assert float(kept) == usage.UPLOAD_RETENTION_DAYS
    assert float(functions["preprocess"]["environment"]["QUIET_SECONDS"]) == usage.QUIET_SECONDS
    assert float(prod["retention_days"]) == assumed.retention_days
    assert int(prod["pat_machine"]["max_replicas"]) == assumed.max_replicas
    assert optional("gemini", "project_daily_calls") == assumed.project_daily_calls
    assert optional("gemini", "daily_calls") == assumed.daily_calls
    daily, weekly = (optional("firestore_backup_days", each) for each in ("daily", "weekly"))
    assert daily + weekly / 7 == assumed.backups
