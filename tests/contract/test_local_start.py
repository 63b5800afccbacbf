"""`python -m infra.local up`: how it starts, and how it says that it cannot."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from infra.local.__main__ import process_environment
from infra.local.supervisor import (
    PROCESSES,
    Child,
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


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_cloud_that_has_ended_leaves_nothing_open(tmp_path) -> None:
    def held() -> list[str]:
        return sorted(os.listdir("/proc/self/fd"))  # noqa: PTH208  numbers, no paths

    before = held()
    with Supervisor(REPOSITORY, tmp_path, []):
        assert len(held()) == len(before) + 2

    assert held() == before


def test_who_comes_to_a_door_is_seen_however_many_files_are_open(tmp_path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(2048, hard)), hard))
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    lazy = Child(Command("lazy", "json.tool", (), {}, "", door=port), tmp_path, tmp_path, 0)
    assert lazy._door
    many = fcntl.fcntl(lazy._door, fcntl.F_DUPFD_CLOEXEC, 1100)
    lazy.shut()
    lazy._door = socket.socket(fileno=many)

    seen = [lazy.asleep]
    with socket.create_connection((HOST, port)):
        seen.append(lazy.asleep)

    assert seen == [True, False]
    lazy.shut()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


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


# The lifeline has the number given, and who watches it begins once the socket is taken over.
LATE = """
import fcntl, os, runpy, sys, time
lifeline, door = (fcntl.fcntl(int(each), fcntl.F_DUPFD, 20) for each in sys.argv[1:3])
number, read = int(sys.argv[3]), os.read
os.dup2(lifeline, number)

def late(*arguments):
    while "LISTEN_FDS" not in os.environ:
        time.sleep(0.01)
    return read(*arguments)

os.read, sys.argv = late, ["child", f"{number},{door}", "http.server", "0"]
runpy.run_module("infra.local.child", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize("number", [3, 10], ids=["a socket's number", "another number"])
def test_a_child_that_is_handed_a_socket_dies_with_its_parent(number) -> None:
    reading, writing = os.pipe()
    with socket.create_server((HOST, 0)) as door:
        given = (reading, door.fileno())
        child = subprocess.Popen(
            [sys.executable, "-u", "-c", LATE, *map(str, given), str(number)],
            pass_fds=given,
            start_new_session=True,
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
        )
        try:
            os.close(reading)
            assert child.stdout
            assert b"Serving" in child.stdout.readline()

            os.close(writing)

            assert child.wait(timeout=20) == -signal.SIGKILL
        finally:
            child.kill()
            child.communicate()
