"""The stand-in for Vertex AI's registry over HTTP, and `clarity model` against it."""

from __future__ import annotations

import contextlib
import json
import socket
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from click.testing import CliRunner
from starlette.applications import Starlette

from clarity.cli import main
from infra.local.database import Database
from infra.local.supervisor import LOOPBACK
from infra.local.vertex_models import VertexModels
from tests.contract.firestore_servers import embedded

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from click.testing import Result

ENDPOINT = "projects/clarity-local/locations/us-central1/endpoints/pat"
IMAGE = "us-central1-docker.pkg.dev/clarity-local/clarity/pat@sha256:" + "ab" * 32
OTHER_IMAGE = IMAGE.replace("ab", "cd")
COMMIT = "0123456789abcdef0123456789abcdef01234567"
CPU = ("--accelerator", "none")
METHODS = ("UploadModel", "DeployModel", "UndeployModel", "MutateDeployedModel")
READS = {
    "GetEndpoint",
    "ListModelVersions",
    "ListOperations",
    "GetOperation",
    "GetBatchPredictionJob",
    "ListBatchPredictionJobs",
}


@dataclass(frozen=True)
class Vertex:
    """Where the stand-in listens, and what one does with it; `firestore` has the ledger."""

    address: str
    firestore: str = ""

    def told(self, **command: object) -> None:
        self.command(command).raise_for_status()

    def command(self, command: dict) -> httpx.Response:
        return LOOPBACK.put(f"http://{self.address}/_local/vertex", json=command)

    def fails(self, method: str, code: int, message: str = "as told", **how: object) -> None:
        self.told(faults=[{"method": method, "code": code, "message": message, **how}])

    def calls(self) -> dict[str, int]:
        return LOOPBACK.get(f"http://{self.address}/_local/vertex").json()["calls"]

    def changes(self) -> dict[str, int]:
        return {name: times for name, times in self.calls().items() if name not in READS}

    def rest(self, method: str, path: str, **what: Any) -> httpx.Response:
        url = f"http://{self.address}/v1/projects/clarity-local/locations/us-central1/{path}"
        # Longer than usual: the first change waits for the import of Google's messages.
        return LOOPBACK.request(method, url, timeout=30, **what)

    def split(self) -> dict[str, int]:
        """Version to its share of the requests."""
        endpoint = self.rest("GET", "endpoints/pat").json()
        versions = {each["id"]: each["modelVersionId"] for each in endpoint["deployedModels"]}
        return {versions[name]: share for name, share in endpoint["trafficSplit"].items()}

    def deployed(self) -> list[str]:
        endpoint = self.rest("GET", "endpoints/pat").json()
        return [each["modelVersionId"] for each in endpoint.get("deployedModels", [])]

    def aliases(self) -> dict[str, str]:
        """Alias to version."""
        models = self.rest("GET", "models/pat:listVersions").json()["models"]
        return {alias: each["versionId"] for each in models for alias in each["versionAliases"]}

    def clarity(self, *arguments: str, endpoint: str = "pat") -> Result:
        where = ["--emulator", self.address]
        if "/" not in endpoint:
            where += ["--project", "clarity-local"]
        if arguments[0] not in {"register", "predict-batch"}:
            where += ["--endpoint", endpoint]
        given = {"FIRESTORE_EMULATOR_HOST": self.firestore}
        return CliRunner(env=given).invoke(main, ["model", *arguments, *where])

    def done(self, *arguments: str) -> Result:
        """Run a command that must succeed."""
        result = self.clarity(*arguments)
        assert result.exit_code == 0, (result.output, result.exc_info)
        return result

    def refused(self, *arguments: str, endpoint: str = "pat") -> str:
        """Run a command that must fail, with a message and no traceback."""
        result = self.clarity(*arguments, endpoint=endpoint)
        assert result.exit_code == 1, result.output
        assert isinstance(result.exception, SystemExit)
        return result.stderr

    def canary(self, *more: str) -> None:
        """Version 2, a new image with the live one's weights, beside version 1."""
        self.register()
        self.done("deploy", *CPU, *more)

    def register(self, image: str = IMAGE, *more: str) -> Result:
        return self.done("register", image, "--commit", COMMIT, "--variant", "cpu", *more)


def calls_of(output: str) -> list[tuple[str, str, dict]]:
    """What a dry run printed: method, resource and message of each call."""
    decoder, calls = json.JSONDecoder(), []
    while output.strip():
        line, _, rest = output.lstrip().partition("\n")
        method, resource = line.split(" ")
        request, end = decoder.raw_decode(rest)
        calls.append((method, resource, request))
        output = rest[end:]
    return calls


class Front:
    """One HTTP server for many states, since its start and end take longer than a test."""

    def __init__(self, firestore: str) -> None:
        self._firestore = firestore
        # With the protocol named, asyncio sends small answers at once.
        self._listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._listening.bind(("127.0.0.1", 0))
        self._listening.listen()
        self._state: Path | None = None
        self._app: Starlette | None = None
        self._databases: list[Database] = []
        config = uvicorn.Config(
            self._answer,
            interface="asgi3",
            lifespan="off",
            log_level="warning",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        if self._app is None:  # in this thread, as SQLite wants it
            assert self._state is not None
            self._databases.append(Database(self._state / "cloud.db"))
            self._app = Starlette(routes=VertexModels(self._databases[-1]).routes())
        await self._app(scope, receive, send)

    def _serve(self) -> None:
        self._server.run(sockets=[self._listening])
        for database in self._databases:
            database.close()

    def on(self, state: Path) -> Vertex:
        """The stand-in on this state; its operations take no time unless told."""
        self._state, self._app = state, None
        address = f"127.0.0.1:{self._listening.getsockname()[1]}"
        found = Vertex(address, self._firestore)
        found.told(seconds=dict.fromkeys((*METHODS, "CreateBatchPredictionJob"), 0))
        return found

    def end(self) -> None:
        self._server.should_exit = self._server.force_exit = True  # idle clients are not waited for
        self._thread.join(10)
        self._listening.close()


@contextlib.contextmanager
def front() -> Iterator[Front]:
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder)) as database:
        server = Front(database.address)
        try:
            yield server
        finally:
            server.end()
