"""Run a module as a child that dies with its parent: `python -m infra.local.child FD MODULE ARGS`.

FD is the reading end of a pipe whose writing end only the parent holds. When the parent dies, by
kill -9 too, the pipe closes, and the child kills its whole process group. Works on Linux and macOS.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def _die_with_parent(descriptor: int) -> None:
    os.read(descriptor, 1)  # returns at the end of the pipe, which is the parent's end
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Watch the pipe in a thread, then become the module."""
    descriptor, module = int(sys.argv[1]), sys.argv[2]
    threading.Thread(target=_die_with_parent, args=(descriptor,), daemon=True).start()
    sys.argv = [module, *sys.argv[3:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
