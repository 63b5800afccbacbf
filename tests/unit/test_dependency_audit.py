"""The audit of dependencies: it asks about all that is locked, or says that it did not ask."""

from __future__ import annotations

import os
import subprocess

import click
import pytest

from infra.audit import REPOSITORY, Audit, audit, commands, judge, locks

SOUND = {"name": "numpy", "version": "2.4.6", "vulns": []}
VULNERABLE = {"name": "old", "version": "1.0", "vulns": [{"id": "CVE-1"}, {"id": "CVE-2"}]}
UNKNOWN = {"name": "ours", "skip_reason": "ours (1.0) could not be audited"}


def test_every_lock_is_audited() -> None:
    found = {str(file.relative_to(REPOSITORY)) for file in locks()}

    assert {"requirements.txt", "functions/ingest/requirements.txt"} < found
    assert len([name for name in found if name.startswith("infra/endpoint/")]) == 2


def test_an_index_without_advisories_is_named_and_nothing_is_said_to_be_audited() -> None:
    assert judge([UNKNOWN, UNKNOWN]) == Audit(skipped="ours (1.0) could not be audited")


def test_what_is_vulnerable_or_alone_unknown_fails_by_name() -> None:
    found = judge([SOUND, VULNERABLE, UNKNOWN])

    assert found.problems == ("old 1.0: CVE-1, CVE-2", "ours (1.0) could not be audited")
    assert not found.skipped


def test_where_nothing_is_known_all_pass() -> None:
    assert judge([SOUND]) == Audit(packages=1)


def test_nobody_there_is_named_too() -> None:
    nowhere = "http://127.0.0.1:9"
    environment = dict(os.environ) | {"HTTPS_PROXY": nowhere, "https_proxy": nowhere}  # noqa: TID251
    environment |= {"NO_PROXY": "", "no_proxy": ""}

    assert audit(commands(locks())[1], environment).skipped in {"ProxyError", "ConnectionError"}


def test_a_lock_that_cannot_be_read_is_no_reason_to_skip() -> None:
    with pytest.raises(click.ClickException, match="absent"):
        audit([*commands(locks())[1], "--requirement", "absent.txt"])


@pytest.mark.parametrize("command", commands(locks()), ids=["hashed", "plain"])
def test_pip_audit_reads_all_locks(command) -> None:
    run = subprocess.run(
        [*command, "--dry-run"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert run.returncode == 0, run.stderr
    assert "would have audited" in run.stderr
