"""The language model is not told who somebody is, however often they, or their app, say so.

The three functions over the embedded cloud, each behind its real door; before the embedded Gemini
stands who writes down all that it is sent.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from starlette.applications import Starlette

from clarity.domain.job import Status
from clarity.domain.words.redaction import REMOVED
from clarity.sources.generated import people
from infra.local.gemini import LocalGemini
from infra.local.phone import Phone
from tests.cloud import cloud_process, until
from tests.usage import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clarity.domain.job import Origin

USER = "ada.lovelace@example.com"
TOKEN = "fZ1x8Qm2T5aKd9:APA91bHun4MxP5egoKMwt2KZFBaFUH-1RYqx_0123456789"
# Once each in the person's document, a device, an upload, and the words about an insight.
WHO: dict[str, Any] = {
    "name": "Augusta Ada King",
    "nickname": "Duchess",
    "email": "augusta@lovelace.example",
    "phone": "+44 20 7946 0958",
    "address": {"street": "St James Square", "lines": ["Ockham Park"]},
    "firebase_uid": "3kXnQ7vT1pYb0ZrWcD9sLmEaHg42",
    "session": TOKEN,
}
WORDS = (
    "Shorter, please! I am Augusta Ada King, the DUCHESS of St James Square (Ockham Park), "
    "augusta@lovelace.example or https://ada.example/me, +44 20 7946 0958 or (020)7946-0958, "
    f"id 3kXnQ7vT1pYb0ZrWcD9sLmEaHg42, {USER}. I walk 10,000 steps."
)
TELLING = (
    *("augusta", "ada king", "duchess", "lovelace", "james", "square", "ockham", "example.com"),
    *("lovelace.example", "ada.example", "7946", "0958", "3kxnq7vt1p", "apa91b", "fz1x8qm2"),
    *("blackberry of", "smoke-test-id", "shorter-id", "first-upload", "own-phone"),
)


@dataclass
class Notebook:
    """All requests, as they came: address, headers and body."""

    app: Any
    requests: list[str] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Write a request down and pass it on."""
        parts = [scope["raw_path"], scope["query_string"]]
        parts += [part for header in scope["headers"] for part in header]

        async def heard() -> Any:
            message = await receive()
            parts.append(message.get("body", b""))
            return message

        await self.app(scope, heard, send)
        self.requests.append(b" ".join(parts).decode())


@contextlib.contextmanager
def noted() -> Iterator[tuple[str, Notebook]]:
    """The embedded Gemini behind a notebook, and its address."""
    notebook = Notebook(Starlette(routes=LocalGemini().routes()))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(
            notebook,
            log_config=None,
            log_level="critical",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            until(lambda: server.started, what="the notebook")
            yield address, notebook
        finally:
            server.should_exit = True
            thread.join()


def named(document: dict[str, Any]) -> dict[str, Any]:
    """An upload in which every part says whose it is."""
    device = {**document["device_info"], "name": "Blackberry of Augusta", "owner": WHO}
    first, *others = document["samples"]
    whose = {"id": WHO["firebase_uid"], "metadata": {"HKWasUserEntered": False, **WHO}}
    samples = [{**first, **whose}, *others]
    return {**document, **WHO, "user_id": USER, "device_info": device, "samples": samples}


def ended(phone: Phone, origin: Origin) -> dict[str, Any]:
    job = phone.client.document(f"users/{USER}/jobs/{origin.processing_id}")
    return until(
        lambda: (found := job.get().to_dict() or {}) and Status(found["status"]).final and found,
        what=f"the end of {origin.processing_id}",
    )


@pytest.fixture(scope="module")
def requests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """What the language model was sent of a person's first week, and after their remark."""
    with (
        noted() as (address, notebook),
        cloud_process(tmp_path_factory.mktemp(uuid.uuid4().hex)) as cloud,
        counted(cloud, QUIET_SECONDS="0", GEMINI_API_ENDPOINT=address) as chain,
    ):
        for door in chain.doors.values():
            door.gate.set()
        phone = Phone(cloud.firestore(), USER)
        phone.settings(**people.CONSENT, **WHO, insights="on_request")
        phone.client.document(f"users/{USER}/devices/own-phone").set({"push_token": TOKEN, **WHO})
        last_day = people.last_full_day("office-worker", datetime.now(UTC))
        week = people.generate("office-worker", last_day=last_day)
        for number, (_, document) in enumerate(people.uploads(week, batch=1000)):
            phone.create(f"first-upload-{number}", named(document))
        first = ended(phone, phone.request("smoke-test-id", insight_type="general"))
        said = phone.client.document(f"users/{USER}/feedback/f1")
        said.create({"insight_id": first["insight_id"], "rating": 2, "words": WORDS, **WHO})
        until(lambda: (said.get().to_dict() or {}).get("status"), what="the answer")
        second = ended(phone, phone.request("shorter-id", insight_type="general"))
        assert (first["status"], second["status"]) == ("completed", "completed")
        assert first["insight_id"] != second["insight_id"]
        yield notebook.requests


def test_the_language_model_is_told_nothing_of_who_it_is(requests) -> None:
    assert len(requests) == 2
    for request in requests:
        held = request.lower()
        assert [word for word in TELLING if word in held] == []


def test_the_rest_of_the_remark_reaches_it(requests) -> None:
    first, second = requests

    assert "Shorter, please!" in second
    assert "I walk 10,000 steps." in second
    assert REMOVED in second
    assert "Shorter" not in first


def test_it_is_told_the_week(requests) -> None:
    for request in requests:
        assert "total_sleep_time" in request
