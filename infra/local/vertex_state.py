"""What the stand-in for Vertex AI's registry and endpoint keeps, and what it refuses."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.local import vertex_rules as rules
from infra.local.topology import PAT_ARTIFACT, PAT_ENDPOINT
from infra.local.vertex_rules import RefusalError
from infra.local.vertex_store import PARENT, Store, stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.local.database import Database

Json = dict[str, Any]

ENDPOINT = PAT_ENDPOINT.rpartition("/")[2]
MODEL = "pat"
_MANIFEST = Path(__file__).parents[2] / "shared/clarity/pat/data" / PAT_ARTIFACT / "manifest.json"
_MUTABLE = frozenset(
    f"dedicatedResources.{name}"
    for name in ("minReplicaCount", "maxReplicaCount", "autoscalingMetricSpecs")
)


@dataclass(slots=True)
class Fault:
    """What a method is to answer: at once, or (late) at the end of its operation."""

    method: str
    code: int
    message: str
    times: int = 1
    late: bool = False


class VertexState:
    """One project's model, endpoint, operations and batch predictions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._store = Store(database)
        # Short, since a person looks on; in the cloud a deployment takes many minutes.
        self.seconds = {"UploadModel": 0.3, "DeployModel": 1.0, "UndeployModel": 0.3}
        self.seconds |= {"MutateDeployedModel": 0.3, "CreateBatchPredictionJob": 1.0}
        self.quota: dict[str, int] = {}  # accelerators of a kind; those not named have no limit
        self.faults: list[Fault] = []
        if self._store.read("endpoint", ENDPOINT) is None:
            with database.transaction():
                self._seed()

    def _seed(self) -> None:
        """The shipped weights, registered, deployed and live."""
        manifest, now = json.loads(_MANIFEST.read_text()), stamp(time.time())
        labels = {"model": manifest["model_id"], "weights": manifest["weights_sha256"][:32]}
        container = {
            "imageUri": "infra/endpoint",  # as a process of the embedded cloud, not an image
            "ports": [{"containerPort": 8080}],
            "predictRoute": "/predict",
            "healthRoute": "/health",
        }
        model = {"displayName": MODEL, "labels": labels, "containerSpec": container}
        self._add_version({**model, "versionAliases": ["live"]}, now)
        machine = {"machineSpec": {"machineType": "n2-standard-4"}}
        deployed = {
            "id": "1",
            "model": f"{PARENT}/models/{MODEL}@1",
            "modelVersionId": "1",
            "displayName": f"{MODEL}-1",
            "dedicatedResources": {**machine, "minReplicaCount": 1, "maxReplicaCount": 1},
            "createTime": now,
        }
        endpoint = {"name": f"{PARENT}/endpoints/{ENDPOINT}", "displayName": MODEL}
        self._store.write(
            "endpoint",
            ENDPOINT,
            {
                **endpoint,
                "createTime": now,
                "deployedModels": [deployed],
                "trafficSplit": {"1": 100},
            },
        )

    def refuse_early(self, method: str) -> None:
        """Raise the fault that was ordered for the method, if there is one."""
        fault = self.fault(method, late=False)
        if fault is not None:
            raise RefusalError(fault.code, fault.message)

    def fault(self, method: str, *, late: bool) -> Fault | None:
        """The fault that was ordered for the method, which is one less then."""
        for fault in self.faults:
            if fault.method == method and fault.late is late:
                fault.times -= 1
                if not fault.times:
                    self.faults.remove(fault)
                return fault
        return None

    def endpoint(self, name: str) -> Json:
        """The endpoint, as it is now."""
        self.settle()
        return self._endpoint(name)

    def _endpoint(self, name: str) -> Json:
        found = self._store.read("endpoint", name)
        if found is None:
            raise RefusalError(5, f"The Endpoint {PARENT}/endpoints/{name} does not exist.")
        etag = hashlib.sha256(json.dumps(found).encode()).hexdigest()[:16]
        return {**found, "etag": etag}

    def update_endpoint(self, name: str, body: Json, mask: Sequence[str]) -> Json:
        """Change the endpoint's traffic split."""
        found = self.endpoint(name)
        if [*mask] != ["trafficSplit"]:
            raise RefusalError(3, f"expected the update mask trafficSplit, found {[*mask]}")
        if body.get("etag", found["etag"]) != found.pop("etag"):
            raise RefusalError(10, "The etag does not match the current state of the Endpoint.")
        split = body.get("trafficSplit", {})
        rules.split(split, [each["id"] for each in found.get("deployedModels", [])])
        self._store.write("endpoint", name, {**found, "trafficSplit": split})
        return self.endpoint(name)

    def versions(self, model: str) -> list[Json]:
        """The model's versions, newest first."""
        self.settle()
        return self._versions(model)

    def model(self, reference: str) -> Json:
        """The version that `M`, `M@3` or `M@alias` names."""
        self.settle()
        return self.version(reference)

    def _versions(self, model: str) -> list[Json]:
        found = self._store.all("version") if model == MODEL else []
        if not found:
            raise RefusalError(5, f"The Model {PARENT}/models/{model} does not exist.")
        return found[::-1]

    def version(self, reference: str) -> Json:
        """What `.../models/M`, `...@3` or `...@alias` names."""
        name, _, wanted = reference.rpartition("/")[2].partition("@")
        for version in self._versions(name):
            if (wanted or "default") in {version["versionId"], *version["versionAliases"]}:
                return version
        raise RefusalError(5, f"The Model {reference} does not exist.")

    def merge_aliases(self, model: str, number: str, changes: Sequence[str]) -> Json:
        """Give aliases to a version, or with a - before them take them away."""
        self.settle()
        version = self.version(f"{model}@{number}")
        for change in changes:
            rules.alias(change.removeprefix("-"))
        if "-default" in changes:
            raise RefusalError(3, "The default alias can only be moved to another version.")
        added = {each for each in changes if not each.startswith("-")}
        gone = {each[1:] for each in changes if each.startswith("-")}
        with self._database.transaction():
            self._free(added, version["versionId"])
            version["versionAliases"] = sorted({*version["versionAliases"], *added} - gone)
            self._put_version(version)
        return version

    def _free(self, aliases: set[str], keeper: str) -> None:
        for other in self._store.all("version"):
            if other["versionId"] != keeper and aliases & {*other["versionAliases"]}:
                other["versionAliases"] = sorted({*other["versionAliases"]} - aliases)
                self._put_version(other)

    def _put_version(self, version: Json) -> None:
        self._store.write("version", f"{int(version['versionId']):06}", version)

    def _add_version(self, model: Json, now: str) -> Json:
        count = len(self._store.all("version"))
        number, aliases = str(count + 1), {*model.get("versionAliases", [])}
        self._free(aliases, number)
        version = {
            **model,
            "name": f"{PARENT}/models/{MODEL}",
            "versionId": number,
            "versionAliases": sorted(aliases if count else aliases | {"default"}),
            "supportedDeploymentResourcesTypes": ["DEDICATED_RESOURCES"],
            "versionCreateTime": now,
            "createTime": now,
        }
        self._put_version(version)
        return version

    def begin(self, method: str, endpoint: str, body: Json) -> Json:
        """Begin an operation; what can be refused at once is."""
        self.settle()
        getattr(self, f"_check_{method}")(endpoint, body)
        resource = f"endpoints/{endpoint}" if endpoint else f"models/{MODEL}"
        late = self.fault(method, late=True)
        number = f"{len(self._store.all('operation')) + 1:08}"
        name = f"{resource}/operations/{number}"
        operation = {
            "name": name,
            "at": time.time() + self.seconds[method],
            "began": stamp(time.time()),
            "method": method,
            "endpoint": endpoint,
            "body": body,
            "fault": [late.code, late.message] if late else None,
        }
        self._store.write("operation", number, operation)
        return self.operation(name)

    def operation(self, name: str) -> Json:
        """An operation, as Google shows it."""
        self.settle()
        found = self._store.read("operation", name.rpartition("/")[2])
        if found is None or found["name"] != name:
            raise RefusalError(5, f"The operation {PARENT}/{name} does not exist.")
        return _shown(found)

    def operations(self, resource: str) -> list[Json]:
        """The operations on a model or an endpoint, newest first."""
        self.settle()
        found = [
            each for each in self._store.all("operation") if each["name"].startswith(resource + "/")
        ]
        return [_shown(each) for each in found[::-1]]

    def settle(self) -> None:
        """Let happen what is due."""
        due = [each for each in self._store.all("operation") if "done" not in each]
        for operation in due:
            if operation["at"] > time.time():
                continue
            with self._database.transaction():
                self._end(operation)

    def _end(self, operation: Json) -> None:
        operation["done"] = True
        apply = getattr(self, f"_apply_{operation['method']}")
        if operation["fault"]:
            operation["error"] = dict(zip(("code", "message"), operation["fault"], strict=True))
        else:
            try:
                operation["response"] = apply(operation["endpoint"], operation["body"])
            except RefusalError as error:
                operation["error"] = {"code": error.code, "message": str(error)}
        self._store.write("operation", operation["name"].rpartition("/")[2], operation)

    def _check_UploadModel(self, _: str, body: Json) -> None:
        rules.upload(body)
        known = bool(self._store.all("version"))
        if parent := body.get("parentModel"):
            if not known or parent.rpartition("/")[2] != MODEL:
                raise RefusalError(5, f"The Model {parent} does not exist.")
        elif known:
            raise RefusalError(6, f"The Model {body.get('modelId')} already exists.")
        else:
            rules.matches(r"[a-z_][a-z0-9_-]{0,62}", body.get("modelId", ""), "model id")

    def _apply_UploadModel(self, _: str, body: Json) -> Json:
        version = self._add_version(body["model"], stamp(time.time()))
        return {"model": version["name"], "modelVersionId": version["versionId"]}

    def _check_DeployModel(self, name: str, body: Json) -> None:
        found, deployed = self._endpoint(name), body.get("deployedModel", {})
        self.version(deployed.get("model", ""))
        resources = deployed.get("dedicatedResources")
        if resources is None:
            raise RefusalError(3, "A Model of a custom container needs dedicated_resources.")
        rules.machine(resources.get("machineSpec", {}))
        rules.replicas(resources)
        own = deployed.get("id", "")
        rules.matches(r"([1-9][0-9]{0,9})?", own, "id of a DeployedModel")
        there = [each["id"] for each in found.get("deployedModels", [])]
        if own in [*there, *self._beginning(name)]:
            raise RefusalError(6, f"A DeployedModel with the id {own} exists already.")
        rules.split(body.get("trafficSplit", {}), [*there, "0"])
        used = [each["dedicatedResources"] for each in found.get("deployedModels", [])]
        rules.quota(resources, used, self.quota)

    def _beginning(self, endpoint: str) -> list[str]:
        return [
            each["body"]["deployedModel"].get("id", "")
            for each in self._store.all("operation")
            if each["method"] == "DeployModel" and each["endpoint"] == endpoint
            if "done" not in each
        ]

    def _apply_DeployModel(self, name: str, body: Json) -> Json:
        found = self._endpoint(name)
        version = self.version(body["deployedModel"]["model"])
        there = found.get("deployedModels", [])
        deployed = {
            **body["deployedModel"],
            "id": body["deployedModel"].get("id") or str(time.time_ns())[-10:],
            "model": f"{version['name']}@{version['versionId']}",
            "modelVersionId": version["versionId"],
            "createTime": stamp(time.time()),
        }
        split = body.get("trafficSplit", {})
        split = {deployed["id"] if key == "0" else key: share for key, share in split.items()}
        split = split or found.get("trafficSplit", {})
        rules.split(split, [*(each["id"] for each in there), deployed["id"]])
        self._write_endpoint(found, [*there, deployed], split)
        return {"deployedModel": deployed}

    def _check_UndeployModel(self, name: str, body: Json) -> None:
        self._remaining(name, body)

    def _remaining(self, name: str, body: Json) -> tuple[Json, list[Json], Json]:
        """The endpoint, what stays deployed, and its traffic split."""
        found, gone = self._endpoint(name), body.get("deployedModelId", "")
        there = found.get("deployedModels", [])
        left = [each for each in there if each["id"] != gone]
        if len(left) == len(there):
            raise RefusalError(5, f"The DeployedModel {gone} does not exist.")
        if not left:
            return found, [], {}
        split = body.get("trafficSplit") or found.get("trafficSplit", {})
        if split.get(gone):
            raise RefusalError(9, f"The DeployedModel {gone} has {split[gone]} % of the traffic.")
        split = {key: share for key, share in split.items() if key != gone}
        rules.split(split, [each["id"] for each in left])
        return found, left, split

    def _apply_UndeployModel(self, name: str, body: Json) -> Json:
        self._write_endpoint(*self._remaining(name, body))
        return {}

    def _check_MutateDeployedModel(self, name: str, body: Json) -> None:
        self._mutated(name, body)

    def _mutated(self, name: str, body: Json) -> tuple[Json, list[Json], Json]:
        found, change = self._endpoint(name), body.get("deployedModel", {})
        mask = set(body.get("updateMask", "").split(","))
        if not mask <= _MUTABLE:
            raise RefusalError(3, f"cannot be changed: {sorted(mask - _MUTABLE)}")
        there = {each["id"]: each for each in found.get("deployedModels", [])}
        if change.get("id") not in there:
            raise RefusalError(5, f"The DeployedModel {change.get('id')} does not exist.")
        resources = there[change["id"]]["dedicatedResources"]
        for field in (path.partition(".")[2] for path in mask):
            resources[field] = change.get("dedicatedResources", {}).get(field)
        rules.replicas(resources)
        return found, [*there.values()], found.get("trafficSplit", {})

    def _apply_MutateDeployedModel(self, name: str, body: Json) -> Json:
        self._write_endpoint(*self._mutated(name, body))
        return {"deployedModel": {"id": body["deployedModel"]["id"]}}

    def _write_endpoint(self, found: Json, deployed: Sequence[Json], split: Json) -> None:
        found = {key: value for key, value in found.items() if key != "etag"}
        found |= {"deployedModels": [*deployed], "trafficSplit": split}
        self._store.write("endpoint", found["name"].rpartition("/")[2], found)


def _shown(operation: Json) -> Json:
    kind = f"type.googleapis.com/google.cloud.aiplatform.v1.{operation['method']}"
    times = {"createTime": operation["began"]}
    metadata = {"@type": f"{kind}OperationMetadata", "genericMetadata": times}
    shown = {"name": f"{PARENT}/{operation['name']}", "metadata": metadata}
    if "done" not in operation:
        return shown
    if "error" in operation:
        return {**shown, "done": True, "error": operation["error"]}
    return {
        **shown,
        "done": True,
        "response": {"@type": f"{kind}Response", **operation["response"]},
    }
