"""Everything that `make check` asks of infra/gcp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.terraform import (
    apis,
    build,
    contract,
    documents,
    events,
    limits,
    messages,
    order,
    pipeline,
    policy,
    roles,
)
from infra.terraform import format as formatter
from infra.terraform import scan as checkov
from infra.terraform.check import EVERY_OPTION, plans

if TYPE_CHECKING:
    from pathlib import Path

    from infra.terraform.findings import Finding

_OF_PLAN = (policy.of_plan, limits.check, apis.check, events.check, messages.check, documents.check)


def check(root: Path, *, formatted: bool = True) -> list[Finding]:
    """All findings but checkov's; the formatter's on request, since it is another process."""
    configuration, made, found = plans(root / "infra/gcp", every_option=True)
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


def scan(root: Path) -> list[Finding]:
    """What checkov finds."""
    return checkov.scan(root)[0]
