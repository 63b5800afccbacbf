"""What there is of the model on Vertex AI, and what one wants there: plain values, no client."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from clarity.domain.errors import PermanentError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

MODEL_ID = "pat"
PORT = 8080  # of a container, where nobody says

# The machine that goes with an accelerator, and Vertex AI's name for that. Which of them a region
# has: https://cloud.google.com/vertex-ai/docs/predictions/configure-compute (unverified here).
ACCELERATORS = {
    "nvidia-l4": ("g2-standard-4", "NVIDIA_L4"),
    "nvidia-tesla-t4": ("n1-standard-4", "NVIDIA_TESLA_T4"),
    "none": ("n1-standard-4", ""),
}
# Families of machines, and the accelerators that each takes; an L4 is part of its machine.
_FAMILIES = {"g2": ("nvidia-l4",), "n1": ("nvidia-tesla-t4", "none")}
_USE = "aiplatform.googleapis.com/prediction/online/cpu/utilization"
_DUTY = "aiplatform.googleapis.com/prediction/online/accelerator/duty_cycle"


class PlanError(PermanentError):
    """What is there does not allow what was asked for."""

    code = "plan"


@dataclass(frozen=True, slots=True)
class Machine:
    """What one replica runs on, and how many there may be.

    Attributes:
        machine_type: empty for the one that goes with the accelerator.
        target_percent: of CPU and accelerator, above which a replica is added; None leaves it to
            Vertex AI.
    """

    accelerator: str = "nvidia-l4"
    machine_type: str = ""
    accelerator_count: int = 1
    min_replicas: int = 1
    max_replicas: int = 1
    target_percent: int | None = None

    def __post_init__(self) -> None:
        if self.accelerator not in ACCELERATORS:
            raise PlanError(
                f"expected an accelerator of {', '.join(ACCELERATORS)}, found {self.accelerator!r}"
            )
        kind = str(self.spec()["machine_type"])
        if self.accelerator not in _FAMILIES.get(kind.partition("-")[0], ("none",)):
            fitting = ACCELERATORS[self.accelerator][0]
            raise PlanError(
                f"expected a machine that takes the accelerator {self.accelerator}, such as "
                f"{fitting}, found {kind}"
            )

    def spec(self) -> dict[str, Any]:
        """As `MachineSpec`."""
        fitting, name = ACCELERATORS[self.accelerator]
        spec: dict[str, Any] = {"machine_type": self.machine_type or fitting}
        if name:
            spec |= {"accelerator_type": name, "accelerator_count": self.accelerator_count}
        return spec

    def resources(self) -> dict[str, Any]:
        """As `DedicatedResources`."""
        resources: dict[str, Any] = {
            "machine_spec": self.spec(),
            "min_replica_count": self.min_replicas,
            "max_replica_count": self.max_replicas,
        }
        if self.target_percent is not None:
            names = [_USE, _DUTY] if "accelerator_type" in self.spec() else [_USE]
            resources["autoscaling_metric_specs"] = [
                {"metric_name": name, "target": self.target_percent} for name in names
            ]
        return resources


@dataclass(frozen=True, slots=True)
class Version:
    """A registered version of the model."""

    number: str
    aliases: frozenset[str]
    labels: Mapping[str, str]
    container: Mapping[str, Any]
    artifact_uri: str
    created: datetime

    def settings(self) -> dict[str, Any]:
        """As those of what one wants to register."""
        return {**self.labels, **self.container, "artifact_uri": self.artifact_uri}

    def on(self, machine: Machine) -> Machine:
        """The machine, or the usual one of the other kind if the image runs on that alone."""
        variant, accelerated = self.labels.get("variant"), "accelerator_type" in machine.spec()
        if not variant or accelerated is (variant == "gpu"):
            return machine
        return replace(machine, accelerator="none" if accelerated else "nvidia-l4", machine_type="")

    def fits(self, machine: Machine) -> None:
        """Whether the image runs on the machine.

        Raises:
            PlanError: it is the other variant's.
        """
        variant = self.labels.get("variant")
        if variant and ("accelerator_type" in machine.spec()) is not (variant == "gpu"):
            raise PlanError(
                f"version {self.number} is the image's {variant} variant, expected "
                f"{'--accelerator none' if variant == 'cpu' else 'a GPU'}, found "
                f"--accelerator {machine.accelerator}"
            )


@dataclass(frozen=True, slots=True)
class Deployment:
    """A version on the endpoint, with its share of the requests in percent."""

    deployed_id: str
    number: str
    traffic: int
    resources: Mapping[str, Any]
    service_account: str
    created: datetime

    def one_more(self) -> Machine:
        """What one more replica like these would run on.

        Raises:
            PlanError: it has an accelerator that nothing is deployed on from here.
        """
        spec = self.resources["machine_spec"]
        found = spec.get("accelerator_type", "")
        names = [name for name, (_, vertex) in ACCELERATORS.items() if vertex == found]
        if not names:
            raise PlanError(
                f"expected version {self.number} on an accelerator of {', '.join(ACCELERATORS)}, "
                f"found {found}"
            )
        return Machine(names[0], spec["machine_type"], spec.get("accelerator_count", 1))


@dataclass(frozen=True, slots=True)
class State:
    """What there is. `etag` names this state of the endpoint; `running` are its operations."""

    parent: str
    endpoint: str = ""
    etag: str = ""
    versions: Sequence[Version] = ()
    deployments: Sequence[Deployment] = ()
    running: Sequence[str] = ()

    @property
    def model(self) -> str:
        """The model's resource name."""
        return f"{self.parent}/models/{MODEL_ID}"

    def version(self, wanted: str) -> Version:
        """The version with this number or alias.

        Raises:
            PlanError: there is none.
        """
        for version in self.versions:
            if wanted == version.number or wanted in version.aliases:
                return version
        known = ", ".join(each.number for each in self.versions) or "none"
        raise PlanError(
            f"expected a version of {self.model} with the number or alias {wanted!r}, found "
            f"versions {known}: see clarity model status"
        )

    def holder(self, alias: str) -> Version | None:
        """The version that has the alias."""
        return next((each for each in self.versions if alias in each.aliases), None)

    def deployment(self, number: str) -> Deployment | None:
        """Where the version is deployed."""
        return next((each for each in self.deployments if each.number == number), None)


@dataclass(frozen=True, slots=True)
class Call:
    """One call that changes something: its method, what it is called on, and its message."""

    method: str
    resource: str
    request: Mapping[str, Any]
    about: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version to register: the image, and which weights it serves.

    Attributes:
        variant: cpu or gpu, as the image was built: the one does not run on the other's machines.
    """

    image: str
    model_id: str
    weights_sha256: str
    commit: str
    variant: str = "gpu"
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = PORT
    predict_route: str = "/predict"
    health_route: str = "/health"
    artifact_uri: str = ""

    def container(self) -> dict[str, Any]:
        """As `ModelContainerSpec`."""
        return {
            "image_uri": self.image,
            "args": list(self.arguments),
            "env": [{"name": name, "value": self.environment[name]} for name in self.environment],
            "ports": [{"container_port": self.port}],
            "predict_route": self.predict_route,
            "health_route": self.health_route,
        }

    def settings(self) -> dict[str, Any]:
        """All that makes a version what it is: another one of these is another version."""
        return {**self.labels(), **self.container(), "artifact_uri": self.artifact_uri}

    def labels(self) -> dict[str, str]:
        """What the registry shows; a label holds 63 characters, and no capitals."""
        return {
            "model": self.model_id,
            "weights": self.weights_sha256[:32],
            "commit": self.commit[:40],
            "variant": self.variant,
        }
