"""What has to be called on Vertex AI so that the endpoint is as it should be: pure, no client.

Each function looks at what is there and returns the calls that are still missing, in an order in
which a stop after any of them does no harm: traffic moves before an alias, and nothing that has
traffic is undeployed. Run again, it returns the rest; when all is done, nothing.

An alias belongs to one version of a model: given to another, it leaves the former one
(https://cloud.google.com/vertex-ai/docs/model-registry/model-alias, read 2026-11).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clarity.adapters.model_state import MODEL_ID, Call, PlanError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from clarity.adapters.model_state import Deployment, Machine, State, Version, Wanted

LIVE, PREVIOUS, CANDIDATE = "live", "previous", "candidate"
CANARY = 10  # percent, where nobody says
_NEW = "0"  # in a traffic split: the model that this call deploys
_ALL = 100
# Options that a deployed version can be given anew, and those that it cannot.
_COUNTS = {
    "min_replicas": "min_replica_count",
    "max_replicas": "max_replica_count",
    "target_percent": "autoscaling_metric_specs",
}
_FIXED = frozenset({"accelerator", "machine_type", "accelerator_count"})


def registered(state: State, wanted: Wanted) -> Version | None:
    """The version that has this image, these weights and these settings already."""
    return next((each for each in state.versions if not _differing(each, wanted)), None)


def _differing(version: Version, wanted: Wanted) -> list[str]:
    found = version.settings()
    return [
        f"{name} {found.get(name)}, not {value}"
        for name, value in wanted.settings().items()
        if found.get(name) != value
    ]


def register(state: State, wanted: Wanted) -> list[Call]:
    """Upload the image as a version with the alias `candidate`.

    The same image with other settings, such as the other variant, is another version.
    """
    if registered(state, wanted):
        return []
    about = f"register {wanted.image}"
    for version in state.versions:
        if version.container.get("image_uri") == wanted.image:
            about += f"; version {version.number} has {'; '.join(_differing(version, wanted))}"
    model: dict[str, Any] = {
        "display_name": MODEL_ID,
        "version_aliases": [CANDIDATE],
        "version_description": f"{wanted.model_id}, weights SHA-256 {wanted.weights_sha256}",
        "labels": wanted.labels(),
        "container_spec": wanted.container(),
    }
    if wanted.artifact_uri:
        model["artifact_uri"] = wanted.artifact_uri
    into = {"parent_model": state.model} if state.versions else {"model_id": MODEL_ID}
    request = {"parent": state.parent, **into, "model": model}
    return [Call("UploadModel", state.parent, request, about)]


def deploy(
    state: State,
    wanted: str,
    percent: int | None,
    machine: Machine,
    *,
    service_account: str = "",
    asked: Collection[str] = (),
    other_weights: bool = False,
) -> list[Call]:
    """Deploy a version beside what is there, with a share of the requests.

    Args:
        state: what there is.
        wanted: the version's number or alias.
        percent: its share; None keeps the one it has, else 10 beside others, 100 where no version
            is live yet.
        machine: what it runs on.
        service_account: whom the container runs as; empty for Vertex AI's own, without rights.
        asked: the machine's fields that were asked for; a version that is deployed already keeps
            the others.
        other_weights: whether another model than the live one may answer a part of the requests.
    """
    version, there = state.version(wanted), state.deployment(state.version(wanted).number)
    others = {each.deployed_id: each.traffic for each in state.deployments if each is not there}
    if percent is None:
        if there is None:
            _beside_live(state, version)
        percent = there.traffic if there else _ALL - (_ALL - CANARY) * any(others.values())
    split = _split(others, there.deployed_id if there else _NEW, percent)
    if percent and any(others.values()) and not other_weights:
        _same_weights(state, version)
    if there is None:
        return [_start(state, version, machine, service_account, split)]
    calls = [] if there.traffic == percent else [_route(state, split)]
    return calls + _resize(state, there, machine, asked)


def _beside_live(state: State, version: Version) -> None:
    """What nobody has tried gets everybody's requests only if somebody says so."""
    live = state.holder(LIVE)
    if live is None or live is version or state.deployment(live.number):
        return
    raise PlanError(
        f"the live version {live.number} is not deployed, found {_deployed(state)}: version "
        f"{version.number} would answer all requests; clarity model unpark first, then this again "
        "for a share of them beside it, or --traffic 100 for all"
    )


def _same_weights(state: State, version: Version) -> None:
    live = state.holder(LIVE)
    if live is None or live.labels.get("weights") == version.labels.get("weights"):
        return
    raise PlanError(
        f"version {version.number} serves {version.labels.get('model')}, the live version "
        f"{live.number} {live.labels.get('model')}: jobs that it answers fail while PAT_MODEL_ID "
        "names the other one. Deploy it with --traffic 0; say --other-weights when that setting "
        "(pat_model_id in Terraform) changes with it, or pat_canary_model_id names this one"
    )


def _split(others: Mapping[str, int], own: str, percent: int) -> dict[str, int]:
    """The own share beside the others', which keep their proportions."""
    total, rest = sum(others.values()), _ALL - percent
    if not total:
        if percent not in (0, _ALL):
            raise PlanError(
                f"nothing else on the endpoint answers: expected --traffic 100 or 0, found "
                f"{percent}"
            )
        return {own: percent} if percent else {}
    exact = {name: rest * share / total for name, share in others.items()}
    split = {name: int(share) for name, share in exact.items()}
    by_remainder = sorted(exact, key=lambda name: split[name] - exact[name])
    for name in by_remainder[: rest - sum(split.values())]:
        split[name] += 1
    return {name: share for name, share in {**split, own: percent}.items() if share}


def _start(
    state: State,
    version: Version,
    machine: Machine,
    service_account: str,
    split: Mapping[str, int],
) -> Call:
    version.fits(machine)
    return _deploy(state, version, machine.resources(), service_account, split)


def _deploy(
    state: State,
    version: Version,
    resources: Mapping[str, Any],
    service_account: str,
    split: Mapping[str, int],
) -> Call:
    deployed: dict[str, Any] = {
        # The version's number: two that deploy it at once do not pay for it twice.
        "id": version.number,
        "model": f"{state.model}@{version.number}",
        "display_name": f"{MODEL_ID}-{version.number}",
        "dedicated_resources": resources,
    }
    if service_account:
        deployed["service_account"] = service_account
    request = {"endpoint": state.endpoint, "deployed_model": deployed, "traffic_split": split}
    about = f"deploy version {version.number} with {split.get(_NEW, 0)} % of the requests"
    return Call("DeployModel", state.endpoint, request, about)


def _route(state: State, split: Mapping[str, int]) -> Call:
    endpoint = {"name": state.endpoint, "traffic_split": split, "etag": state.etag}
    shares = ", ".join(f"{share} % to {name}" for name, share in split.items()) or "none"
    request = {"endpoint": endpoint, "update_mask": {"paths": ["traffic_split"]}}
    return Call("UpdateEndpoint", state.endpoint, request, f"route the requests: {shares}")


def _resize(
    state: State, there: Deployment, machine: Machine, asked: Collection[str]
) -> list[Call]:
    wanted, found = machine.resources(), there.resources
    if _FIXED & set(asked) and wanted["machine_spec"] != found["machine_spec"]:
        raise PlanError(
            f"version {there.number} is deployed on {_told(found['machine_spec'])}, expected "
            f"{_told(wanted['machine_spec'])}: a machine cannot be changed in place; undeploy it "
            "first (rollback of a canary, or park)"
        )
    names = [name for option, name in _COUNTS.items() if option in asked]
    changed = {name: wanted[name] for name in names if wanted[name] != found.get(name)}
    if not changed:
        return []
    request = {
        "endpoint": state.endpoint,
        "deployed_model": {"id": there.deployed_id, "dedicated_resources": changed},
        "update_mask": {"paths": [f"dedicated_resources.{name}" for name in changed]},
    }
    about = f"give version {there.number} other {', '.join(changed)}"
    return [Call("MutateDeployedModel", state.endpoint, request, about)]


def _told(spec: Mapping[str, Any]) -> str:
    accelerator = spec.get("accelerator_type")
    more = f" with {spec.get('accelerator_count')} {accelerator}" if accelerator else ""
    return f"{spec['machine_type']}{more}"


def promote(state: State, wanted: str, *, keep: bool, other_weights: bool = False) -> list[Call]:
    """All requests to the version, the alias `live` to it and `previous` to the former one."""
    version, live = state.version(wanted), state.holder(LIVE)
    there = state.deployment(version.number)
    if there is None:
        raise PlanError(
            f"expected version {version.number} on the endpoint, found "
            f"{_deployed(state)}: clarity model deploy {version.number}"
        )
    if not other_weights:
        _same_weights(state, version)
    calls = [] if there.traffic == _ALL else [_route(state, {there.deployed_id: _ALL})]
    if live and live is not version and PREVIOUS not in live.aliases:
        calls.append(_name(state, live.number, [PREVIOUS]))
    if live is not version or CANDIDATE in version.aliases:
        gone = [f"-{CANDIDATE}"] if CANDIDATE in version.aliases else []
        calls.append(_name(state, version.number, [LIVE, *gone]))
    return calls if keep else calls + _clear(state, version.number)


def _deployed(state: State) -> str:
    names = ", ".join(f"version {each.number}" for each in state.deployments)
    return names or "nothing deployed"


def _name(state: State, number: str, aliases: list[str]) -> Call:
    name = f"{state.model}@{number}"
    request = {"name": name, "version_aliases": aliases}
    return Call("MergeVersionAliases", name, request, f"version {number}: {', '.join(aliases)}")


def _clear(state: State, number: str) -> list[Call]:
    others = [each for each in state.deployments if each.number != number]
    return [_undeploy(state, each) for each in others]


def _undeploy(state: State, there: Deployment, split: Mapping[str, int] | None = None) -> Call:
    request: dict[str, Any] = {
        "endpoint": state.endpoint,
        "deployed_model_id": there.deployed_id,
    }
    if split:
        request["traffic_split"] = split
    return Call("UndeployModel", state.endpoint, request, f"undeploy version {there.number}")


def rollback(state: State, wanted: str | None, *, keep: bool) -> list[Call]:
    """Withdraw a version: a canary, or the live one, for the one with the alias `previous`.

    Without `wanted` it is the canary, where one is deployed, else the live version, which is
    `previous` then. What is named is withdrawn for good: no further rollback brings it back.
    """
    live, previous = state.holder(LIVE), state.holder(PREVIOUS)
    if (
        live is not None and live is previous
    ):  # the last rollback, or promotion, stopped between the two aliases
        return _finish(state, live, wanted, keep=keep)
    withdrawn = _canaries(state, live, previous) if wanted is None else [state.version(wanted)]
    if withdrawn and live not in withdrawn:
        return _end_canaries(state, live, withdrawn)
    if live is None:
        raise PlanError(
            f"expected a version with the alias {LIVE!r}, found none: clarity model promote VERSION"
        )
    if previous is None:
        raise PlanError(
            f"expected a version with the alias {PREVIOUS!r} to go back to, found none: "
            f"clarity model deploy VERSION, then promote"
        )
    left = [PREVIOUS] if wanted is None else []
    return _swap(state, live, previous, left, keep=keep)


def _canaries(state: State, live: Version | None, previous: Version | None) -> list[Version]:
    """What is deployed for a trial: neither the live version nor the one kept to go back to."""
    numbers = [
        each.number
        for each in state.deployments
        if (live is None or each.number != live.number)
        and (previous is None or each.number != previous.number or 0 < each.traffic < _ALL)
    ]
    return [state.version(number) for number in numbers]


def _end_canaries(state: State, live: Version | None, withdrawn: Sequence[Version]) -> list[Call]:
    """The canaries away: their requests to the live version, or with nobody left, to nobody."""
    there = [each for each in map(state.deployment, (one.number for one in withdrawn)) if each]
    kept = state.deployment(live.number) if live else None
    named = [
        _name(state, each.number, [f"-{CANDIDATE}"])
        for each in withdrawn
        if CANDIDATE in each.aliases
    ]
    if len(there) == len(state.deployments):  # parked then, as it was before them
        return named + _emptied(state)
    calls = []
    if any(each.traffic for each in there):
        if kept is None:
            raise PlanError(
                f"found {_deployed(state)} and not the live version, which would get the requests: "
                "clarity model unpark, then this again"
            )
        calls.append(_route(state, {kept.deployed_id: _ALL}))
    return [*calls, *named, *(_undeploy(state, each) for each in there)]


def _swap(
    state: State, live: Version, previous: Version, left: list[str], *, keep: bool
) -> list[Call]:
    calls = _answering(state, live, previous)
    # `previous` goes last: a stop before it leaves one version with both, which is seen above.
    calls.append(_name(state, previous.number, [LIVE]))
    calls.append(
        _name(state, live.number, left) if left else _name(state, previous.number, [f"-{PREVIOUS}"])
    )
    return calls if keep else calls + _clear(state, previous.number)


def _answering(state: State, live: Version, previous: Version) -> list[Call]:
    there, model = state.deployment(previous.number), state.deployment(live.number)
    if there is None and model is None:
        return []  # parked: what comes back is the version with the alias
    if there is None and model is not None:
        return [_deploy(state, previous, model.resources, model.service_account, {_NEW: _ALL})]
    if there is not None and there.traffic != _ALL:
        return [_route(state, {there.deployed_id: _ALL})]
    return []


def _finish(state: State, live: Version, wanted: str | None, *, keep: bool) -> list[Call]:
    """Complete a rollback that stopped before its last alias, or take back such a promotion."""
    others = [each for each in state.deployments if each.number != live.number]
    there = state.deployment(live.number)
    if others and (there is None or there.traffic != _ALL):  # the requests have left already
        if wanted is not None and state.version(wanted) is live:
            raise PlanError(
                f"a promotion of {_deployed(state)} has stopped half-way: finish it with "
                "clarity model promote VERSION"
            )
        promoted = [state.version(each.number) for each in others]
        calls = _end_canaries(state, live, promoted)
        return [*calls, _name(state, live.number, [f"-{PREVIOUS}"])]
    if not others:  # nobody can say any more which one it was
        return [_name(state, live.number, [f"-{PREVIOUS}"])]
    named = (others[0].number, [PREVIOUS]) if wanted is None else (live.number, [f"-{PREVIOUS}"])
    calls = [_name(state, *named)]
    return calls if keep else calls + _clear(state, live.number)


def park(state: State) -> list[Call]:
    """Undeploy all; the version with the alias `live` is the one that comes back."""
    if state.deployments and state.holder(LIVE) is None:
        raise PlanError(
            f"found {_deployed(state)} on the endpoint and none with the alias {LIVE!r}: nobody "
            "would know what to bring back; clarity model promote VERSION first, or rollback "
            "VERSION to undeploy it for good"
        )
    return _emptied(state)


def _emptied(state: State) -> list[Call]:
    if not state.deployments:
        return []
    *others, last = sorted(state.deployments, key=lambda each: each.traffic)
    split = {last.deployed_id: _ALL}  # what is undeployed first must have no requests
    return [
        *(_undeploy(state, each, split if each.traffic else None) for each in others),
        _undeploy(state, last),
    ]


def unpark(state: State, machine: Machine, *, service_account: str = "") -> list[Call]:
    """Deploy the version with the alias `live` for all requests, on what it runs on."""
    live = state.version(LIVE)
    if state.deployment(live.number):
        return []
    return [_start(state, live, live.on(machine), service_account, {_NEW: _ALL})]
