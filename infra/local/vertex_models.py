"""Vertex AI's model registry, endpoint and batch predictions on loopback, as REST.

It has the methods that `clarity model` and the park function call, over Google's own messages: a
body is parsed into them, and a field that they do not have is refused. Operations take time, their
outcome is in the cloud's database, and it is applied when it is due, whoever asks next. Names come
back with the project's number, as Google sends them.

A batch prediction reads and writes nothing here: there is no Cloud Storage. Where Google's answer
is not documented (a deployed id that is taken, a stale etag), the strictest one is given.

    PUT /_local/vertex {"seconds": {"DeployModel": 0.4}, "quota": {"NVIDIA_L4": 0},
                        "faults": [{"method": "UndeployModel", "code": 14, "message": "down",
                                    "times": 1, "late": false}],
                        "containers": {"3": "http://127.0.0.1:8081"}}
    GET /_local/vertex      these, and how often each method was called

`containers` says which process serves a version; without a word it is the cloud's own. It is
forgotten with the cloud's process, as the others are.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.asked import asked
from infra.local.topology import LOCATION, PROJECT
from infra.local.vertex_jobs import VertexJobs
from infra.local.vertex_rules import RefusalError
from infra.local.vertex_state import ENDPOINT, Fault, VertexState
from infra.local.vertex_store import NUMBER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from infra.local.database import Database

Json = dict[str, Any]

# HTTP method, path below the location -> method, and the message in its body.
_METHODS: Final = [
    ("POST", r"models:upload", "UploadModel", "UploadModelRequest"),
    ("GET", r"models/(?P<model>[^/:]+):listVersions", "ListModelVersions", ""),
    (
        "POST",
        r"models/(?P<model>[^/@:]+)@(?P<version>[^/:]+):mergeVersionAliases",
        "MergeVersionAliases",
        "MergeVersionAliasesRequest",
    ),
    ("GET", r"models/(?P<model>[^/:]+)", "GetModel", ""),
    ("GET", r"endpoints/(?P<endpoint>[^/:]+)", "GetEndpoint", ""),
    ("PATCH", r"endpoints/(?P<endpoint>[^/:]+)", "UpdateEndpoint", "Endpoint"),
    ("POST", r"endpoints/(?P<endpoint>[^/:]+):deployModel", "DeployModel", "DeployModelRequest"),
    (
        "POST",
        r"endpoints/(?P<endpoint>[^/:]+):undeployModel",
        "UndeployModel",
        "UndeployModelRequest",
    ),
    (
        "POST",
        r"endpoints/(?P<endpoint>[^/:]+):mutateDeployedModel",
        "MutateDeployedModel",
        "MutateDeployedModelRequest",
    ),
    ("GET", r"(?P<resource>\w+/[^/:]+)/operations", "ListOperations", ""),
    ("GET", r"(?P<resource>\w+/[^/:]+)/operations/(?P<operation>[^/:]+)", "GetOperation", ""),
    ("POST", r"batchPredictionJobs", "CreateBatchPredictionJob", "BatchPredictionJob"),
    ("GET", r"batchPredictionJobs", "ListBatchPredictionJobs", ""),
    ("GET", r"batchPredictionJobs/(?P<job>[^/:]+)", "GetBatchPredictionJob", ""),
]
_QUERY = frozenset({"$alt", "alt", "filter", "pageSize", "pageToken", "updateMask"})
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which deployed model answers one request, and its container; empty: the cloud's own."""

    deployed_id: str
    model_version: str
    container: str = ""


class VertexModels:
    """The methods, as routes for an HTTP front."""

    def __init__(self, database: Database) -> None:
        self._state = VertexState(database)
        self._jobs = VertexJobs(database, self._state)
        self._calls: Counter[str] = Counter()
        self._containers: dict[str, str] = {}
        self._random = random.Random(1)  # noqa: S311 # nosec B311 # a replica, no secret

    def routes(self) -> list[Route]:
        """The API's methods and the control path; mounted after the predict path."""
        path = "projects/{project}/locations/{location}/{rest:path}"
        return [
            Route(f"/v1/{path}", self._answer, methods=["GET", "POST", "PATCH", "PUT", "DELETE"]),
            # Where google.cloud.aiplatform looks at an operation over REST.
            Route(f"/ui/{path}", self._answer, methods=["GET"]),
            Route("/_local/vertex", self._status, methods=["GET"]),
            Route("/_local/vertex", self._command, methods=["PUT"]),
        ]

    def choose(self) -> Chosen | None:
        """Who answers the next prediction, in proportion to the traffic split; None: nobody."""
        endpoint = self._state.endpoint(ENDPOINT)
        split = endpoint.get("trafficSplit", {})
        if not split:
            return None
        [deployed_id] = self._random.choices(list(split), list(split.values()))
        versions = {each["id"]: each["modelVersionId"] for each in endpoint["deployedModels"]}
        version = versions[deployed_id]
        return Chosen(deployed_id, version, self._containers.get(version, ""))

    async def _status(self, _: Request) -> Response:
        return JSONResponse(
            {
                "calls": dict(self._calls),
                "seconds": self._state.seconds,
                "quota": self._state.quota,
                "faults": len(self._state.faults),
                "containers": self._containers,
            }
        )

    async def _command(self, request: Request) -> Response:
        try:
            command = await asked(request)
        except ValueError as error:
            return _error(RefusalError(3, str(error)))
        if unknown := command.keys() - {"seconds", "quota", "faults", "containers"}:
            wanted = "expected seconds, quota, faults, containers"
            return _error(RefusalError(3, f"{wanted}, found {sorted(unknown)}"))
        containers = command.get("containers", {})
        if not all(re.fullmatch(r"http://[^/]+", str(each)) for each in containers.values()):
            return _error(
                RefusalError(3, f"containers: expected http://HOST:PORT, found {containers}")
            )
        try:
            faults = [Fault(**each) for each in command.get("faults", [])]
        except TypeError as error:
            return _error(RefusalError(3, f"faults: {error}"))
        self._state.seconds.update(command.get("seconds", {}))
        self._state.quota.update(command.get("quota", {}))
        self._state.faults.extend(faults)
        self._containers.update(containers)
        return await self._status(request)

    async def _answer(self, request: Request) -> Response:
        try:
            method, message, names = _method(request)
            self._calls[method] += 1
            self._state.refuse_early(method)
            body = await _parsed(message, await request.body()) if message else {}
            return JSONResponse(self._call(method, names, body, request.query_params))
        except RefusalError as error:
            return _error(error)

    def _call(
        self, method: str, names: Mapping[str, str], body: Json, query: Mapping[str, str]
    ) -> Json:
        if method.startswith("List"):
            return self._page(method, names, query)
        if method.startswith("Get"):
            return self._get(method, names)
        if method == "UpdateEndpoint":
            mask = query.get("updateMask", "").split(",")
            return self._state.update_endpoint(names["endpoint"], body, mask)
        if method == "MergeVersionAliases":
            return self._state.merge_aliases(
                names["model"], names["version"], body["versionAliases"]
            )
        if method == "CreateBatchPredictionJob":
            return self._jobs.create(body)
        return self._state.begin(method, names.get("endpoint", ""), body)

    def _get(self, method: str, names: Mapping[str, str]) -> Json:
        if method == "GetEndpoint":
            return self._state.endpoint(names["endpoint"])
        if method == "GetModel":
            return self._state.model(names["model"])
        if method == "GetOperation":
            return self._state.operation(f"{names['resource']}/operations/{names['operation']}")
        return self._jobs.one(names["job"])

    def _page(self, method: str, names: Mapping[str, str], query: Mapping[str, str]) -> Json:
        if method == "ListModelVersions":
            field, rows = "models", self._state.versions(names["model"])
        elif method == "ListOperations":
            field, rows = "operations", self._state.operations(names["resource"])
        else:
            field, rows = "batchPredictionJobs", self._jobs.listed(query.get("filter", ""))
        start = int(query.get("pageToken") or 0)
        end = start + (int(query.get("pageSize") or 0) or _PAGE)
        more = {"nextPageToken": str(end)} if len(rows) > end else {}
        return {field: rows[start:end], **more}


def _method(request: Request) -> tuple[str, str, Mapping[str, str]]:
    project, location = request.path_params["project"], request.path_params["location"]
    rest = request.path_params["rest"]
    if project not in {PROJECT, NUMBER} or location != LOCATION:
        resource = f"projects/{project}/locations/{location}/{rest}"
        raise RefusalError(
            7,
            f"Permission denied on resource '//aiplatform.googleapis.com/{resource}' "
            "(or it may not exist).",
        )
    if unknown := set(request.query_params) - _QUERY:
        name = min(unknown)
        raise RefusalError(
            3, f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.'
        )
    for verb, pattern, method, message in _METHODS:
        if verb == request.method and (found := re.fullmatch(pattern, rest)):
            return method, message, found.groupdict()
    raise RefusalError(12, f"{request.method} {rest} is not part of the embedded cloud")


async def _parsed(message: str, body: bytes) -> Json:
    # Google's messages take a second to import: who deploys nothing never waits for them.
    kind, json_format = await asyncio.to_thread(_message, message)
    parsed = kind.pb(kind())
    try:
        json_format.Parse(body, parsed)
    except json_format.ParseError as error:
        raise RefusalError(3, f"Invalid JSON payload received. {error}") from error
    found: Json = json_format.MessageToDict(parsed)
    return found


def _message(name: str) -> tuple[Any, Any]:
    from google.cloud import aiplatform_v1  # noqa: PLC0415  see above
    from google.protobuf import json_format  # noqa: PLC0415  the same

    return getattr(aiplatform_v1, name), json_format


def _error(refusal: RefusalError) -> Response:
    error = {"code": refusal.http, "message": str(refusal), "status": refusal.status}
    return JSONResponse({"error": error}, refusal.http)
