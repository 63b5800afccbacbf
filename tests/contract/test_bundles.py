"""The bundles: what Cloud Functions gets, started with nothing but itself, given real events."""

from __future__ import annotations

import os
import re
import shutil
import socket
import zipfile
from datetime import UTC, datetime
from importlib.metadata import distributions
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from rich.table import Table

from clarity.settings import (
    Environment,
    IngestSettings,
    InsightsSettings,
    MonitorSettings,
    ParkSettings,
    PreprocessSettings,
    PrivacySettings,
    SettingsError,
    SweepSettings,
)
from clarity.sources.generated import people
from infra import bundle, imports
from infra.local.phone import Phone
from infra.local.topology import HOST, PAT_ARTIFACT
from tests.bundled import Bundled, Chain, chain, install, running
from tests.cloud import REPOSITORY, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clarity.domain.job import Origin

SETTINGS: dict[str, type[Environment]] = {
    "ingest": IngestSettings,
    "insights": InsightsSettings,
    "monitor": MonitorSettings,
    "park": ParkSettings,
    "preprocess": PreprocessSettings,
    "privacy": PrivacySettings,
    "sweep": SweepSettings,
}
FUNCTIONS = list(SETTINGS)
# What only the laptop, the endpoint or the deployment uses: no function carries it.
FOREIGN = {"tensorflow", "keras", "h5py", "openvino", "onnxruntime", "pandas", "scikit-learn"}


@pytest.fixture(scope="module")
def bundles(tmp_path_factory) -> dict[str, Bundled]:
    """Each bundle unzipped, with its own packages."""
    folder = tmp_path_factory.mktemp("bundles")
    return {function: install(function, folder) for function in FUNCTIONS}


@pytest.fixture(scope="module")
def deployed(bundles, tmp_path_factory) -> Iterator[Chain]:
    """Every event comes as the platform sends it: Eventarc's protobuf, Pub/Sub's push."""
    with chain(bundles, tmp_path_factory.mktemp("cloud"), PARK_IDLE_SECONDS="1") as running:
        yield running


def test_every_function_is_bundled() -> None:
    assert bundle.functions() == FUNCTIONS


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_bundle_holds_the_door_its_requirements_and_what_they_reach(function, tmp_path) -> None:
    with zipfile.ZipFile(bundle.write(function, tmp_path)) as archive:
        names = archive.namelist()

    assert names == sorted(names)
    assert {"main.py", "requirements.txt", "clarity/wiring.py"} <= set(names)
    tops = {name.split("/")[1] for name in names if name.startswith("clarity/")}
    assert tops <= {"__init__.py", "adapters", "domain", "settings.py", "steps", "wiring.py"}
    assert not [name for name in names if "__pycache__" in name or name.endswith("_cli.py")]


def a_copy(folder: Path) -> None:
    """The sources again, written in another order, later, for nobody else to read."""
    before = os.umask(0o077)
    try:
        for top in ("functions", "shared/clarity"):
            paths = (REPOSITORY / top).rglob("*")
            for path in sorted((p for p in paths if p.is_file()), reverse=True):
                copied = folder / path.relative_to(REPOSITORY)
                copied.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copied)
                os.utime(copied, (2e9, 2e9))
    finally:
        os.umask(before)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch) -> Path:
    """A copy of the sources, which bundles are then made of."""
    a_copy(tmp_path / "copy")
    monkeypatch.setattr(bundle, "REPOSITORY", tmp_path / "copy")
    monkeypatch.setitem(imports.ROOTS, "clarity", tmp_path / "copy/shared")
    return tmp_path / "copy"


def test_the_same_sources_give_the_same_bytes_whatever_the_disk_says(tmp_path, request) -> None:
    here = {each: bundle.write(each, tmp_path / "a").read_bytes() for each in FUNCTIONS}
    elsewhere = request.getfixturevalue("elsewhere")
    (elsewhere / "shared/clarity/adapters/prompts/.DS_Store").touch()
    (elsewhere / "shared/clarity/adapters/prompts/insight-2.md~").touch()

    for function, expected in here.items():
        assert bundle.write(function, tmp_path / "b").read_bytes() == expected


def test_only_a_source_that_the_function_reaches_changes_its_bundle(elsewhere, tmp_path) -> None:
    def name() -> str:
        return bundle.write("ingest", tmp_path).name

    before = name()
    for file in ("pat/cli.py", "sources/fitbit.py", "cli.py", "cost/prices.json"):
        with (elsewhere / "shared/clarity" / file).open("a") as source:
            source.write("\n")
    assert name() == before

    with (elsewhere / "shared/clarity/domain/words/languages/german.py").open("a") as source:
        source.write("\n")
    assert name() != before


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_bundle_installs_nothing_that_its_function_does_not_use(function, bundles) -> None:
    (site,) = bundles[function].environment.glob("lib/python3.*/site-packages")
    names = {found.name.lower().replace("_", "-") for found in distributions(path=[str(site)])}

    assert names.isdisjoint(FOREIGN)
    assert ("google-cloud-aiplatform" in names) == (function == "park")
    assert ("google-generativeai" in names) == (function == "insights")
    assert ("scipy" in names) == (function == "monitor")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_without_its_environment_does_not_start_and_says_all_that_is_missing(
    function, bundles
) -> None:
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]

    with pytest.raises(AssertionError) as ended, running(bundles[function], {}, port):
        pass

    said = str(ended.value)
    told = re.findall(r"missing environment variables: ([A-Z_]+(?:, [A-Z_]+)*)", said)
    with pytest.raises(SettingsError) as expected:
        SETTINGS[function].from_env({})
    assert {f"missing environment variables: {names}" for names in told} == {str(expected.value)}
    assert "GOOGLE_CLOUD_PROJECT, " in str(expected.value)


def send_week(phone: Phone) -> tuple[people.Person, list[Origin]]:
    last_day = people.last_full_day("office-worker", datetime.now(UTC))
    person = people.generate("office-worker", last_day=last_day)
    phone.settings(**people.CONSENT)
    return person, [phone.create(*each) for each in people.uploads(person, attempt="a")]


def failures(running: Chain) -> list[str]:
    """What a function has logged as an error: a redelivery may hide it from the phone."""
    logs = (each.log.read_text() for each in running.functions.values())
    return [line for log in logs for line in log.splitlines() if '"severity": "ERROR"' in line]


def stage(phone: Phone, origin: Origin) -> object:
    job = phone.client.document(f"users/{phone.user_id}/jobs/{origin.processing_id}").get()
    return (job.to_dict() or {}).get("stage")


def test_the_park_bundle_undeploys_an_idle_endpoint_and_deploys_it_for_who_waits(deployed) -> None:
    phone = Phone(deployed.cloud.firestore(), "parked")

    phone.settings(language="de", reading_level="plain")
    with deployed.ticking():
        until(lambda: not deployed.models(), 90, "an empty endpoint")
    send_week(phone)
    origin = phone.request("r1", insight_type="general")
    until(lambda: stage(phone, origin) == "waiting_for_model", 60, "a job that waits")
    with deployed.ticking():
        until(deployed.models, 60, "a deployed model")

    assert list(phone.follow(origin, 60))[-1]["status"] == "completed"
    assert not failures(deployed)


def test_the_bundles_carry_a_week_from_the_phone_to_its_insight(deployed) -> None:
    phone = Phone(deployed.cloud.firestore(), "bundled")
    person, sent = send_week(phone)
    origin = phone.request("r1", insight_type="general")

    job = list(phone.follow(origin, 90))[-1]

    assert job["status"] == "completed", job
    answers = [phone.client.document(each.path).get().to_dict() or {} for each in sent]
    assert {answer["status"] for answer in answers} == {"ingested"}
    assert sum(answer["accepted"] for answer in answers) == len(person.samples)
    own = phone.client.collection("users").document("bundled")
    analysis = own.collection("analyses").document(job["analysis_id"]).get().to_dict() or {}
    assert len(analysis["embedding"]) == 96
    assert analysis["provenance"]["model_id"].startswith(PAT_ARTIFACT)
    insight = own.collection("insights").document(job["insight_id"]).get().to_dict() or {}
    assert insight["narrative"]
    assert insight["source"] == "gemini"  # who writes otherwise is asked where Gemini's fails
    assert not failures(deployed)


def test_sizes_and_cold_starts_are_told(bundles, deployed) -> None:
    table = Table("function", "zip, MB", "unzipped", "installed", "cold start, s", "peak, MiB")
    for function, each in bundles.items():
        started = deployed.functions[function]
        times = (f"{started.cold_s:.1f}", f"{started.peak_mib():.0f}")
        table.add_row(*each.table_row(), *times)
        assert each.archive.stat().st_size < 2e6
    Console().print(table)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_door_only_translates(function) -> None:
    lines = (REPOSITORY / "functions" / function / "main.py").read_text().splitlines()

    assert len(lines) <= 40
    imported = {
        line.split()[1] for line in lines if line.startswith(("from clarity", "import clarity"))
    }
    assert imported == {"clarity", "clarity.adapters.cloudevent", "clarity.settings"}
