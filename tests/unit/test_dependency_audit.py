"""The audit of dependencies: it asks about all that is locked, or says that it did not ask."""

from __future__ import annotations

import json
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from infra.audit import REPOSITORY, commands, locks, main, unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

KNOWN = json.dumps({"info": {}, "vulnerabilities": []}).encode()


@contextmanager
def advisories(status: int, body: bytes) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/pypi"
        server.shutdown()


def test_every_lock_is_audited() -> None:
    found = {str(file.relative_to(REPOSITORY)) for file in locks()}

    assert {"requirements.txt", "functions/ingest/requirements.txt"} < found
    assert len([name for name in found if name.startswith("infra/endpoint/")]) == 2


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (404, b"{}", "HTTP 404"),
        (200, b"{}", "without vulnerabilities"),
        (200, b"an index", "JSONDecodeError"),
    ],
)
def test_an_index_without_advisories_is_named_and_nothing_is_said_to_be_audited(
    status, body, reason
) -> None:
    with advisories(status, body) as address:
        result = CliRunner().invoke(main, ["--advisories", address])

    assert result.exit_code == 0
    assert result.output.startswith("pip-audit: skipped, no advisories could be had")
    assert reason in result.output


def test_nobody_there_is_named_too() -> None:
    assert "ConnectError" in unreachable(locks()[0], "http://127.0.0.1:9/pypi")


def test_where_there_are_advisories_it_is_not_skipped() -> None:
    with advisories(200, KNOWN) as address:
        assert unreachable(locks()[0], address) == ""


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
