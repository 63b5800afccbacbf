"""The model registry and the endpoint on Vertex AI, through google-cloud-aiplatform.

Its generated clients (`aiplatform_v1`) are used, over REST: they import in one second where
`google.cloud.aiplatform` takes seven, a request is one message that can be shown before it is
sent, and the address of a stand-in is enough to test them. Nothing else imports the package.

Operations are read by api-core's own client, at the documented path `/v1/.../operations/...`: the
generated ones (2.7) ask for `/ui/...` over REST.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

import google.auth
from google.api_core.exceptions import (
    GatewayTimeout,
    NotFound,
    ServiceUnavailable,
    TooManyRequests,
    from_grpc_status,
)
from google.api_core.operations_v1 import AbstractOperationsClient
from google.api_core.operations_v1.transports.rest import OperationsRestTransport
from google.api_core.retry import Retry, if_exception_type
from google.auth.credentials import AnonymousCredentials
from google.cloud import aiplatform_v1 as v1

from clarity.adapters import model_plan
from clarity.adapters.model_failures import translated
from clarity.adapters.model_state import (
    MODEL_ID,
    Call,
    Deployment,
    Machine,
    PlanError,
    State,
    Version,
)
from clarity.domain.errors import CutOffError, UnavailableError
from clarity.steps.park import Deployed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from google.longrunning.operations_pb2 import Operation

_Found = TypeVar("_Found")

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_CALL_S = 60.0  # for one HTTP call; what takes longer is an operation
_POLL_S = (0.2, 15.0)  # the first pause, growing to the last
# Of what changes nothing; a change is not repeated by itself.
_AGAIN: Final[Mapping[str, Any]] = {
    "timeout": _CALL_S,
    "retry": Retry(
        if_exception_type(ServiceUnavailable, TooManyRequests, GatewayTimeout),
        initial=0.2,
        timeout=20.0,
    ),
}
_FAILURES = 5  # in a row, of looking at an operation, until that counts
_PATIENCE = timedelta(minutes=2)  # of `park`, for all but the last model that it undeploys
_JOB_DONE = frozenset(
    {
        v1.JobState.JOB_STATE_SUCCEEDED,
        v1.JobState.JOB_STATE_FAILED,
        v1.JobState.JOB_STATE_CANCELLED,
        v1.JobState.JOB_STATE_EXPIRED,
        v1.JobState.JOB_STATE_PARTIALLY_SUCCEEDED,
    }
)

# Method -> its client, its name there and its message; the last says whether it is an operation.
_METHODS: Final[Mapping[str, tuple[str, str, type, bool]]] = {
    "UploadModel": ("_models", "upload_model", v1.UploadModelRequest, True),
    "MergeVersionAliases": (
        "_models",
        "merge_version_aliases",
        v1.MergeVersionAliasesRequest,
        False,
    ),
    "DeployModel": ("_endpoints", "deploy_model", v1.DeployModelRequest, True),
    "UndeployModel": ("_endpoints", "undeploy_model", v1.UndeployModelRequest, True),
    "UpdateEndpoint": ("_endpoints", "update_endpoint", v1.UpdateEndpointRequest, False),
    "MutateDeployedModel": (
        "_endpoints",
        "mutate_deployed_model",
        v1.MutateDeployedModelRequest,
        True,
    ),
    "CreateBatchPredictionJob": (
        "_jobs",
        "create_batch_prediction_job",
        v1.CreateBatchPredictionJobRequest,
        False,
    ),
}


@dataclass(frozen=True, slots=True)
class Job:
    """A batch prediction."""

    name: str
    state: str
    done: bool
    error: str


class VertexModels:
    """Reads what is there, and carries out calls, in one project and region."""

    def __init__(self, parent: str, endpoint: str, emulator_host: str | None) -> None:
        """Open the clients; no call is made.

        Args:
            parent: `projects/P/locations/L`.
            endpoint: the endpoint's full name; empty where none is needed.
            emulator_host: host:port of a local stand-in (plain HTTP, no credentials), or None.
        """
        self._parent, self._endpoint = parent, endpoint
        with translated(""):
            credentials = _credentials(emulator_host)
        region = parent.rpartition("/")[2]
        address = f"http://{emulator_host}" if emulator_host else None
        host = address or f"https://{region}-aiplatform.googleapis.com"
        common: dict[str, Any] = {
            "transport": "rest",
            "credentials": credentials,
            "client_options": {"api_endpoint": host},
        }
        self._models = v1.ModelServiceClient(**common)
        self._endpoints = v1.EndpointServiceClient(**common)
        self._jobs = v1.JobServiceClient(**common)
        transport = OperationsRestTransport(host=host, credentials=credentials)
        self._operations = AbstractOperationsClient(transport=transport)

    def state(self) -> State:
        """What there is.

        Raises:
            PlanError: the endpoint is not one that this works on.
            UnavailableError: Vertex AI did not answer.
            RefusedError: it refused.
        """
        versions = self._versions()
        if not self._endpoint:
            running = self._running(f"{self._parent}/models/{MODEL_ID}")
            return State(self._parent, versions=versions, running=running)
        with translated(self._endpoint):
            found = self._endpoints.get_endpoint(name=self._endpoint, **_AGAIN)
        if found.predict_request_response_logging_config.enabled:
            raise PlanError(
                f"{self._endpoint} logs requests: expected that to be off, since they are health "
                "data; set predict_request_response_logging_config.enabled = false in Terraform"
            )
        return State(
            self._parent,
            endpoint=self._endpoint,
            etag=found.etag,
            versions=versions,
            deployments=[_deployment(each, found.traffic_split) for each in found.deployed_models],
            running=self.running(),
        )

    def _versions(self) -> list[Version]:
        name = f"{self._parent}/models/{MODEL_ID}"
        with translated(name):
            try:
                pages = self._models.list_model_versions(name=name, **_AGAIN)
                return sorted(map(_version, pages), key=lambda each: int(each.number))
            except NotFound:  # the first registration creates it
                return []

    def running(self) -> list[str]:
        """The operations under way on the endpoint, by name."""
        return self._running(self._endpoint)

    def _running(self, name: str) -> list[str]:
        with translated(name):
            try:
                pages = self._operations.list_operations(name, "", **_AGAIN)
                return [each.name for each in pages if not each.done]
            except NotFound:
                return []

    def send(self, call: Call) -> str:
        """Make the call; the name of the operation that it began, or nothing if it is done.

        Raises:
            UnavailableError: Vertex AI did not answer, asked us to wait, or has something under
                way that stands against it.
            RefusedError: it refused.
        """
        client, name, message, lasting = _METHODS[call.method]
        rpc: Callable[..., Any] = getattr(getattr(self, client), name)
        with translated(call.resource):
            answer = rpc(message(call.request), timeout=_CALL_S)
        return str(answer.operation.name) if lasting else ""

    def create_job(self, call: Call) -> Job:
        """Begin a batch prediction."""
        with translated(call.resource):
            request = v1.CreateBatchPredictionJobRequest(call.request)
            return _job(self._jobs.create_batch_prediction_job(request, timeout=_CALL_S))

    def jobs(self, display_name: str) -> list[Job]:
        """The batch predictions of that name, newest first."""
        with translated(self._parent):
            request = v1.ListBatchPredictionJobsRequest(
                parent=self._parent, filter=f'display_name="{display_name}"'
            )
            found = list(self._jobs.list_batch_prediction_jobs(request, **_AGAIN))
        newest = sorted(found, key=lambda each: each.create_time, reverse=True)
        return [_job(each) for each in newest]

    def wait_for_job(self, name: str, within: timedelta) -> Job:
        """Wait until a batch prediction has ended.

        Raises:
            CutOffError: it takes longer; it goes on all the same.
        """

        def ended() -> Job | None:
            with translated(name):
                found = _job(self._jobs.get_batch_prediction_job(name=name, timeout=_CALL_S))
            return found if found.done else None

        return _await(ended, name, within)

    def wait(self, operation: str, within: timedelta) -> None:
        """Wait until an operation has ended.

        Raises:
            CutOffError: it takes longer; it goes on all the same.
            RefusedError, UnavailableError: it failed.
        """

        def ended() -> Operation | None:
            with translated(operation):
                found = self._operations.get_operation(operation, timeout=_CALL_S, retry=None)
            return found if found.done else None

        found = _await(ended, operation, within)
        if found.HasField("error"):
            with translated(operation):
                raise from_grpc_status(  # type: ignore[no-untyped-call]
                    found.error.code, found.error.message
                )


def _credentials(emulator_host: str | None) -> Any:
    if emulator_host:
        return AnonymousCredentials()  # type: ignore[no-untyped-call]
    return google.auth.default(scopes=[_SCOPE])[0]


def _await(ended: Callable[[], _Found | None], name: str, within: timedelta) -> _Found:
    deadline, pause, failures = time.monotonic() + within.total_seconds(), _POLL_S[0], 0
    while True:
        try:
            if (found := ended()) is not None:
                return found
            failures = 0
        except UnavailableError:
            failures += 1
            if failures > _FAILURES:
                raise
        left = deadline - time.monotonic()
        if left <= 0:
            raise CutOffError(
                f"{name} did not end within {within.total_seconds():g} s; it goes on in the cloud: "
                "run this again to wait for it"
            )
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, _POLL_S[1])


def _version(found: v1.Model) -> Version:
    spec = found.container_spec
    container = {
        "image_uri": spec.image_uri,
        "args": list(spec.args),
        "env": [{"name": each.name, "value": each.value} for each in spec.env],
        "ports": [{"container_port": each.container_port} for each in spec.ports],
        "predict_route": spec.predict_route,
        "health_route": spec.health_route,
    }
    return Version(
        found.version_id,
        frozenset(found.version_aliases),
        dict(found.labels),
        container,
        found.artifact_uri,
        found.version_create_time,
    )


def _deployment(found: v1.DeployedModel, traffic: Mapping[str, int]) -> Deployment:
    model = found.model.rpartition("/")[2].partition("@")[0]
    if model != MODEL_ID:
        raise PlanError(
            f"expected only the model {MODEL_ID} on the endpoint, found {model} "
            f"(deployed as {found.id})"
        )
    return Deployment(
        found.id,
        found.model_version_id,
        traffic.get(found.id, 0),
        _resources(found.dedicated_resources),
        found.service_account,
        found.create_time,
    )


def _resources(found: v1.DedicatedResources) -> dict[str, Any]:
    spec: dict[str, Any] = {"machine_type": found.machine_spec.machine_type}
    if found.machine_spec.accelerator_count:
        spec["accelerator_type"] = found.machine_spec.accelerator_type.name
        spec["accelerator_count"] = found.machine_spec.accelerator_count
    resources: dict[str, Any] = {
        "machine_spec": spec,
        "min_replica_count": found.min_replica_count,
        "max_replica_count": found.max_replica_count,
    }
    if found.autoscaling_metric_specs:
        resources["autoscaling_metric_specs"] = [
            {"metric_name": each.metric_name, "target": each.target}
            for each in found.autoscaling_metric_specs
        ]
    return resources


def _job(found: v1.BatchPredictionJob) -> Job:
    state = found.state.name.removeprefix("JOB_STATE_")
    return Job(found.name, state, found.state in _JOB_DONE, found.error.message)


@dataclass(frozen=True, slots=True)
class VertexEndpoint:
    """The port `Endpoint`: what runs behind the endpoint, and its parking."""

    models: VertexModels
    machine: Machine
    service_account: str

    def deployed(self) -> Sequence[Deployed]:
        """What is deployed; nothing where the endpoint is parked."""
        return [
            Deployed(each.deployed_id, each.number, each.traffic, each.created)
            for each in self.models.state().deployments
        ]

    def busy(self) -> bool:
        """Whether something is being deployed or undeployed."""
        return bool(self.models.running())

    def park(self) -> None:
        """Undeploy all; does not wait for the last one."""
        calls = model_plan.park(self.models.state())
        begun = ""
        for call in calls:
            if begun:
                self.models.wait(begun, _PATIENCE)
            begun = self.models.send(call)

    def unpark(self) -> None:
        """Begin to deploy the version with the alias `live`."""
        state = self.models.state()
        for call in model_plan.unpark(state, self.machine, service_account=self.service_account):
            self.models.send(call)


def open_endpoint(
    endpoint: str, *, machine: Machine, service_account: str | None, emulator_host: str | None
) -> VertexEndpoint:
    """The endpoint `projects/P/locations/L/endpoints/E`.

    Args:
        endpoint: its resource name.
        machine: what the live model runs on.
        service_account: whom its container runs as; None for Vertex AI's own, without rights.
        emulator_host: host:port of a local stand-in, or None.
    """
    parent = endpoint.partition("/endpoints/")[0]
    models = VertexModels(parent, endpoint, emulator_host)
    return VertexEndpoint(models, machine, service_account or "")
