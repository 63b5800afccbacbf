"""A person takes their data away, and has the same analyses somewhere else."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import httpx
from click.testing import CliRunner

from clarity.cli import main
from infra.local.phone import Phone
from infra.local.topology import PROJECT
from tests.cloud import environment, until, whole_cloud
from tests.e2e.test_main_job import ask, documents, send, week

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cloud import Cloud

SAME = ("metrics", "details", "sleep", "quality", "window", "grid_sha256", "confidence")


def delivered(cloud: Cloud, user: str, request_id: str) -> dict:
    """The answer to the person's own request for their data."""
    request = cloud.firestore().document(f"users/{user}/privacy_requests/{request_id}")
    request.create({"kind": "export"})

    def answer() -> dict | None:
        found = request.get().to_dict() or {}
        return found if found.get("status") in {"completed", "rejected"} else None

    return until(answer, what="the export")


def read_in(cloud: Cloud, file: Path, user: str) -> None:
    with environment(cloud.variables):
        command = ["person", "import", str(file), "--user", user, "--project", PROJECT]
        found = CliRunner().invoke(main, command)
    assert found.exit_code == 0, found.output


def check_whole(file: Path) -> None:
    """Every collection that the chain writes is in it, and nothing could not be read."""
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
    kinds = {name.removeprefix("documents/") for name in manifest["documents"]}
    assert {"person.jsonl", "days.jsonl", "jobs.jsonl", "analyses.jsonl", "audit.jsonl"} <= kinds
    assert "about/claims.jsonl" in kinds
    assert manifest["undecodable_chunks"] == 0


def test_an_export_read_into_an_empty_cloud_gives_the_same_analyses(running, tmp_path) -> None:
    phone = Phone(running.firestore(), "leaver")
    send(phone, week("traveller"), "a")
    before = ask(phone, "r1")
    answer = delivered(running, "leaver", "all%2Fof-it")
    file = tmp_path / "export.zip"
    file.write_bytes(httpx.get(answer["url"]).raise_for_status().content)

    with whole_cloud(tmp_path / "empty", "--gemini", "local") as empty:
        read_in(empty, file, "arrival")
        after = ask(Phone(empty.firestore(), "arrival"), "r2")
        theirs = documents(empty, "arrival", "analyses")

    check_whole(file)
    assert httpx.get(answer["url"].partition("?")[0]).status_code == 403
    ours = documents(running, "leaver", "analyses")
    assert after["analysis_id"] == before["analysis_id"]
    one, other = (each[before["analysis_id"]] for each in (ours, theirs))
    assert {name: one[name] for name in SAME} == {name: other[name] for name in SAME}
    assert list(one["embedding"]) == list(other["embedding"])
