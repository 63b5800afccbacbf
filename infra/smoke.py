"""A synthetic person end to end against a deployed project: `python -m infra.smoke --project P`.

It writes as a phone does (settings, a generated week, a request), follows the job, and looks
whether the analysis comes from the expected model and the insight has words. Then everything of
this person is deleted, however it went. Nothing of anybody else is read or written. It costs one
prediction and, with a Gemini key in the project, one paid call.

\b
Exit status:
  0  the insight came, from the right model, and nothing of the person is left
  1  the chain answered something else: rejected, failed, another model, no words
  2  the command line is wrong
  3  no answer in time, or told to stop before the end
  4  the endpoint is parked: the job waits for its model
  5  the person could not be deleted; the message names the command that does it
"""  # noqa: D301  click's own mark for a paragraph that keeps its lines

from __future__ import annotations

import json
import secrets
import signal
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

import click
import google.auth
from google.api_core.exceptions import GoogleAPICallError, RetryError
from google.auth import impersonated_credentials
from google.auth.exceptions import GoogleAuthError
from google.cloud.firestore import Client
from google.cloud.firestore_v1.base_query import FieldFilter
from rich.console import Console
from rich.table import Table

from clarity.adapters.firestore_erase import FirestoreErasures
from clarity.domain.errors import ClarityError
from clarity.domain.job import Status
from clarity.pat import artifact
from clarity.sources.generated import people
from clarity.steps.erase import Erase
from clarity.steps.preprocess import WAITING
from infra.local.phone import Phone, SilentJobError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import FrameType

    from clarity.domain.job import Origin

WRONG, SILENT, PARKED, LEFT = 1, 3, 4, 5
PERSON = "office-worker"
BATCH = 400  # samples a document: as many as firestore.rules lets a phone write
WORK_S = 60.0  # jobs may end first
SCOPES = ("https://www.googleapis.com/auth/datastore",)
_POLL_S = 0.25
GRACE_S = 2.0  # beyond the deadline, for what knows better what it has waited for


class SmokeError(Exception):
    """What went wrong, and the exit status that says so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Times:
    """Seconds that each part took, in order."""

    parts: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        """Take the time of what runs inside, also if it fails."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.parts[part] = time.monotonic() - began


@dataclass(frozen=True)
class Trial:
    """One synthetic person's way through the chain, until a deadline."""

    phone: Phone
    expected: str
    deadline: float
    times: Times

    def run(self) -> Mapping[str, Any]:
        """The analysis' provenance, once everything was as it should be.

        Raises:
            SmokeError: something was not.
        """
        with self.times.of("the phone writes a week"):
            self.phone.settings(**people.CONSENT, insights="on_request", language="en")
            uploads = self._send()
        with self.times.of("ingest answers each upload"):
            for upload in uploads:
                self._ingested(upload)
        job = self._job(self.phone.request("smoke", insight_type="general"))
        with self.times.of("the results are read"):
            return self._checked(job)

    def _send(self) -> list[Origin]:
        now = datetime.now(UTC)
        person = people.generate(PERSON, last_day=people.last_full_day(PERSON, now))
        uploads = people.uploads(person, batch=BATCH, attempt=secrets.token_hex(4))
        return [self.phone.create(upload_id, document) for upload_id, document in uploads]

    def _ingested(self, upload: Origin) -> None:
        while time.monotonic() < self.deadline:
            answer = self.phone.client.document(upload.path).get().to_dict() or {}
            if "status" in answer:
                break
            time.sleep(_POLL_S)
        else:
            raise SmokeError(SILENT, f"{upload.document_id}: ingest did not answer")
        if (answer["status"], answer.get("rejected")) != ("ingested", []):
            found = {name: answer.get(name) for name in ("status", "reason", "rejected")}
            raise SmokeError(WRONG, f"{upload.document_id}: expected ingested, found {found}")

    def _job(self, origin: Origin) -> Mapping[str, Any]:
        """The final job, with the time from status to status."""
        job: Mapping[str, Any] = {}
        began, status = time.monotonic(), "asked"
        try:
            for job in self.phone.follow(origin, self.deadline - time.monotonic()):
                now, after = time.monotonic(), f"{status} to {job['status']}"
                self.times.parts[after] = self.times.parts.get(after, 0.0) + now - began
                began, status = now, job["status"]
        except SilentJobError as error:
            if job.get("stage") == WAITING:
                raise SmokeError(PARKED, f"the endpoint is parked: {job['message']}") from error
            raise SmokeError(SILENT, f"{error}; the last status was {status}") from error
        if job["status"] != Status.COMPLETED:
            raise SmokeError(WRONG, f"expected completed, found {job['status']}: {_reason(job)}")
        return job

    def _checked(self, job: Mapping[str, Any]) -> Mapping[str, Any]:
        below = self.phone.client.collection("users").document(self.phone.user_id)
        analysis = below.collection("analyses").document(job["analysis_id"]).get().to_dict() or {}
        insight = below.collection("insights").document(job["insight_id"]).get().to_dict() or {}
        provenance: Mapping[str, Any] = analysis.get("provenance", {})
        if not insight.get("narrative"):
            raise SmokeError(WRONG, "the insight has no words")
        found = provenance.get("model_id")
        if self.expected and found != self.expected:
            raise SmokeError(WRONG, f"expected the model {self.expected}, found {found}")
        weights = _shipped().get(str(found), provenance.get("weights_sha256"))
        if not weights or provenance.get("weights_sha256") != weights:
            raise SmokeError(WRONG, f"{found}: its weights have another SHA-256 than ours")
        return provenance


def _reason(job: Mapping[str, Any]) -> object:
    reason = job.get("reason") or {}
    return reason.get("message", reason) if isinstance(reason, dict) else reason


def _shipped() -> dict[str, str]:
    """Model id -> SHA-256 of the weights that come with this repository."""
    manifests = (artifact.shipped(size) / "manifest.json" for size in artifact.SHIPPED)
    read = [json.loads(manifest.read_text(encoding="utf-8")) for manifest in manifests]
    return {each["model_id"]: each["weights_sha256"] for each in read}


def _rest(phone: Phone, most_s: float) -> None:
    """Let the person's other jobs end (the uploads have one of their own), for a while."""
    deadline = time.monotonic() + most_s
    jobs = phone.client.collection("users").document(phone.user_id).collection("jobs")
    while time.monotonic() < deadline:
        if all(Status(job.get("status")).final for job in jobs.stream()):
            return
        time.sleep(_POLL_S)


def _erasing(user_id: str, project: str) -> str:
    """The command that deletes the person, who has asked for no export."""
    return f"clarity person erase {user_id} --project {project} --keep-exports"


def _forget(phone: Phone, times: Times, rest_s: float) -> None:
    """Delete the person, and look that nothing is left.

    Raises:
        SmokeError: something is left, or nobody knows.
    """
    client, user_id = phone.client, phone.user_id
    command = _erasing(user_id, client.project)
    try:
        with times.of("other jobs end"):
            _rest(phone, rest_s)
        with times.of("everything is deleted"):
            Erase(FirestoreErasures(client, _now), None, _now, lasting=None)(user_id, by="smoke")
        person = client.collection("users").document(user_id)
        left = [each.id for each in person.collections()]
        of_person = FieldFilter("user_id", "==", user_id)
        left += [each.id for each in client.collection("claims").where(filter=of_person).stream()]
    except (ClarityError, GoogleAPICallError, RetryError) as error:
        raise SmokeError(LEFT, f"not deleted ({error}): {command}") from error
    if left:
        raise SmokeError(LEFT, f"{', '.join(left)} of {user_id} is left: {command}")


def _now() -> datetime:
    return datetime.now(UTC)


def _client(project: str, impersonate: str) -> Client:
    if not impersonate:
        return Client(project=project)
    source, _ = google.auth.default()
    credentials = impersonated_credentials.Credentials(  # type: ignore[no-untyped-call]
        source_credentials=source, target_principal=impersonate, target_scopes=SCOPES
    )
    return Client(project=project, credentials=credentials)


def _stopped(number: int, _: FrameType | None) -> NoReturn:
    raise SmokeError(SILENT, f"told to stop by {signal.Signals(number).name}")


@contextmanager
def _within(seconds: float, error: SmokeError) -> Iterator[None]:
    """Raise the error where what runs inside takes longer, also if a client goes on trying."""

    def ring(*_: object) -> NoReturn:
        raise error

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _tried(trial: Trial, console: Console) -> int:
    """The exit status of the trial itself."""
    left = trial.deadline + GRACE_S - time.monotonic()
    try:
        with _within(left, SmokeError(SILENT, "no answer in time")):
            provenance = trial.run()
    except SmokeError as error:
        console.print(f"[bold red]{error}[/]", soft_wrap=True)
        return error.status
    except (GoogleAPICallError, GoogleAuthError, RetryError) as error:
        console.print(f"[bold red]Firestore: {error}[/]", soft_wrap=True)
        return WRONG
    named = f"{provenance['model_id']}, weights {provenance['weights_sha256']}"
    console.print(f"The insight came, from {named}.", soft_wrap=True)
    return 0


@click.command(help=__doc__)
@click.option("--project", required=True, help="Google Cloud project.")
@click.option("--expect-model", default="", metavar="ID", help="The model that must have answered.")
@click.option(
    "--impersonate", default="", metavar="ACCOUNT", help="A service account to be, for Firestore."
)
@click.option(
    "--timeout",
    type=click.IntRange(1, 86_400),
    default=300,
    show_default=True,
    help="Seconds for all but the cleaning up.",
)
@click.option(
    "--cleanup-timeout",
    type=click.IntRange(1, 86_400),
    default=180,
    show_default=True,
    help="Seconds for the cleaning up.",
)
def main(
    *, project: str, expect_model: str, impersonate: str, timeout: int, cleanup_timeout: int
) -> None:
    """Try the deployed chain, and say how it went by the exit status."""
    console, times = Console(), Times()
    try:
        client = _client(project, impersonate)
    except GoogleAuthError as error:
        raise click.ClickException(f"no credentials: {error}") from error
    phone = Phone(client, f"smoke-{secrets.token_hex(8)}")
    command = _erasing(phone.user_id, project)
    console.print(f"The person is {phone.user_id}; if this is killed: {command}", soft_wrap=True)
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, _stopped)
    status = WRONG
    try:
        trial = Trial(phone, expect_model, time.monotonic() + timeout, times)
        status = _tried(trial, console)
    finally:
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, signal.SIG_IGN)  # from here on nothing keeps it from cleaning up
        try:
            with _within(cleanup_timeout, SmokeError(LEFT, f"not deleted in time: {command}")):
                _forget(phone, times, WORK_S if status in {0, WRONG} else 0.0)
        except SmokeError as error:
            console.print(f"[bold red]{error}[/]", soft_wrap=True)
            status = LEFT
        table = Table("part", "s")
        for part, seconds in times.parts.items():
            table.add_row(part, f"{seconds:.2f}")
        console.print(table)
    sys.exit(status)


if __name__ == "__main__":
    main()
