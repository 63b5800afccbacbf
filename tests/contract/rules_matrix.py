"""The security rules on Google's emulator; `python -m tests.contract.rules_matrix` prints them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from rich.table import Table

from tests.cloud import environment
from tests.contract.firestore_servers import official
from tests.contract.node import PHONE, make_node_ready
from tests.contract.rules_cases import OPERATIONS, PATHS, WHO
from tests.contract.rules_rewrites import REWRITES
from tests.contract.rules_shapes import SHAPES
from tests.contract.servers import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.contract.rules_cases import Json, Path
    from tests.contract.rules_shapes import Shape

RULES = ROOT / "infra/gcp/firestore.rules"
RUN_SECONDS = 240


@dataclass(frozen=True)
class Attempt:
    """What somebody tries to do to a document of a person's; `path` is a collection for lists.

    `document` is what would be written; `there` lies at `path`, or below it, before that.
    """

    who: str
    person: str
    operation: str
    path: str
    document: Json | None = None
    there: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Tried:
    """An attempt by its names in the tables, what is expected of it and what was found."""

    what: str
    operation: str
    who: str
    expected: str
    found: str


def tried(attempts: Sequence[Attempt], rules: str = "") -> list[str]:
    """What became of each attempt: allow, deny, or an error's code and words."""
    seeds = {path: document for each in attempts for path, document in each.there.items()}
    task = {
        "rules": rules or RULES.read_text(),
        "seeds": [{"path": path, "document": document} for path, document in seeds.items()],
        "attempts": [asdict(attempt) for attempt in attempts],
    }
    with pytest.MonkeyPatch.context() as patch:
        node = make_node_ready(patch)
        done = subprocess.run(
            [node, "rules.mjs"],
            cwd=PHONE,
            input=json.dumps(task),
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    found: list[str] = json.loads(done.stdout)
    return found


def run(rules: str = "") -> tuple[list[Tried], list[Tried]]:
    """Every operation on every kind of document by everybody, and each of the shapes."""
    rows = [(path, op, who) for path in PATHS for op in OPERATIONS for who in WHO]
    attempts = [_attempt(*row, f"d{number}") for number, row in enumerate(rows)]
    cases = (*SHAPES, *REWRITES)
    writes = [_write(case, f"w{number}") for number, case in enumerate(cases)]
    found = tried([*attempts, *writes], rules)
    matrix = [
        Tried(path.pattern, op, who, _word(who == "owner" and op in path.owner), verdict)
        for (path, op, who), verdict in zip(rows, found, strict=False)
    ]
    shapes = [
        Tried(case.name, case.operation, case.collection, _word(case.allowed), verdict)
        for case, verdict in zip(cases, found[len(rows) :], strict=True)
    ]
    return matrix, shapes


def _word(allowed: bool) -> str:
    return "allow" if allowed else "deny"


def _attempt(path: Path, operation: str, who: str, document_id: str) -> Attempt:
    person = "ada-new" if operation == "create" else "ada"  # the settings are one document a person
    where = path.of(person, document_id)
    if operation == "create":
        return Attempt(who, person, operation, where, path.document)
    collection = where.rpartition("/")[0]
    target = {"list": collection, "group": collection.rpartition("/")[2]}.get(operation, where)
    changed = path.document | path.changes
    written = {"update": path.changes, "replace": changed, "replay": path.document}
    return Attempt(who, person, operation, target, written.get(operation), {where: path.document})


def _write(case: Shape, name: str) -> Attempt:
    person = "ada" if case.collection else case.document_id or "ada"
    below = f"/{case.collection}/{case.document_id or name}" if case.collection else ""
    path = f"users/{person}{below}"
    there = {} if case.before is None else {path: case.before}
    return Attempt("owner", person, case.operation, path, case.document, there)


def tables(matrix: Sequence[Tried], shapes: Sequence[Tried]) -> Iterator[Table]:
    """What was found: who may in each cell, then what a person may write."""
    table = Table("path", *OPERATIONS, title="who may do what (-: nobody)")
    for path in PATHS:
        allowed = [row for row in matrix if row.what == path.pattern and row.found == "allow"]
        whos = (", ".join(row.who for row in allowed if row.operation == op) for op in OPERATIONS)
        table.add_row(path.pattern, *(who or "-" for who in whos))
    yield table
    table = Table("to", "document", "", title="what a person may write")
    for row in shapes:
        table.add_row(row.who or "users/{uid}", row.what, row.found)
    yield table


def wrong(rows: Sequence[Tried]) -> list[Tried]:
    """Those that were not as expected."""
    return [row for row in rows if row.found != row.expected]


def main() -> int:
    """Print both tables; exit status 1 where the rules differ from what is expected of them."""
    console = Console(width=150)
    try:
        with official() as address, environment({"FIRESTORE_EMULATOR_HOST": address}):
            matrix, shapes = run()
    except pytest.skip.Exception as reason:
        console.print(str(reason))
        return 1
    console.print(*tables(matrix, shapes), *wrong([*matrix, *shapes]), sep="\n")
    allowed, taken = (sum(row.found == "allow" for row in rows) for rows in (matrix, shapes))
    console.print(
        f"{len(matrix)} attempts, {allowed} allowed; {len(shapes)} documents, {taken} let in;"
        f" {len(wrong([*matrix, *shapes]))} not as expected"
    )
    return bool(wrong([*matrix, *shapes]))


if __name__ == "__main__":
    raise SystemExit(main())
