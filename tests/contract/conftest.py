"""The databases, Pub/Subs and buckets that suites run over."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client
from google.cloud.storage import Client as Storage

from infra.local.topology import PROJECT
from tests.cloud import environment
from tests.contract import pubsub_servers
from tests.contract.claim_store import over
from tests.contract.doors import STRICT, Door, door
from tests.contract.firestore_servers import connected, official, server
from tests.contract.servers import EMBEDDED, OFFICIAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.cloud.storage import Bucket

    from tests.cloud import Cloud
    from tests.contract.claim_store import Store


@pytest.fixture(scope="session")
def google_s_emulator() -> Iterator[Client]:
    with official() as address, environment({"FIRESTORE_EMULATOR_HOST": address}):
        yield Client(project=PROJECT, credentials=AnonymousCredentials())


@pytest.fixture(scope="module", params=[EMBEDDED, OFFICIAL])
def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    """A client of a Firestore that is the module's own."""
    with (
        server(request.param, tmp_path_factory.mktemp("firestore")) as address,
        connected(address) as client,
    ):
        yield client


@pytest.fixture(scope="module", params=[EMBEDDED, OFFICIAL])
def pubsub(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[pubsub_servers.Client]:
    """Clients of a Pub/Sub that is the module's own."""
    with pubsub_servers.connected(request.param, tmp_path_factory.mktemp("pubsub")) as found:
        yield found


@pytest.fixture(scope="module")
def buckets(cloud: Cloud) -> Iterator[Storage]:
    """Google's own client of the embedded Cloud Storage."""
    with environment(cloud.variables):
        made = Storage(project=PROJECT, credentials=AnonymousCredentials())
    yield made
    made.close()


@pytest.fixture
def bucket(buckets: Storage, request: pytest.FixtureRequest) -> Bucket:
    name = f"b-{random.Random(request.node.nodeid).getrandbits(64):x}"
    return buckets.create_bucket(name)


@pytest.fixture(params=["embedded cloud", "google's emulator", "memory"])
def firestore(request, cloud: Cloud) -> Client | None:
    """The database behind the adapter; None for the fake in memory."""
    if request.param == "google's emulator":
        return request.getfixturevalue("google_s_emulator")
    return cloud.firestore() if request.param == "embedded cloud" else None


@pytest.fixture(params=["ours", "google's emulator"])
def database(request, cloud: Cloud) -> Store:
    """A store of which the test looks at the database itself."""
    ours = request.param == "ours"
    return over(cloud.firestore() if ours else request.getfixturevalue("google_s_emulator"))


@pytest.fixture(scope="module")
def guarded(cloud, tmp_path_factory) -> Iterator[Door]:
    """As behind Cloud Run, which has verified and taken the signature away."""
    log = tmp_path_factory.mktemp("doors") / "deployed.log"
    with door(cloud, log, "preprocess", **STRICT) as opened:
        yield opened
