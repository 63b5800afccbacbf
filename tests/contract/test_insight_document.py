"""The insight document in Firestore, decoded by the rules of the iOS client.

Its decoder turns snake_case keys into camelCase and dates by `.iso8601`, which knows no fractions
of a second; a key that is missing, null or of another type fails the whole decoding.
"""

from __future__ import annotations

import itertools
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from google.cloud.firestore_v1.base_query import FieldFilter
from google.cloud.firestore_v1.types import Document
from google.protobuf.json_format import MessageToDict

from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.adapters.firestore_reviews import FirestoreReviews
from clarity.cli import main
from clarity.sources.generated import people
from clarity.steps.insight import Insight
from clarity.steps.tell import Tell
from infra.local.topology import PROJECT
from tests.chain import Chain, Clock
from tests.cloud import environment
from tests.erasing import erase
from tests.measured import ask, measure
from tests.memory import MemoryTopics
from tests.model import Model

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.cloud.firestore import Client

    from tests.cloud import Cloud

LEASE, RETENTION = timedelta(seconds=30), timedelta(days=30)
_ISO_8601 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")


class DecodingError(Exception):
    """What Swift's `DecodingError` says."""


def date_of(found: object) -> datetime:
    if not isinstance(found, str) or not _ISO_8601.fullmatch(found):
        raise DecodingError(f"expected a date without fractions, found {found!r}")
    return datetime.fromisoformat(found)


def of_type(*types: type) -> Callable[[object], Any]:
    def decode(found: object) -> Any:
        if not isinstance(found, types) or (isinstance(found, bool) and bool not in types):
            raise DecodingError(f"expected {types}, found {found!r}")
        return found

    return decode


def strings(found: object) -> list[str]:
    return [of_type(str)(each) for each in of_type(list)(found)]


# `struct HealthInsightDTO` and `struct InsightPreviewDTO`, as the client declares them.
HEALTH_INSIGHT = {
    "userId": of_type(str),
    "narrative": of_type(str),
    "keyInsights": strings,
    "recommendations": strings,
    "confidenceScore": of_type(int, float),
    "generatedAt": date_of,
}
INSIGHT_PREVIEW = {
    "id": of_type(str),
    "narrative": of_type(str),
    "generatedAt": date_of,
    "confidenceScore": of_type(int, float),
    "keyInsightsCount": of_type(int),
    "recommendationsCount": of_type(int),
}
# What its local model, `AIInsight`, can hold.
CATEGORIES = {
    *("general", "sleep", "activity", "heart_health"),
    *("nutrition", "mental_health", "medication", "vitals"),
}
PRIORITIES = {"high", "medium", "low"}


def camel_case(key: str) -> str:
    """Swift's `.convertFromSnakeCase`, for keys without leading or trailing underscores."""
    first, *rest = key.split("_")
    return first + "".join(part.capitalize() for part in rest)


def decode(struct: dict[str, Callable[[object], Any]], document: dict[str, Any]) -> dict[str, Any]:
    found = {camel_case(key): value for key, value in document.items()}
    decoded = {}
    for key, read in struct.items():
        if found.get(key) is None:
            raise DecodingError(f"expected {key}, found none")
        decoded[key] = read(found[key])
    return decoded


def plain(value: dict[str, Any]) -> Any:
    """A value of Firestore's REST JSON, such as {"integerValue": "7"}."""
    ((kind, content),) = value.items()
    match kind:
        case "mapValue":
            fields = content.get("fields", {})
            return {name: plain(each) for name, each in fields.items()}
        case "arrayValue":
            return [plain(each) for each in content.get("values", [])]
        case "integerValue":
            return int(content)
        case "nullValue":
            return None
    return content


def rest(client: Client, path: str) -> dict[str, Any]:
    """The document as `GET /v1/projects/P/databases/D/documents/...` answers it."""
    name = f"{client._database_string}/documents/{path}"
    found = client._firestore_api.get_document(request={"name": name})
    shown = MessageToDict(Document.pb(found))
    return {name: plain(value) for name, value in shown["fields"].items()}


@pytest.fixture
def user(cloud) -> str:
    found = f"user-{uuid.uuid4().hex}"
    cloud.firestore().document(f"users/{found}").set(dict(people.CONSENT))
    return found


@pytest.fixture
def insights(cloud) -> Insight:
    return composed(cloud, None)


def composed(cloud: Cloud, narrator: Model | None) -> Insight:
    """The step over the embedded cloud."""
    client, clock = cloud.firestore(), Clock(datetime(2026, 6, 15, 9, 0, 0, 123_456, tzinfo=UTC))
    records = FirestoreRecords(client)
    chain = Chain()
    tell = Tell(narrator, records, chain.budgets, chain.breaker, clock, LEASE, LEASE, RETENTION)
    claims = FirestoreClaims(client, clock, RETENTION)
    return Insight(
        claims,
        records,
        MemoryTopics(),
        FirestoreReviews(client),
        tell,
        None,
        clock,
        LEASE,
        RETENTION,
    )


def database(insights: Insight) -> Client:
    assert isinstance(insights.records, FirestoreRecords)
    return insights.records.client


def stored(insights: Insight, user: str, **wish: Any) -> dict[str, Any]:
    """The insight of a new request, as the client gets it."""
    message = ask(insights.records, insights.clock(), "r1", user, **wish)
    insights(message)
    job = insights.records.job_person_and_queue(message.origin)[0]
    assert job is not None
    assert job["status"] == "completed"
    return rest(database(insights), f"users/{user}/insights/{job['insight_id']}")


@pytest.mark.parametrize("language", ["en", "de", "es"])
@pytest.mark.parametrize(
    ("level", "insight_type"),
    list(itertools.product(["plain", "detailed"], ["general", "sleep", "activity"])),
)
def test_the_app_decodes_the_document(insights, user, language, level, insight_type) -> None:
    client = database(insights)
    client.document(f"users/{user}").set(
        {**people.CONSENT, "language": language, "reading_level": level}
    )
    measure(insights.records, user)

    document = stored(insights, user, insight_type=insight_type)

    whole = decode(HEALTH_INSIGHT, document)
    assert whole["userId"] == user
    assert whole["narrative"]
    assert whole["generatedAt"] == datetime(2026, 6, 15, 9, tzinfo=UTC)
    assert 0 <= whole["confidenceScore"] <= 1
    preview = decode(INSIGHT_PREVIEW, document)
    assert preview["keyInsightsCount"] == len(whole["keyInsights"])
    assert preview["recommendationsCount"] == len(whole["recommendations"])
    assert document["category"] in CATEGORIES
    assert document["priority"] in PRIORITIES
    assert (document["language"], document["reading_level"]) == (language, level)


def test_every_time_in_the_document_has_whole_seconds(insights, user) -> None:
    measure(insights.records, user)

    document = stored(insights, user)

    times = {name: value for name, value in document.items() if name.endswith("_at") and value}
    assert set(times) >= {"generated_at", "expires_at"}
    for value in times.values():
        assert date_of(value)


@pytest.mark.parametrize(
    "broken",
    [
        {"generated_at": "2026-06-15T09:00:00.123456Z"},
        {"narrative": None},
        {"key_insights": "one"},
        {"confidence_score": "0.9"},
        {"user_id": 7},
    ],
    ids=str,
)
def test_the_decoder_of_this_test_refuses_what_the_app_would_refuse(insights, user, broken) -> None:
    measure(insights.records, user)
    document = stored(insights, user)

    with pytest.raises(DecodingError):
        decode(HEALTH_INSIGHT, document | broken)


def test_the_id_is_stable_and_the_document_s_own(insights, user) -> None:
    measure(insights.records, user)
    client = database(insights)
    first, second = (ask(insights.records, insights.clock(), name, user) for name in ("r1", "r2"))

    insights(first)
    insights(second)

    (snapshot,) = client.collection(f"users/{user}/insights").get()
    assert snapshot.id == snapshot.get("id")
    job = client.document(f"users/{user}/jobs/request-r2").get().to_dict() or {}
    assert (job["insight_id"], job["unchanged"]) == (snapshot.id, True)


def test_a_held_text_is_for_the_eyes_of_who_reviews_alone_policy_14(cloud, user) -> None:
    said = "You suffer from insomnia and need zolpidem."
    insights = composed(cloud, Model(said=said))
    measure(insights.records, user)
    message = ask(insights.records, insights.clock(), "r1", user)

    insights(message)

    job = rest(database(insights), f"users/{user}/jobs/request-r1")
    document = rest(database(insights), f"users/{user}/insights/{job['insight_id']}")
    assert job["status"] == "requires_review"
    assert decode(HEALTH_INSIGHT, document)["narrative"]
    assert said not in str(document) + str(job)
    command = ["reviews", "show", user, job["review_id"], "--project", PROJECT, "--by", "grace"]
    with environment(cloud.variables):
        shown = CliRunner().invoke(main, command)
    assert said in shown.output
    assert "safety: " in shown.output


def test_erasure_takes_the_insight_and_what_it_rests_on(insights, user) -> None:
    client = database(insights)
    measure(insights.records, user)
    stored(insights, user)
    mine = client.collection("claims").where(filter=FieldFilter("user_id", "==", user))
    assert mine.get()

    erase(client, user)

    assert list(client.document(f"users/{user}").collections()) == []
    assert not mine.get()
