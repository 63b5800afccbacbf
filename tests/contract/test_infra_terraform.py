"""Terraform itself, where it is on the PATH: what it says of infra/gcp, and of our own reading."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from infra.terraform import format as formatter
from infra.terraform import functions
from infra.terraform.values import is_known
from tests.cloud import REPOSITORY
from tests.contract.terraform_plans import planned
from tests.contract.terraform_provider import provided
from tests.contract.test_infra import EXPRESSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def terraform() -> str:
    path = shutil.which("terraform")
    if path is None:
        pytest.skip("needs terraform on the PATH")
    return path


@pytest.fixture(scope="module")
def folder(terraform, tmp_path_factory) -> Iterator[Path]:
    """A copy of infra/gcp, initialised with the vendored schema as its provider."""
    copy = tmp_path_factory.mktemp("terraform") / "infra/gcp"
    shutil.copytree(REPOSITORY / "infra/gcp", copy, ignore=shutil.ignore_patterns(".terraform*"))
    versions = (copy / "versions.tf").read_text()
    (copy / "versions.tf").write_text(re.sub(r'backend "gcs" \{[^}]*\}', "", versions))
    with pytest.MonkeyPatch.context() as patch, provided() as variables:
        for name, value in variables.items():
            patch.setenv(name, value)
        run(terraform, copy, "init")
        yield copy


def run(terraform: str, folder: Path, *arguments: str, given: str = "") -> str:
    process = subprocess.run(
        [terraform, *arguments],
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    return process.stdout + (process.stderr if process.returncode else "")


def test_terraform_validates_the_files(terraform, folder) -> None:
    said = run(terraform, folder, "validate", "-no-color")

    assert "The configuration is valid" in said


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("time_zone ", "timezone ", "Unsupported argument"),
        ("var.region", "var.regin", "Reference to undeclared input variable"),
        ("  pubsub_target {", "  pubsub_targets {", "Unsupported block type"),
    ],
)
def test_terraform_refuses_what_our_check_refuses(terraform, folder, old, new, says) -> None:
    file = folder / "scheduler.tf"
    before = file.read_text()
    assert old in before

    file.write_text(before.replace(old, new, 1))
    said = run(terraform, folder, "validate", "-no-color")
    file.write_text(before)

    assert says in said


def test_terraform_formats_the_files_as_they_are(terraform) -> None:
    assert run(terraform, REPOSITORY / "infra/gcp", "fmt", "-check", "-recursive") == ""


def test_the_formatter_writes_what_terraform_fmt_writes(terraform, tmp_path) -> None:
    text = 'resource "a" "b" {\n  x=1\n long_name = [1,2,\n3]\n\n\n  # c\n  m = {\n  a=1\n  }\n}\n'
    (tmp_path / "a.tf").write_text(text)

    run(terraform, tmp_path, "fmt", "a.tf")

    assert formatter.formatted({"a.tf": text}) == {"a.tf": (tmp_path / "a.tf").read_text()}


def test_the_functions_are_those_of_terraform(terraform, tmp_path) -> None:
    printed = run(terraform, tmp_path, "metadata", "functions", "-json")
    signatures = json.loads(printed)["function_signatures"]

    assert functions.ARITIES.keys() == {name for name in signatures if "::" not in name}


def test_terraform_gives_expressions_the_values_that_our_tests_expect(terraform, tmp_path) -> None:
    rows = "".join(f"    ({expression}\n    ),\n" for expression, _ in EXPRESSIONS)
    (tmp_path / "main.tf").write_text(f"locals {{\n  all = jsonencode([\n{rows}  ])\n}}\n")

    printed = run(terraform, tmp_path, "console", given="local.all")

    assert json.loads(json.loads(printed)) == [value for _, value in EXPRESSIONS]


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_terraform_gives_our_locals_the_values_that_our_plan_gives_them(
    terraform, folder, environment
) -> None:
    plan = planned(environment)
    names = sorted(name for name in plan.configuration.local_values if is_known(plan.local(name)))

    asked = ", ".join(f"jsonencode(local.{name})" for name in names)

    printed = run(
        terraform,
        folder,
        "console",
        f"-var-file=env/{environment}.tfvars",
        "-var=project_id=clarity-test",
        given=f"[{asked}]",
    )

    # What names a resource Terraform knows only with a state.
    lines = [line.strip().removesuffix(",") for line in printed.splitlines()[1:-1]]
    known = {
        name: json.loads(json.loads(line.replace("$${", "${").replace("%%{", "%{")))
        for name, line in zip(names, lines, strict=True)
        if line != "(known after apply)"
    }
    assert len(known) > 20
    assert known == {name: plan.local(name) for name in known}
