"""All that stands in the end, read once: documents, letters, messages, logs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import DeadlineExceeded
from google.pubsub_v1.types import PullRequest

from infra.local.topology import DEAD_LETTERS_PULL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from google.cloud.firestore import Client
    from google.cloud.pubsub_v1 import SubscriberClient

Json = dict[str, Any]
# Of these only the answer is read; what the phone wrote it knows.
_ANSWER = (
    "status",
    "accepted",
    "stored",
    "rejected_count",
    "rejected",
    "processing_id",
    "reason",
    "expires_at",
)
# Below documents that are below a person's, or the project's.
_NESTED = ("chunks", "rejections", "shards")
_PULL_S = 1.5


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter, wherever it lies."""

    step: str
    code: str
    data: bytes
    fields: dict[str, str]


@dataclass
class Found:
    """The whole end state.

    Attributes:
        documents: path to fields, of all documents.
        letters: dead letters, in the store and in the subscription.
        messages: what the functions published: topic, data, attributes.
        notices: what the push service took.
        answers: how many calls Gemini answered with success.
        logs: the lines of the functions' logs that name a device of a person.
        waiting: messages that still wait, by subscription.
    """

    documents: dict[str, Json]
    letters: list[Letter]
    messages: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)
    notices: list[Json] = field(default_factory=list)
    answers: int = 0
    logs: list[str] = field(default_factory=list)
    waiting: dict[str, int] = field(default_factory=dict)

    def below(self, pattern: str) -> Iterator[tuple[re.Match[str], Json]]:
        """The documents whose whole path is of this form."""
        form = re.compile(pattern)
        for path, fields in self.documents.items():
            match = form.fullmatch(path)
            if match:
                yield match, fields


def documents(client: Client) -> dict[str, Json]:
    """All documents of the database, by path."""
    names = {each.id for each in client.collections()} | set(_NESTED)
    for person in client.collection("users").list_documents(page_size=500):
        names |= {each.id for each in person.collections()}
    found: dict[str, Json] = {}
    for name in sorted(names):
        group = client.collection_group(name)
        query = group.select(_ANSWER) if name == "uploads" else group
        for each in query.stream():
            found[each.reference.path] = each.to_dict() or {}
    return found


def letters(subscriber: SubscriberClient, stored: dict[str, Json]) -> list[Letter]:
    """The letters of the subscription, which are given back, and those of the store."""
    found = [
        Letter(
            str(fields.get("step")),
            str(fields.get("code")),
            bytes(fields.get("data") or b""),
            {key: value for key, value in fields.items() if isinstance(value, str)},
        )
        for path, fields in stored.items()
        if path.startswith("dead_letters/")
    ]
    held = []
    while True:
        request = PullRequest(subscription=DEAD_LETTERS_PULL, max_messages=500)
        try:
            batch = subscriber.pull(request, timeout=_PULL_S).received_messages
        except DeadlineExceeded:
            break
        if not batch:
            break
        for each in batch:
            fields = dict(each.message.attributes)
            letter = Letter(
                fields.get("step", ""), fields.get("code", ""), each.message.data, fields
            )
            found.append(letter)
            held.append(each.ack_id)
    for at in range(0, len(held), 500):
        subscriber.modify_ack_deadline(
            subscription=DEAD_LETTERS_PULL, ack_ids=held[at : at + 500], ack_deadline_seconds=0
        )
    return found


def telling_lines(logs: Path) -> list[str]:
    """The lines of the logs that name what only a person's data names."""
    telling = re.compile(rb"Watch of walker\d{4}|token-walker\d{4}")
    return [
        f"{file.name}: {line.decode(errors='replace')[:200]}"
        for file in sorted(logs.glob("*.log"))
        for line in file.read_bytes().splitlines()
        if telling.search(line)
    ]
