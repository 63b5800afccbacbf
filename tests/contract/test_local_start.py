"""`python -m infra.local up`: how it starts, and how it says that it cannot."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from infra.local.supervisor import PROCESSES, FailedStartError, locked
from infra.local.topology import Ports
from tests.cloud import REPOSITORY, until


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_it_starts_ends_it_at_once(tmp_path, sign) -> None:
    command = [sys.executable, "-m", "infra.local", "up", "--state", str(tmp_path)]
    starting = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    until((tmp_path / PROCESSES).exists, what="the first process")

    starting.send_signal(sign)

    said, _ = starting.communicate(timeout=20)
    assert (said, starting.returncode) == ("", 0)


def test_a_state_that_cannot_be_written_is_named(tmp_path) -> None:
    file = tmp_path / "file"
    file.touch()

    with (
        pytest.raises(FailedStartError, match="file/state: expected a folder"),
        locked(file / "state"),
    ):
        pass


def test_ports_that_were_cut_short_are_chosen_anew(tmp_path) -> None:
    (tmp_path / "ports.json").write_text('{"firestore": 1')

    assert Ports.allocate(tmp_path) == Ports.of(tmp_path)
