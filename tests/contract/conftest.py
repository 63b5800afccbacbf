"""The databases that a port's suite runs over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client

from infra.local.topology import PROJECT
from tests.cloud import environment
from tests.contract.claim_store import over
from tests.contract.doors import STRICT, Door, door
from tests.contract.firestore_servers import official

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cloud import Cloud
    from tests.contract.claim_store import Store


@pytest.fixture(scope="session")
def google_s_emulator() -> Iterator[Client]:
    with official() as address, environment({"FIRESTORE_EMULATOR_HOST": address}):
        yield Client(project=PROJECT, credentials=AnonymousCredentials())


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
