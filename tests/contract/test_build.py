"""cloudbuild.yaml and the scripts that its steps run; the release itself is in tests/e2e."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.cloud import REPOSITORY

BUILD = yaml.safe_load((REPOSITORY / "cloudbuild.yaml").read_text())
STEPS = {step["id"]: step for step in BUILD["steps"]}
SCRIPTS = sorted((REPOSITORY / "infra/build").glob("*.sh"))
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"


def run(*command: str, cwd: Path = REPOSITORY, **variables: str):
    env = {"PATH": PATH, **variables}
    return subprocess.run(command, cwd=cwd, env=env, check=False, capture_output=True, text=True)


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


@pytest.mark.parametrize("step", STEPS)
def test_a_step_runs_on_a_pinned_image_within_a_time(step) -> None:
    image = STEPS[step]["name"]

    assert re.search(r":[0-9][\w.-]+(@sha256:[0-9a-f]{64})?$", image), image
    assert seconds(STEPS[step]["timeout"]) <= seconds(BUILD["timeout"])


@pytest.mark.parametrize("step", STEPS)
def test_a_step_s_commands_are_there(step) -> None:
    words = [word for word in STEPS[step]["args"] if word.startswith("infra/")]

    assert all(os.access(REPOSITORY / word, os.X_OK) for word in words)
    assert words or STEPS[step]["entrypoint"] == "make"


def test_every_script_is_run_by_a_step_or_another_script() -> None:
    told = [" ".join(step["args"]) for step in BUILD["steps"]]
    told += [script.read_text().partition("set -eu")[2] for script in SCRIPTS]

    assert [
        script.name for script in SCRIPTS if not any(script.name in each for each in told)
    ] == []


def test_each_variable_that_a_script_needs_is_given() -> None:
    given = {entry.partition("=")[0] for entry in BUILD["options"]["env"]}
    for script in SCRIPTS:
        for block in re.findall(
            r"# Variables: (.*?)(?:Optional|\nset )", script.read_text(), re.DOTALL
        ):
            named = set(
                re.findall(r"\b[A-Z][A-Z_]{3,}\b", re.sub(r"\(.*?\)", "", block, flags=re.DOTALL))
            )
            own = set(
                re.findall(
                    r"^export (.*)$", (REPOSITORY / "infra/build/deployed.sh").read_text(), re.M
                )[0].split()
            )
            assert named <= given | own, script.name


def test_what_a_stage_is_not_for_does_not_run_and_a_stage_that_is_none_fails() -> None:
    script = "infra/build/only.sh"

    assert run(script, "plan", "echo", "done", STAGE="plan").stdout == "done\n"
    assert run(script, "apply", "echo", "done", STAGE="plan").stdout == ""
    assert run(script, "plan", "false", STAGE="plan").returncode == 1
    misspelt = run(script, "plan", "echo", STAGE="paln")
    assert (misspelt.returncode, "expected plan or apply, found 'paln'" in misspelt.stderr) == (
        1,
        True,
    )


def test_nothing_that_changes_what_runs_is_in_the_plan_stage() -> None:
    both = {name for name, step in STEPS.items() if step["args"][0] != "infra/build/only.sh"}
    stages = {name: step["args"][1] for name, step in STEPS.items() if name not in both}

    assert both == {"bundle"}
    assert [name for name in STEPS if stages.get(name) == "apply"] == ["fetch", "apply", "release"]
    changing = ("apply", "deployed.sh", "release.sh", "fetch")
    plans = [" ".join(STEPS[name]["args"][2:]) for name in STEPS if stages.get(name) == "plan"]
    assert not [each for each in plans if any(word in each for word in changing)]


def test_terraform_names_what_the_release_reads() -> None:
    outputs = (REPOSITORY / "infra/gcp/outputs.tf").read_text()
    read = re.findall(r"\$\(output (\w+)", (REPOSITORY / "infra/build/deployed.sh").read_text())

    assert set(read) <= set(re.findall(r'^output "(\w+)"', outputs, re.MULTILINE))


def test_a_bill_of_materials_names_each_pinned_package_with_its_hashes(tmp_path) -> None:
    for folder in ("functions", "infra/endpoint"):
        for file in (REPOSITORY / folder).rglob("requirements*.txt"):
            copied = tmp_path / file.relative_to(REPOSITORY)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copied)

    ended = run(str(REPOSITORY / "infra/build/sbom.sh"), cwd=tmp_path)

    assert ended.returncode == 0, ended.stderr
    names = {path.name.removesuffix(".cdx.json") for path in (tmp_path / "dist").iterdir()}
    functions = {path.parent.name for path in REPOSITORY.glob("functions/*/main.py")}
    assert names == {"pat-cpu", "pat-gpu", *functions}
    text = (tmp_path / "dist/pat-cpu.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    wanted = (REPOSITORY / "infra/endpoint/requirements-cpu.txt").read_text()
    pins = re.findall(r"^([a-z0-9-]+)==([^ ;\n]+)", wanted, re.MULTILINE)
    assert {(each["name"], each["version"]) for each in bill["components"]} == set(pins)
    assert all(each["externalReferences"][0]["hashes"] for each in bill["components"])


CRITICAL = "CVE-2026-1\tCRITICAL\nCVE-2026-2\tHIGH\n"


@pytest.mark.parametrize(
    ("found", "accepted", "said"),
    [
        ("CVE-2026-2\tHIGH\n", "", None),
        ("", "", None),
        (CRITICAL, "", "CVE-2026-1 is critical\n"),
        (CRITICAL, "# none\n", "CVE-2026-1 is critical\n"),
        (CRITICAL, "CVE-2026-1 2026-11-23 no fix, not loaded\n", None),
        (CRITICAL, "CVE-2026-1 2026-11-22 no fix\n", "was accepted until 2026-11-22"),
        (CRITICAL, "CVE-2026-11 2026-12-31 another\n", "CVE-2026-1 is critical\n"),
        (CRITICAL, "CVE-2026-1 2026-12-31\n", "accepted.txt:1: expected NAME YYYY-MM-DD REASON"),
        ("", "CVE-2026-1 for ever\n", "accepted.txt:1: expected NAME YYYY-MM-DD REASON"),
    ],
)
def test_a_critical_vulnerability_fails_unless_it_is_accepted_until_then(
    tmp_path, found, accepted, said
) -> None:
    (tmp_path / "found").write_text(found)
    (tmp_path / "accepted.txt").write_text(accepted)

    ended = run(
        str(REPOSITORY / "infra/build/verdict.sh"),
        "found",
        "2026-11-23",
        "accepted.txt",
        cwd=tmp_path,
    )

    assert ended.returncode == (0 if said is None else 1), ended.stderr
    assert ended.stderr == "" if said is None else said in ended.stderr


def test_what_is_accepted_now_is_written_as_the_scan_reads_it(tmp_path) -> None:
    (tmp_path / "found").write_text("")

    ended = run("infra/build/verdict.sh", str(tmp_path / "found"), "2026-11-23")

    assert (ended.returncode, ended.stderr) == (0, "")
