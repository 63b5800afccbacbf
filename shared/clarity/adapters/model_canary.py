"""A candidate beside the live version: served as the live one is, by one replica. Pure, no client.

Nothing else may stand beside the live version meanwhile: so two models are billed at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clarity.adapters import model_plan
from clarity.adapters.model_plan import LIVE
from clarity.adapters.model_state import PORT, PlanError, Wanted

if TYPE_CHECKING:
    from clarity.adapters.model_state import Call, Deployment, State, Version


@dataclass(frozen=True, slots=True)
class Candidate:
    """Weights that were found better than the live version's.

    Attributes:
        model_id: of these weights.
        weights_sha256: theirs.
        current_sha256: of the weights that they were found better than.
        artifact_uri: where the container gets them.
        percent: of the requests that are theirs.
    """

    model_id: str
    weights_sha256: str
    current_sha256: str
    artifact_uri: str
    percent: int

    def wanted(self, state: State) -> Wanted:
        """The version to register: the live one's image and settings, with these weights.

        Raises:
            PlanError: the candidate may not come beside what is deployed.
        """
        live, there = self._beside(state)
        container, labels = live.container, live.labels
        ports = [each["container_port"] for each in container["ports"]]
        accelerated = "accelerator_type" in there.one_more().spec()
        return Wanted(
            image=container["image_uri"],
            model_id=self.model_id,
            weights_sha256=self.weights_sha256,
            commit=labels.get("commit", ""),
            variant=labels.get("variant") or ("gpu" if accelerated else "cpu"),
            environment={each["name"]: each["value"] for each in container["env"]},
            port=ports[0] if ports else PORT,
            predict_route=container["predict_route"],
            health_route=container["health_route"],
            artifact_uri=self.artifact_uri,
        )

    def register(self, state: State) -> list[Call]:
        """Upload it as a version, unless it is one."""
        return model_plan.register(state, self.wanted(state))

    def version(self, state: State) -> Version | None:
        """The version that it is registered as."""
        return model_plan.registered(state, self.wanted(state))

    def deploy(self, state: State) -> list[Call]:
        """Deploy its version beside the live one, on one replica of the same machine."""
        _, there = self._beside(state)
        version = self.version(state)
        if version is None:
            raise PlanError(f"expected {self.model_id} as a version, found none: register it first")
        return model_plan.deploy(
            state,
            version.number,
            self.percent,
            there.one_more(),
            service_account=there.service_account,
            other_weights=True,
        )

    def _beside(self, state: State) -> tuple[Version, Deployment]:
        """The live version, and where it is deployed."""
        live = state.holder(LIVE)
        there = state.deployment(live.number) if live else None
        if live is None or there is None:
            raise PlanError(
                "expected the live version on the endpoint, found it not deployed: clarity model "
                "unpark brings it back, and only beside it a candidate is tried"
            )
        if live.labels.get("weights") != self.current_sha256[:32]:
            raise PlanError(
                f"expected --current to be the live version {live.number} "
                f"({live.labels.get('model')}, weights {live.labels.get('weights', '')[:12]}), "
                f"found weights {self.current_sha256[:12]}"
            )
        others = [
            each for each in state.deployments if each is not there and not self._is(state, each)
        ]
        if others:
            raise PlanError(
                f"expected nothing beside the live version, found version {others[0].number}, "
                f"which is billed: clarity model promote {others[0].number}, or clarity model "
                f"rollback {others[0].number}"
            )
        return live, there

    def _is(self, state: State, deployment: Deployment) -> bool:
        version = state.version(deployment.number)
        weights, uri = version.labels.get("weights"), version.artifact_uri
        return (weights, uri) == (self.weights_sha256[:32], self.artifact_uri)
