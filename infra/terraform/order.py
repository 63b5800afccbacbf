"""What must be there before what: APIs, roles, a key's rights before what needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.terraform.apis import api_of
from infra.terraform.findings import Finding
from infra.terraform.references import chain
from infra.terraform.syntax import Block
from infra.terraform.walk import of_block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.terraform.configuration import Configuration, Declared

_API = "google_project_service"
_KEY_RIGHT = "google_kms_crypto_key_iam_member"
# A project has these before Terraform's first run: without them there is no run (infra/README.md).
_BEFORE = frozenset({"cloudresourcemanager", "iam", "storage"})
# type -> types whose instances must be there first, though it names nothing of theirs.
_AFTER = {
    "google_cloudfunctions2_function": (
        "google_artifact_registry_repository_iam_member",
        "google_project_iam_member",
        "google_secret_manager_secret_iam_member",
        "google_storage_bucket_iam_member",
    ),
    "google_eventarc_trigger": ("google_cloud_run_v2_service_iam_member",),
}
_KEYS = frozenset({"kms_key_name", "crypto_key_name", "default_kms_key_name"})


def check(configuration: Configuration) -> Iterator[Finding]:
    """All findings: of each resource, what it should wait for and does not."""
    graph = {
        address: _named(configuration, one) for address, one in configuration.resources.items()
    }
    yield from _cycles(configuration, graph)
    for address, declared in configuration.resources.items():
        kind = declared.block.labels[0]
        if declared.block.type == "data" or kind == _API:
            continue
        reached = {one.split(".")[0] for one in _reached(graph, address)}
        needed = set(_AFTER.get(kind, ()))
        needed |= set() if api_of(kind) in _BEFORE else {_API}
        needed |= {_KEY_RIGHT} if _has_key(declared.block) else set()
        for one in sorted(needed - reached):
            wanted = f"{address} to wait for {one} (depends_on)"
            yield Finding(
                declared.file, declared.block.line, wanted, "no way from one to the other"
            )


def _cycles(configuration: Configuration, graph: dict[str, set[str]]) -> Iterator[Finding]:
    """A finding at each resource that waits for itself."""
    for address, declared in configuration.resources.items():
        if address in _reached(graph, address):
            through = sorted(
                one
                for one in _reached(graph, address)
                if one != address and address in _reached(graph, one)
            )
            found = f"a cycle through {', '.join(through) or 'itself'}"
            wanted = f"{address} to wait for no resource that waits for it"
            yield Finding(declared.file, declared.block.line, wanted, found)


def _has_key(block: Block) -> bool:
    keyed = any(one.name in _KEYS for one in block.attributes)
    return keyed or any(map(_has_key, block.blocks))


def _reached(graph: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        for address in graph.get(ahead.pop(), ()):
            if address not in seen:
                seen.add(address)
                ahead.append(address)
    return seen


def _named(configuration: Configuration, declared: Declared) -> set[str]:
    """The addresses that a resource names, through locals too."""
    found: set[str] = set()
    seen: set[str] = set()
    ahead = [declared.block]
    while ahead:
        for expression, _ in of_block(ahead.pop(), frozenset()):
            words = chain(expression)
            if words[:1] == ["local"] and len(words) > 1 and words[1] not in seen:
                seen.add(words[1])
                local = configuration.local_values.get(words[1])
                ahead += [Block("", (), (local[1],), (), 0, 0)] if local else []
            for width in (2, 3):
                if ".".join(words[:width]) in configuration.resources:
                    found.add(".".join(words[:width]))
    return found
