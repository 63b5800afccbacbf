"""A function with a bug: `python -m tests.e2e.faulty FILE ...` is functions_framework with it.

Each line of the file, `STEP PERSON`, makes that step raise for that person. It is read at each
call, so that the bug can be mended while the process runs. The product's code is not touched: its
methods are replaced in this process alone.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

from clarity.adapters.firestore import FirestoreRecords

# What each step, and no other, calls in the middle of its work; the person or their document first.
CALLS = {"ingest": "known", "preprocess": "recent", "insights": "feedback"}


def break_step(switch: Path, step: str) -> None:
    """Have the step raise for those whom the file names."""
    sound = getattr(FirestoreRecords, CALLS[step])

    def unsound(self: FirestoreRecords, whose: Any, *args: Any, **kwargs: Any) -> Any:
        user_id = getattr(whose, "user_id", whose)
        if f"{step} {user_id}" in switch.read_text().splitlines():
            raise ZeroDivisionError("a bug")
        return sound(self, whose, *args, **kwargs)

    setattr(FirestoreRecords, CALLS[step], unsound)


def main() -> None:
    switch = Path(sys.argv.pop(1))
    for step in CALLS:
        break_step(switch, step)
    runpy.run_module("functions_framework", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
