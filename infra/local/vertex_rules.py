"""What the stand-in for Vertex AI refuses, and in which words: Google's form of an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

Json = dict[str, Any]

_ALL = 100
# Code of a google.rpc.Status -> its name and its HTTP status.
_CODES: Final = {
    3: ("INVALID_ARGUMENT", 400),
    4: ("DEADLINE_EXCEEDED", 504),
    5: ("NOT_FOUND", 404),
    6: ("ALREADY_EXISTS", 409),
    7: ("PERMISSION_DENIED", 403),
    8: ("RESOURCE_EXHAUSTED", 429),
    9: ("FAILED_PRECONDITION", 400),
    10: ("ABORTED", 409),
    12: ("UNIMPLEMENTED", 501),
    13: ("INTERNAL", 500),
    14: ("UNAVAILABLE", 503),
    16: ("UNAUTHENTICATED", 401),
}
# Google's names of the quotas (googlecloudsdk, command_lib/ai/endpoints_util.py).
_QUOTAS: Final = {
    "NVIDIA_L4": "CustomModelServingL4GPUsPerProjectPerRegion",
    "NVIDIA_TESLA_T4": "CustomModelServingT4GPUsPerProjectPerRegion",
}
# The accelerators that the machines of a family take; the others are unknown here.
_FAMILIES: Final = {
    "g2": {"NVIDIA_L4"},
    "n1": {"NVIDIA_TESLA_T4", ""},
    "n2": {""},
    "e2": {""},
}


class RefusalError(Exception):
    """An error, by the code of a google.rpc.Status."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status, self.http = _CODES[code]


def matches(pattern: str, found: str, what: str) -> None:
    """A field has the form that its documentation gives."""
    if not re.fullmatch(pattern, found):
        raise RefusalError(3, f"Invalid {what}: expected {pattern}, found {found!r}")


def alias(found: str) -> None:
    """A version alias has the documented form."""
    matches(r"[a-z][a-zA-Z0-9-]{0,126}[a-z0-9]", found, "version alias")


def upload(request: Json) -> None:
    """A model to upload has what a custom container needs."""
    model = request.get("model", {})
    if not model.get("displayName"):
        raise RefusalError(3, "The display_name of the Model is required.")
    container = model.get("containerSpec", {})
    if not container.get("imageUri"):
        raise RefusalError(3, "The container_spec.image_uri of the Model is required.")
    for route in ("predictRoute", "healthRoute"):
        matches(r"(/.*)?", container.get(route, ""), route)
    labels(model)
    for each in model.get("versionAliases", []):
        alias(each)


def labels(resource: Json) -> None:
    """Labels have the documented form."""
    for name, value in resource.get("labels", {}).items():
        matches(r"[a-z][a-z0-9_-]{0,62}", name, "label key")
        matches(r"[a-z0-9_-]{0,63}", value, "label value")


def machine(spec: Mapping[str, Any]) -> None:
    """The machine takes the accelerator."""
    kind, accelerator = spec.get("machineType", ""), spec.get("acceleratorType", "")
    if accelerator not in _FAMILIES.get(kind.partition("-")[0], set()):
        raise RefusalError(
            3, f"Machine type {kind!r} is not supported with the accelerator {accelerator!r}."
        )
    if bool(accelerator) != bool(spec.get("acceleratorCount")):
        raise RefusalError(3, "accelerator_type and accelerator_count are set together.")


def replicas(resources: Mapping[str, Any]) -> None:
    """There are replicas, at least one and at most as many as allowed."""
    least, most = resources.get("minReplicaCount", 0), resources.get("maxReplicaCount", 0)
    if not 1 <= least <= (most or least):
        raise RefusalError(
            3, f"expected 1 <= min_replica_count <= max_replica_count, found {least} and {most}"
        )


def quota(wanted: Json, there: Sequence[Json], limits: Mapping[str, int]) -> None:
    """The project may have the accelerators at the largest number of replicas."""
    kind = wanted["machineSpec"].get("acceleratorType", "")
    if kind not in limits:
        return
    used = sum(
        each["machineSpec"]["acceleratorCount"] * each["maxReplicaCount"]
        for each in [wanted, *there]
        if each["machineSpec"].get("acceleratorType") == kind
    )
    if used > limits[kind]:
        raise RefusalError(8, f"The following quotas are exceeded: {_QUOTAS[kind]}")


def split(shares: Mapping[str, int], known: Collection[str]) -> None:
    """A traffic split names what is deployed, and is whole or empty."""
    if unknown := [name for name in shares if name not in known]:
        raise RefusalError(
            3, f"The following DeployedModel ID(s) [{', '.join(unknown)}] do not exist."
        )
    if shares and (sum(shares.values()) != _ALL or min(shares.values()) < 0):
        raise RefusalError(3, f"The traffic percentages must add up to 100, found {shares}.")


def job(request: Json) -> None:
    """A batch prediction has what a custom container needs."""
    if not request.get("displayName"):
        raise RefusalError(3, "The display_name of the BatchPredictionJob is required.")
    source, target = request.get("inputConfig", {}), request.get("outputConfig", {})
    uris = source.get("gcsSource", {}).get("uris", [])
    prefix = target.get("gcsDestination", {}).get("outputUriPrefix", "")
    if not uris:
        raise RefusalError(3, "input_config.gcs_source.uris is required.")
    for uri in [*uris, prefix]:
        matches(r"gs://[a-z0-9._-]+(/.*)?", uri, "Cloud Storage URI")
    for config, field in ((source, "instancesFormat"), (target, "predictionsFormat")):
        matches(r"jsonl", config.get(field, ""), field)
    resources = request.get("dedicatedResources")
    if resources is None:
        raise RefusalError(3, "dedicated_resources is required for a custom container.")
    machine(resources.get("machineSpec", {}))
    labels(request)
