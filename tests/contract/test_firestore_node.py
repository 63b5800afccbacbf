"""The Firestore contract through Node's `firebase` and `firebase-admin` SDKs."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.firestore_servers import connected, embedded
from tests.contract.node import PHONE, make_node_ready
from tests.contract.servers import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTRACT_SECONDS = 120
SNAPSHOT_SECONDS = 90


@pytest.fixture(scope="session")
def node() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        yield make_node_ready(patch)


def run_contract(node: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [node, "--test-reporter=spec", "contract.mjs"],
        cwd=PHONE,
        capture_output=True,
        text=True,
        timeout=CONTRACT_SECONDS,
        check=False,
    )


def test_the_phones_sdks_find_every_promise_kept(node, monkeypatch, tmp_path):
    with embedded(tmp_path) as cloud:
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", cloud.address)
        done = run_contract(node)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "fail 0" in done.stdout


class Listening:
    """A Node process that listens to a document."""

    def __init__(self, node: str, path: str) -> None:
        self._process = subprocess.Popen(
            [node, "watch.mjs", PROJECT, path], cwd=PHONE, stdout=subprocess.PIPE, text=True
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)

    def until(self, wanted: Any) -> None:
        found = "nothing"
        try:
            while json.loads(found := self._lines.get(timeout=SNAPSHOT_SECONDS)) != wanted:
                pass
        except queue.Empty:
            pytest.fail(f"expected the snapshot {wanted}, found {found}")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()


def test_a_listening_phone_outlives_the_servers_death(node, monkeypatch, tmp_path):
    with embedded(tmp_path) as cloud:
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", cloud.address)
        listening = Listening(node, "c/x")
        try:
            for n in (1, 2):
                with connected(cloud.address) as client:
                    client.document("c/x").set({"n": n})
                listening.until({"n": n})
                cloud.kill()
                cloud.start()
            with connected(cloud.address) as client:
                client.document("c/x").delete()
            listening.until(None)
        finally:
            listening.close()
