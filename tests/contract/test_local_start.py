"""`python -m infra.local up`: how it starts, and how it says that it cannot."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from infra.local.__main__ import process_environment
from infra.local.supervisor import (
    PROCESSES,
    Command,
    FailedStartError,
    Supervisor,
    locked,
)
from infra.local.topology import HOST, Ports, around_proxies
from tests.cloud import REPOSITORY, until


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_it_starts_ends_it_at_once(tmp_path, sign) -> None:
    command = [sys.executable, "-m", "infra.local", "up", "--state", str(tmp_path)]
    starting = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    until((tmp_path / PROCESSES).exists, what="the first process")

    starting.send_signal(sign)

    said, _ = starting.communicate(timeout=20)
    assert (said, starting.returncode) == ("", 0)


def test_a_process_with_a_door_is_started_by_who_comes_there_and_again_once_it_has_died(
    tmp_path,
) -> None:
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    url, source = f"http://{HOST}:{port}/", str(REPOSITORY / "tests/bench/hello/main.py")
    arguments = ("--source", source, "--target", "hello", "--host", HOST, "--port", str(port))
    environment = {**process_environment(), **around_proxies({})}
    lazy = Command("lazy", "functions_framework", arguments, environment, url, door=port)

    def pid() -> int | None:
        return json.loads((tmp_path / PROCESSES).read_text()).get("lazy")

    with Supervisor(REPOSITORY, tmp_path, [lazy]):
        assert not (tmp_path / PROCESSES).exists()

        # Whatever it answers: the connection waits for the process, and is not refused.
        assert httpx.get(url, timeout=60, trust_env=False).status_code
        first = until(pid, what="the process")
        os.killpg(first, signal.SIGKILL)
        until(lambda: pid() not in {None, first}, what="its successor")
        assert httpx.get(url, timeout=60, trust_env=False).status_code


def test_a_door_on_a_taken_port_is_named(tmp_path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        lazy = Command("lazy", "json.tool", (), {}, "", door=port)

        with pytest.raises(FailedStartError, match=f"port {port}: expected a free one"):
            Supervisor(REPOSITORY, tmp_path, [lazy])


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


def test_a_child_that_is_handed_a_socket_dies_with_its_parent() -> None:
    reading, writing = os.pipe()
    with socket.create_server((HOST, 0)) as door:
        given = (reading, door.fileno())
        module = ("-m", "infra.local.child", f"{reading},{door.fileno()}", "http.server", "0")
        child = subprocess.Popen(
            [sys.executable, "-u", *module],
            pass_fds=given,
            start_new_session=True,
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
        )
        os.close(reading)
        assert child.stdout
        assert b"Serving" in child.stdout.readline()

        os.close(writing)

        assert child.wait(timeout=20) == -signal.SIGKILL
        child.stdout.close()
