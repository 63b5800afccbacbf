"""What one upload costs in documents: by people beside it, and by the length of its own past."""

from __future__ import annotations

import logging
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from clarity.sources.generated import people
from tests.bench import load_people
from tests.cloud import cloud_process, until
from tests.usage import DOORS, Tally, counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.cloud.firestore import Client

    from tests.usage import Counted

YEARS = 3
OTHERS = 200
_SEASON = 90  # days: more than an analysis looks back on
_COUNTS = ("lookups", "found", "writes", "calls")


def measured(others: int = OTHERS, days: int = YEARS * 365) -> Iterator[tuple[str, Tally]]:
    """(who, all that one more upload of theirs uses of the cloud), one after the other."""
    with tempfile.TemporaryDirectory() as folder, cloud_process(Path(folder)) as cloud:
        client = cloud.firestore()
        with counted(cloud, QUIET_SECONDS="0", PATIENCE_SECONDS="600") as chain:
            logging.disable(logging.ERROR)  # the functions' own lines
            try:
                yield from _measured(chain, client, others, days)
            finally:
                logging.disable(logging.NOTSET)


def _measured(
    chain: Counted, client: Client, others: int, days: int
) -> Iterator[tuple[str, Tally]]:
    _week(chain, client)
    stored = load_people.settle(client, "model")
    load_people.copy(
        client, stored, ["somebody-new", "somebody-season", "somebody-old", "somebody-last"]
    )
    yield "a week of data", _one(chain, client, "somebody-new", 1)
    for number, (user, past) in enumerate(
        {"somebody-season": _SEASON, "somebody-old": days}.items(), 2
    ):
        load_people.years(client, stored, user, past)
        yield f"{past:,} days of data", _one(chain, client, user, number)
    load_people.copy(client, stored, [f"other{n}" for n in range(others)])
    yield f"a week, {others} people beside", _one(chain, client, "somebody-last", 4)


def _week(chain: Counted, client: Client) -> None:
    person = people.generate(load_people.PERSON, last_day=load_people.LAST_DAY)
    client.document("users/model").set(dict(people.CONSENT))
    for upload_id, document in people.uploads(person, batch=400):
        path = f"users/model/uploads/{upload_id}"
        client.document(path).create(document)
        chain.taken("ingest", partial(_answered, client, path))
    chain.taken("preprocess", lambda: _delivered(chain, "preprocess"))
    chain.taken("insights", lambda: _delivered(chain, "insights"))


def _one(chain: Counted, client: Client, user: str, number: int) -> Tally:
    """All that an upload used, from its event to its insight."""
    fields = load_people.upload()
    for row in fields["samples"]:
        row["value"] += (number + 1) / 1024
    path = f"users/{user}/uploads/one-more-{number}"
    client.document(path).create(fields)
    parts = [chain.taken("ingest", partial(_answered, client, path))]
    parts += [chain.taken(name, partial(_delivered, chain, name)) for name in DOORS[1:]]
    whole = parts[0]
    for name in (*_COUNTS, "seconds"):
        setattr(whole, name, sum(getattr(part, name) for part in parts))
    return whole


def _answered(client: Client, path: str) -> Any:
    document = client.document(path)
    return until(lambda: "status" in (document.get().to_dict() or {}), what=path)


def _delivered(chain: Counted, name: str) -> Any:
    tally = chain.doors[name].tally
    done = tally.deliveries - tally.refused
    return until(lambda: tally.deliveries - tally.refused > done, what=name)


def costs() -> Table:
    """The table."""
    table = Table("one more upload of somebody with", *_COUNTS, "ms", title="Cost of an upload")
    for who, used in measured():
        counts = [str(getattr(used, each)) for each in _COUNTS]
        table.add_row(who, *counts, f"{used.seconds * 1000:.0f}")
    return table
