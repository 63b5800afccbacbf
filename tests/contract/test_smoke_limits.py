"""The smoke test against an address where nobody is: it ends, and says what may be left."""

from __future__ import annotations

import re
import subprocess
import sys
import time

import pytest

from infra.local.topology import HOST, PROJECT
from tests.cloud import REPOSITORY, environment


def smoke(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "-m", "infra.smoke", "--project", PROJECT, *options]
    with environment({"FIRESTORE_EMULATOR_HOST": f"{HOST}:9"}):
        return subprocess.run(
            command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False
        )


def test_it_keeps_its_times_where_firestore_does_not_answer() -> None:
    began = time.monotonic()

    ended = smoke("--timeout", "1", "--cleanup-timeout", "1")

    assert time.monotonic() - began < 30
    assert ended.returncode == 5, ended.stderr
    first, *rest = ended.stdout.splitlines()
    found = re.search(r"The person is (smoke-[0-9a-f]{16}); if this is killed: (.+)", first)
    assert found is not None
    assert found[2] == f"clarity person erase {found[1]} --project {PROJECT} --keep-exports"
    assert "no answer in time" in rest[0]
    assert f"not deleted in time: {found[2]}" in rest[1]


@pytest.mark.parametrize("seconds", ["0", "-5", "nan"])
def test_a_time_that_is_none_is_refused(seconds) -> None:
    ended = smoke("--timeout", seconds)

    assert ended.returncode == 2
    assert "--timeout" in ended.stderr
