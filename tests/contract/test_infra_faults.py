"""One fault at a time, put into a copy of infra/gcp: the check says what and where."""

from __future__ import annotations

import re
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import yaml  # type: ignore[import-untyped]
from click.testing import CliRunner

from infra.local.topology import PUSHES
from infra.terraform import inventory, report
from infra.terraform.__main__ import main
from infra.terraform.check import plans
from tests.cloud import REPOSITORY
from tests.contract.infra_seeds import FILES, Seed
from tests.contract.infra_seeds_code import CODE
from tests.contract.infra_seeds_inventory import CHANGES
from tests.contract.infra_seeds_limits import LIMITS
from tests.contract.infra_seeds_promises import PROMISES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEEDS = FILES | CODE | LIMITS | CHANGES | PROMISES
CURRENT = inventory.STORED


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> Path:
    """A repository with what the check reads."""
    root = tmp_path_factory.mktemp("repository")
    shutil.copytree(REPOSITORY / "infra/gcp", root / "infra/gcp", ignore=_state)
    shutil.copytree(REPOSITORY / "infra/build", root / "infra/build")
    shutil.copy(REPOSITORY / "cloudbuild.yaml", root)
    return root


def _state(_: str, names: list[str]) -> set[str]:
    return {name for name in names if name.startswith(".terraform")}


@contextmanager
def planted(root: Path, seed: Seed) -> Iterator[None]:
    path = root / "infra/gcp" / seed.file
    before = path.read_text()
    words = r"\s+".join(re.escape(word) for word in seed.old.split())
    after, count = re.subn(words, lambda _: seed.new.strip(" "), before, count=1)
    assert count == 1, f"{seed.file} has no {seed.old!r}: the seed does not apply"
    path.write_text(after)
    try:
        yield
    finally:
        path.write_text(before)


def test_the_copy_is_clean(clean) -> None:
    assert report.check(clean) == []


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS.keys())
def test_the_check_names_the_fault(clean, seed) -> None:
    with planted(clean, seed):
        findings = report.check(clean, formatted=False)

    assert seed.says in "\n".join(map(str, findings))


@pytest.mark.parametrize("name", ["more.tf.json", "env/prod.tfvars.json", "iam_override.tf"])
def test_a_file_that_terraform_reads_and_the_check_does_not_is_refused(clean, name) -> None:
    path = clean / "infra/gcp" / name
    path.write_text("{}")
    try:
        findings = report.check(clean, formatted=False)
    finally:
        path.unlink()

    assert name in {one.file for one in findings}


def test_a_file_that_is_not_formatted_is_named_with_its_line(clean) -> None:
    with planted(clean, Seed("scheduler.tf", "time_zone   =", "time_zone =", "")):
        findings = report.check(clean)

    assert ["fmt --write" in one.hint and one.file == "scheduler.tf" for one in findings] == [True]


def test_checkov_is_run_and_its_findings_have_a_file_and_a_line(clean) -> None:
    with planted(clean, SEEDS["ingress from everywhere"]):
        findings = report.scan(clean)

    (finding,) = findings
    assert finding.file == "infra/gcp/functions.tf"
    assert finding.line > 1
    assert "CKV_GCP_124" in finding.expected


def test_the_inventory_is_written_twice_with_the_same_bytes_and_is_current(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(inventory, "STORED", tmp_path / "inventory.yaml")

    first = CliRunner().invoke(main, ["inventory", "--write"])
    written = inventory.STORED.read_bytes()
    second = CliRunner().invoke(main, ["inventory", "--write"])

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert inventory.STORED.read_bytes() == written
    assert written == CURRENT.read_bytes()


def test_each_line_of_the_inventory_counts(clean) -> None:
    lines = inventory.STORED.read_text().splitlines()
    configuration, made, _ = plans(clean / "infra/gcp", every_option=True)
    stands = inventory.Inventory(configuration, made, clean)

    unseen = [
        line
        for at, line in enumerate(lines[2:], start=2)
        if at % 20 == 0
        and not list(inventory.compare(stands, "\n".join(lines[:at] + lines[at + 1 :])))
    ]

    assert unseen == []


def test_the_inventory_is_yaml_and_holds_each_resource(clean) -> None:
    _, made, _ = plans(clean / "infra/gcp", every_option=True)

    names = {name.split(" [")[0] for name in yaml.safe_load(CURRENT.read_text())}

    wanted = {one.address.split(" [")[0] for plan in made for one in plan.instances}
    assert wanted <= names


def test_a_meant_change_is_one_command(clean, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(inventory, "STORED", tmp_path / "inventory.yaml")
    inventory.STORED.write_bytes(CURRENT.read_bytes())

    with planted(clean, SEEDS["pushes that keep what was taken"]):
        before = report.check(clean, formatted=False)
        CliRunner().invoke(main, ["--root", str(clean), "--no-checkov", "inventory", "--write"])
        after = report.check(clean, formatted=False)

    assert [one.hint for one in before] == [inventory.WRITE] * len(PUSHES)
    assert after == []


def test_no_seed_takes_anothers_name() -> None:
    assert len(SEEDS) == len(FILES) + len(CODE) + len(LIMITS) + len(CHANGES) + len(PROMISES)


def test_a_seed_that_does_not_apply_fails(clean) -> None:
    with (
        pytest.raises(AssertionError, match="does not apply"),
        planted(clean, Seed("scheduler.tf", "no such words", "", "")),
    ):
        pass


def test_the_command_ends_with_1_and_prints_file_line_expected_and_found(clean) -> None:
    seed = SEEDS["a misspelt argument"]

    with planted(clean, seed):
        result = CliRunner().invoke(main, ["--root", str(clean), "--no-checkov"])

    assert result.exit_code == 1
    assert re.search(
        r"^pubsub\.tf:\d+: expected .* found .*did you mean", result.output, re.MULTILINE
    )
