"""The databases that a port's suite runs over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client

from infra.local.topology import PROJECT
from tests.cloud import environment
from tests.contract.firestore_servers import official

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cloud import Cloud


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
