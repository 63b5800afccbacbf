"""A command says soon, and in words, that the database does not answer or lets nobody in."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from clarity.adapters import firestore_open
from clarity.cli import main
from tests.cloud import REPOSITORY, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMANDS = {
    "health": ("health",),
    "requests": ("pat", "requests", "list"),
    "reference": ("pat", "reference"),
    "reviews": ("reviews", "list", "--by", "ops"),
    "dead letters": ("dead-letters", "list", "--by", "ops"),
    "audit": ("audit", "verify", "--by", "ops"),
    "person": ("person", "erase", "ada", "--keep-exports", "--yes", "--by", "ops"),
    "export": ("person", "export", "ada", "--out", "never.zip", "--by", "ops"),
}


@pytest.fixture
def silent() -> Iterator[str]:
    """An address at which connections are taken and never answered."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture(autouse=True)
def _soon(monkeypatch) -> None:
    monkeypatch.setattr(firestore_open, "_WAIT", 0.5)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_database_that_does_not_answer_is_said_and_where_it_was_looked_for(
    command, silent
) -> None:
    began = time.monotonic()

    with environment({"FIRESTORE_EMULATOR_HOST": silent}):
        ran = CliRunner().invoke(main, [*command, "--project", "clarity-local"])

    assert ran.exit_code == 1, ran.output
    assert f"found none at {silent}" in ran.output
    assert "does the embedded cloud run?" in ran.output
    assert time.monotonic() - began < 60  # the client's own patience is five minutes


def test_an_address_where_nobody_is_is_said_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    with environment({"FIRESTORE_EMULATOR_HOST": f"127.0.0.1:{port}"}):
        ran = CliRunner().invoke(main, ["health", "--project", "clarity-local"])

    assert ran.exit_code == 1
    assert f"found none at 127.0.0.1:{port}" in ran.output


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_who_has_not_logged_in_reads_why_and_what_the_embedded_cloud_needs(
    command, monkeypatch, tmp_path
) -> None:
    monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "absent.json"))

    ran = CliRunner().invoke(main, [*command, "--project", "clarity-local"])

    assert ran.exit_code == 1, ran.output
    assert "absent.json" in ran.output
    assert "set FIRESTORE_EMULATOR_HOST" in ran.output


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_an_empty_address_is_named_and_not_waited_at(command) -> None:
    with environment({"FIRESTORE_EMULATOR_HOST": ""}):
        ran = CliRunner().invoke(main, [*command, "--project", "clarity-local"])

    assert ran.exit_code == 1, ran.output
    assert "FIRESTORE_EMULATOR_HOST: expected HOST:PORT" in ran.output
    assert "found an empty one" in ran.output


def test_what_googles_packages_say_of_the_interpreter_stands_before_no_answer() -> None:
    program = [sys.executable, "-m", "clarity.cli"]
    variables = {
        "PATH": os.defpath,
        "PYTHONPATH": str(REPOSITORY / "shared"),
        "FIRESTORE_EMULATOR_HOST": "",
    }

    ran = subprocess.run(
        [*program, *COMMANDS["reviews"], "--project", "clarity-local"],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.stderr.startswith("Error: FIRESTORE_EMULATOR_HOST: expected")
    assert ran.stderr.count("\n") == 1
