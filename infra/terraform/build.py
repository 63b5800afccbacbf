"""cloudbuild.yaml and its triggers: each substitution is given, and used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from infra.terraform.findings import Finding, did_you_mean
from infra.terraform.values import mapping

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from infra.terraform.plan import Plan

FILE = "cloudbuild.yaml"
# cloud.google.com/build/docs/configuring-builds/substitute-variable-values
_BUILT_INS = """
    PROJECT_ID BUILD_ID PROJECT_NUMBER LOCATION TRIGGER_NAME COMMIT_SHA REVISION_ID SHORT_SHA
REPO_NAME     REPO_FULL_NAME BRANCH_NAME TAG_NAME REF_NAME TRIGGER_BUILD_CONFIG_PATH
SERVICE_ACCOUNT     SERVICE_ACCOUNT_EMAIL
"""
_BUILT_IN = frozenset(_BUILT_INS.split())
_USED = re.compile(r"(?<!\$)\$(?:\{(\w+)\}|(\w+))")
_DECLARED = re.compile(r"^  (_[A-Z0-9_]+):", re.M)
_SUBSTITUTIONS = re.compile(r"^substitutions:\n((?:  .*\n|\n)+)", re.M)


def check(plan: Plan, root: Path) -> Iterator[Finding]:
    """All findings about an environment's triggers."""
    text = (root / FILE).read_text()
    block = _SUBSTITUTIONS.search(text)
    declared = set(_DECLARED.findall(block[1])) if block else set()
    used = _used(text)
    triggers = plan.of("google_cloudbuild_trigger")
    for trigger in triggers:
        given = mapping(trigger.get("substitutions"))
        for name in given.keys() - used.keys():
            hint = did_you_mean(name, used)
            found = f"{name}, which nothing there uses"
            yield trigger.node.finding(f"a substitution of {FILE}", found, "substitutions", hint)
        for name in used.keys() - declared - given.keys() - _BUILT_IN:
            hint = did_you_mean(name, [*declared, *given, *_BUILT_IN])
            wanted = f"a substitution, declared or given by {trigger.address}"
            yield Finding(FILE, used[name], wanted, name, hint)
        if trigger.get("filename") != FILE:
            yield trigger.node.finding(f"filename {FILE}", str(trigger.get("filename")), "filename")
    for name in declared - used.keys():
        yield Finding(FILE, 1, f"a use of the substitution {name}", "none")
    if triggers and not any(one.get("approval_config", "approval_required") for one in triggers):
        yield triggers[0].node.finding("approval_required on what applies", "none")


def _used(text: str) -> dict[str, int]:
    """Substitution -> its first line."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        for one in _USED.finditer(line.split(" # ")[0]):
            found.setdefault(one[1] or one[2], number)
    return found
