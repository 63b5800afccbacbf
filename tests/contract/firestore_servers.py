"""The Firestore servers that the contract is held against, ours and Google's, and a client."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import firestore

from tests.contract.servers import (
    OFFICIAL,
    PROJECT,
    EmbeddedProcess,
    embedded_process,
    emulator,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

_NOBODY = AnonymousCredentials()
_JAR = "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
_MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"


def embedded(folder: Path) -> AbstractContextManager[EmbeddedProcess]:
    """Our server on a file in this folder."""
    return embedded_process("firestore_process.py", folder / "firestore.db")


def official() -> AbstractContextManager[str]:
    """Google's emulator's address; skips where there is none."""
    return emulator("Firestore", _JAR, lambda jar: ["-cp", jar, _MAIN, "start"])


@contextlib.contextmanager
def server(kind: str, folder: Path) -> Iterator[str]:
    """The address of a fresh server of either kind."""
    if kind == OFFICIAL:
        with official() as address:
            yield address
    else:
        with embedded(folder) as process:
            yield process.address


def connect(address: str) -> firestore.Client:
    """The unmodified client, pointed at a server as a user would point it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIRESTORE_EMULATOR_HOST", address)
        return firestore.Client(project=PROJECT, credentials=_NOBODY)


@contextlib.contextmanager
def connected(address: str) -> Iterator[firestore.Client]:
    """A client, for as long as it is needed."""
    client = connect(address)
    try:
        yield client
    finally:
        client.close()


def connect_async(address: str) -> firestore.AsyncClient:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIRESTORE_EMULATOR_HOST", address)
        return firestore.AsyncClient(project=PROJECT, credentials=_NOBODY)
