"""The README says what is there, and what is there is in the README."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from click.testing import CliRunner

from clarity.cli import main as clarity
from clarity.domain.job import Status
from clarity.settings import (
    Environment,
    IngestSettings,
    InsightsSettings,
    MonitorSettings,
    ParkSettings,
    PreprocessSettings,
    PrivacySettings,
    SweepSettings,
)
from clarity.sources.generated.people import PEOPLE
from infra.local import topology
from infra.local.__main__ import cli
from tests.cloud import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
SETTINGS: dict[str, type[Environment]] = {
    "ingest": IngestSettings,
    "preprocess": PreprocessSettings,
    "insights": InsightsSettings,
    "park": ParkSettings,
    "sweep": SweepSettings,
    "monitor": MonitorSettings,
    "privacy": PrivacySettings,
}
ROW = re.compile(r"^\| ((?:`[A-Z][A-Z_]+` )+)\| ([\w, ]+) \|", re.MULTILINE)
# What a row may call several functions.
TOGETHER = {"all": set(SETTINGS), "chain": set(SETTINGS) - {"park", "monitor"}}


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= 200


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    documented = {
        (variable, function)
        for variables, who in ROW.findall(README)
        for variable in re.findall(r"[A-Z_]+", variables)
        for function in TOGETHER.get(who, who.split(", "))
    }
    expected = {
        (field.name.upper(), function)
        for function, settings in SETTINGS.items()
        for field in fields(settings)
    }

    assert documented == expected


def test_every_setting_is_supplied_by_the_embedded_cloud() -> None:
    ports = topology.Ports(*range(1, 12))
    gemini = {"GEMINI_API_KEY": "k", "GEMINI_API_ENDPOINT": "e"}
    environment = topology.function_environment(ports, pat_model_id="m", gemini=gemini)

    for settings in SETTINGS.values():
        assert settings.from_env(environment)


def test_every_make_target_is_documented_and_every_documented_one_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):.* ## ", MAKEFILE, re.MULTILINE)) - {"help"}
    shown = set(re.findall(r"\bmake ([a-z]+)", README))

    assert shown <= targets
    assert targets - shown <= {"clean", "format"}


def test_every_make_variable_exists() -> None:
    for variable in set(re.findall(r"make demo.*? ([A-Z]+)=", README)):
        assert f"$({variable})" in MAKEFILE


@pytest.mark.parametrize(
    ("program", "group"), [("clarity", clarity), ("python -m infra.local", cli)]
)
def test_every_command_exists(program, group) -> None:
    shown = set(re.findall(rf"{re.escape(program)} ([a-z-]+)", README))

    assert shown
    for command in shown:
        result = CliRunner().invoke(group, [command, "--help"])
        assert result.exit_code == 0, result.output
        assert "Options:" in result.output


def test_every_person_is_named_and_every_named_one_exists() -> None:
    line = next(line for line in README.splitlines() if "also:" in line)
    named = set(re.findall(r"[a-z]+(?:-[a-z]+)?", line.split("also:")[1])) | {"night-shift"}

    assert named == set(PEOPLE)


def test_every_status_is_explained() -> None:
    assert set(re.findall(r"^\| `([a-z_]+)` \| [\d.]+ \|", README, re.MULTILINE)) == set(Status)


def test_every_topic_is_named() -> None:
    topics = (topic for topic, _ in topology.PUSHES.values())
    for name in (*topics, topology.DEAD_LETTERS):
        assert name.rpartition("/")[2] in README


def test_every_collection_that_is_written_is_named() -> None:
    sources = (REPOSITORY / "shared/clarity/adapters").glob("firestore*.py")
    code = "".join(path.read_text() for path in sources)
    written = set(re.findall(r'collection\("([a-z_]+)"\)', code))
    written |= set(re.findall(r'_create\(user_id, "([a-z_]+)"', code))
    written |= set(re.findall(r"users/\{[^}]+\}/([a-z_]+)", code))

    assert written
    for collection in written:
        assert re.search(rf"\b{collection}\b", README), collection


def test_every_path_exists() -> None:
    for path in re.findall(r"\b(?:shared|infra|tests)/[\w./-]+\.(?:py|md)", README):
        assert (REPOSITORY / path).is_file(), path
