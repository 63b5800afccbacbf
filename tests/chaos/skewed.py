"""A function whose clock is wrong: `python -m tests.chaos.skewed FILE NAME ARGS...`.

FILE says by how many seconds, by name. The process shifts what it takes for the time, then becomes
functions_framework.
"""

from __future__ import annotations

import json
import runpy
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path


def shift(seconds: float) -> None:
    """Let this process's clock be wrong by so much."""
    true = time.time
    time.time = lambda: true() + seconds
    from clarity import wiring  # noqa: PLC0415  no part of a process whose clock is right

    wiring.now = lambda: datetime.now(UTC) + timedelta(seconds=seconds)


def main() -> None:
    """Shift the clock, then run the framework on what is left of the arguments."""
    file, name = Path(sys.argv[1]), sys.argv[2]
    seconds = json.loads(file.read_text()).get(name, 0.0) if file.exists() else 0.0
    if seconds:
        shift(seconds)
    sys.argv = ["functions_framework", *sys.argv[3:]]
    runpy.run_module("functions_framework", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
