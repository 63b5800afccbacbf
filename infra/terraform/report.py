"""Everything that `make check` asks of infra/gcp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.terraform import (
    apis,
    build,
    contract,
    documents,
    events,
    inventory,
    limits,
    messages,
    order,
    pipeline,
    policy,
    promises,
    roles,
)
from infra.terraform import format as formatter
from infra.terraform import scan as checkov
from infra.terraform.check import EVERY_OPTION, plans

if TYPE_CHECKING:
    from pathlib import Path

    from infra.terraform.findings import Finding

_OF_PLAN = (
    policy.of_plan,
    promises.check,
    limits.check,
    apis.check,
    events.check,
    messages.check,
    documents.check,
)


def check(root: Path, *, formatted: bool = True) -> list[Finding]:
    """All findings but checkov's; the formatter's on request, since it is another process."""
    configuration, made, found = plans(root / "infra/gcp", every_option=True)
    if not found:  # otherwise what is wrong says more than all that differs by it
        stands = inventory.Inventory(configuration, made, root)
        found += inventory.compare(stands, inventory.STORED.read_text())
    found += policy.of_text(configuration)
    found += checkov.skips(configuration.texts)
    found += order.check(configuration)
    found += formatter.check(configuration) if formatted else ()
    for plan in made:
        every_option = plan.environment == EVERY_OPTION
        for check_plan in _OF_PLAN:
            found += check_plan(plan)
        found += contract.check(plan, every_option=every_option)
        found += pipeline.check(plan)
        found += build.check(plan, root)
        found += roles.check(plan) if every_option else ()
    return sorted(set(found))


def standing(root: Path) -> str:
    """The inventory as it should be stored."""
    configuration, made, _ = plans(root / "infra/gcp", every_option=True)
    return inventory.rendered(inventory.Inventory(configuration, made, root))


def scan(root: Path) -> list[Finding]:
    """What checkov finds."""
    return checkov.scan(root)[0]
