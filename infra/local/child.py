"""Run a module as a child that dies with its parent: `python -m infra.local.child FD MODULE ARGS`.

FD is the reading end of a pipe whose writing end only the parent holds. When the parent dies, by
kill -9 too, the pipe closes, and the child kills its whole process group. Works on Linux and macOS.
FD,DOOR: a socket that the parent has listened on so far is handed on as systemd does it.

The processes of a cloud wake each other hundreds of times an upload. As a batch (Linux), one that
is woken waits for its turn, instead of taking the core from the one that woke it.
"""

from __future__ import annotations

import fcntl
import os
import runpy
import signal
import sys
import threading
from contextlib import suppress

_FIRST_HANDED_ON = 3  # SD_LISTEN_FDS_START


def _die_with_parent(descriptor: int) -> None:
    os.read(descriptor, 1)  # returns at the end of the pipe, which is the parent's end
    os.killpg(0, signal.SIGKILL)


def _take_over(door: int) -> None:
    """Let gunicorn find the socket: sd_listen_fds(3) says where."""
    os.dup2(door, _FIRST_HANDED_ON)
    os.environ["LISTEN_FDS"] = "1"  # noqa: TID251  the protocol's
    os.environ["LISTEN_PID"] = str(os.getpid())  # noqa: TID251  likewise; no parent knows it before


def _as_batch() -> None:
    if sys.platform == "linux":
        with suppress(OSError):  # a sandbox without it: slower, and else the same
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def main() -> None:
    """Watch the pipe in a thread, then become the module."""
    _as_batch()
    (lifeline, *doors), module = map(int, sys.argv[1].split(",")), sys.argv[2]
    # Any number but the one that a socket is to have.
    watched = fcntl.fcntl(lifeline, fcntl.F_DUPFD_CLOEXEC, _FIRST_HANDED_ON + 1)
    threading.Thread(target=_die_with_parent, args=(watched,), daemon=True).start()
    for door in doors:
        _take_over(door)
    sys.argv = [module, *sys.argv[3:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
