"""The main job: a person's week goes in as the phone sends it, the insight comes out."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import GoogleAPICallError
from google.cloud.firestore import Client
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_monitor import health_in
from clarity.domain.analysis import WEEK, analyse, best_week
from clarity.domain.health import line as health_line
from clarity.domain.job import Status
from clarity.domain.minutes.imputation import fill_gaps
from clarity.domain.minutes.quality import assess
from clarity.domain.report.page import render_report
from clarity.sources import apple_export, fitbit
from clarity.sources.as_person import person_of
from clarity.sources.errors import UnreadableSourceError
from clarity.sources.generated import people
from clarity.steps.preprocess import LOOKBACK_DAYS, RECENT_DAYS, combine
from infra.local.phone import Phone, SilentJobError
from infra.local.scrub import page_of
from infra.local.supervisor import LOOPBACK
from infra.local.topology import HOST, PROJECT, Ports

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from clarity.domain.job import InsightType, Origin, Timeframe
    from clarity.domain.person import Language, Level
    from clarity.sources.generated.people import Person
    from clarity.steps.ports import Chunk

TIMEOUT_S = 120.0
_POLL_S = 0.2


class DemoError(Exception):
    """The demo cannot start, or its job did not complete."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose week it is, how they want to be told of it, and what they say to that."""

    person: str
    data: Path | None = None
    export: Path | None = None
    seed: int = 1
    explain: bool = False
    language: Language = "en"
    level: Level = "detailed"
    insight_type: InsightType = "general"
    timeframe: Timeframe = "1week"
    feedback: str = ""
    rating: int | None = None

    @property
    def user_id(self) -> str:
        """The person's id in Firestore."""
        return f"demo-{'export' if self.export else self.person}"


def people_table() -> Table:
    """Who can be chosen."""
    table = Table("person", "who", "home")
    for name, persona in people.PEOPLE.items():
        table.add_row(name, persona.description, persona.time_zone)
    table.add_row("fitbit", "a real person's minute steps and heart rate; needs --data", "assumed")
    return table


def run(state: Path, choice: Choice) -> None:
    """The demo, with the cloud's own errors in words.

    Raises:
        DemoError: the data cannot be read, or the job did not come to an honest end.
    """
    try:
        _carry(state, choice)
    except GoogleAPICallError as error:
        raise DemoError(f"the cloud refused: {error.message}") from error


def _carry(state: Path, choice: Choice) -> None:
    """Write, listen, show. FIRESTORE_EMULATOR_HOST says where, as for any of Google's clients.

    Raises:
        DemoError: the data cannot be read, or the job did not come to an honest end.
    """
    console = Console()
    person = _person(choice, console)
    phone = Phone(Client(project=PROJECT), choice.user_id)
    console.print(
        f"[bold]{choice.user_id}[/]: {person.description}; {len(person.samples):,} samples"
    )
    phone.settings(**people.CONSENT, language=choice.language, reading_level=choice.level)
    _write(phone, person, console)
    origin = phone.request(
        f"week-{secrets.token_hex(4)}",
        insight_type=choice.insight_type,
        timeframe=choice.timeframe,
        explanation=choice.explain,
    )
    job = _follow(phone, origin, console)
    records = FirestoreRecords(phone.client)
    insight = records.insight(phone.user_id, job["insight_id"]) if "insight_id" in job else None
    if insight is not None:
        _show(records.analysis(phone.user_id, job["analysis_id"]), insight, console)
        if job["status"] == Status.REQUIRES_REVIEW:
            _show_review(phone, job, console)
        if choice.feedback or choice.rating:
            _say(phone, insight, choice, console)
    explanation = None
    if "explanation_id" in job:
        explanation = records.explanation(phone.user_id, job["explanation_id"])
        _show_explanation(explanation, console)
    console.print(f"\nOn this state so far: {_counts(phone)}")
    chunks = records.recent(phone.user_id, RECENT_DAYS)
    picture = _picture(chunks, state, choice, insight, explanation)
    console.print(f"\nThe week's picture: {picture}")
    trace = f"python -m infra.local trace {origin.processing_id} --state {state}"
    console.print(f"Where its time went: {trace}", soft_wrap=True)
    console.print(f"\n[bold]Health[/] {escape(_health(phone.client, state))}", soft_wrap=True)
    if job["status"] == Status.FAILED:
        raise DemoError(f"the job failed: {job['reason']['message']}")


def _person(choice: Choice, console: Console) -> Person:
    try:
        if choice.export:
            with Progress(console=console) as progress:
                bar = progress.add_task(f"reading {choice.export.name}", total=None)
                export = apple_export.read_export(
                    choice.export,
                    last_days=LOOKBACK_DAYS[choice.timeframe],
                    progress=lambda done, total: progress.update(bar, completed=done, total=total),
                )
            return person_of(export.samples, choice.export.name, "an Apple Health export")
        if choice.person == "fitbit":
            if choice.data is None:
                raise DemoError("fitbit: expected --data with the fitbit-2016 folder, found none")
            return fitbit.read_fitbit(choice.data).person
        if choice.person not in people.PEOPLE:
            names = ", ".join([*people.PEOPLE, "fitbit"])
            raise DemoError(f"expected one of {names}, found {choice.person!r}")
        last_day = people.last_full_day(choice.person, datetime.now(UTC))
        days = WEEK if choice.timeframe == "1week" else LOOKBACK_DAYS[choice.timeframe]
        return people.generate(choice.person, days=days, last_day=last_day, seed=choice.seed)
    except UnreadableSourceError as error:
        raise DemoError(str(error)) from error


def _write(phone: Phone, person: Person, console: Console) -> None:
    """As the phone does: batch after batch, and on the next callback the last days once more."""
    attempt = secrets.token_hex(4)
    first = list(people.uploads(person, attempt=attempt))
    again = list(people.resend(person, attempt=f"{attempt}-again"))
    with Progress(console=console) as progress:
        for label, uploads in (("writing", first), ("re-sending the last days", again)):
            for upload_id, document in progress.track(uploads, description=label):
                phone.create(upload_id, document)


def _follow(phone: Phone, origin: Origin, console: Console) -> Mapping[str, Any]:
    """The final job; each step is printed as the listener hears it."""
    seen = 0
    fields: Mapping[str, Any] = {}
    try:
        for fields in phone.follow(origin, TIMEOUT_S):
            # The history holds the steps that passed between two snapshots.
            for step in fields["history"][seen:]:
                at = (step["at"] - fields["created_at"]).total_seconds()
                progress = Status(step["status"]).progress
                console.print(f"  {at:6.2f} s  {progress:4.0%}  {step['status']}")
            seen = len(fields["history"])
    except SilentJobError as error:
        raise DemoError(str(error)) from error
    console.print(f"  {fields['message']}")
    return fields


def _show(analysis: Mapping[str, Any] | None, insight: Mapping[str, Any], console: Console) -> None:
    if analysis is not None:
        console.print(_metrics(analysis))
    console.print(
        f"\n[bold]Insight[/] (written by {insight['source']}, {insight['model_version']})\n"
    )
    console.print(insight["narrative"], soft_wrap=True)
    for line in [*insight["key_insights"], *insight["recommendations"]]:
        console.print(f"  - {line}", soft_wrap=True)
    score = f"{insight['confidence_score']:.2f}"
    console.print(f"\nConfidence {score}, from coverage and agreement. Not a diagnosis.")


def _show_review(phone: Phone, job: Mapping[str, Any], console: Console) -> None:
    """Why another text is not shown: what it said is for whoever reviews it, and nobody else."""
    path = f"users/{phone.user_id}/reviews/{job['review_id']}"
    held = phone.client.document(path).get().to_dict() or {}
    kinds = ", ".join(held.get("kinds", ()))
    console.print(
        f"\n[bold]Held back[/] The language model's text waits for review ({kinds}); the text above"
        " was written without it. While `make up` runs on this state, and with what it exports:\n"
        f"  clarity reviews show {phone.user_id} {job['review_id']} --project {PROJECT}",
        soft_wrap=True,
    )


def _say(phone: Phone, insight: Mapping[str, Any], choice: Choice, console: Console) -> None:
    """Say something of the insight, and show what comes back."""
    try:
        answer = phone.say(
            f"said-{secrets.token_hex(4)}",
            insight["id"],
            words=choice.feedback,
            rating=choice.rating,
        )
    except SilentJobError as error:
        raise DemoError(str(error)) from error
    reason = answer["reason"]["message"] if "reason" in answer else ""
    console.print(f"\n[bold]Feedback[/] {answer['status']} {reason}".rstrip())
    if help_text := answer.get("support"):
        console.print(help_text["text"], soft_wrap=True)


def _show_explanation(explanation: Mapping[str, Any] | None, console: Console) -> None:
    if explanation is not None:
        console.print("\n[bold]Where the model looked[/] (drawn into the week's picture)\n")
        for name in ("notice", "trust", "movement"):
            console.print(explanation["words"][name], soft_wrap=True)


def _health(client: Client, state: Path) -> str:
    """What the monitor says of the model, asked now: in the cloud it looks every hour."""
    began = datetime.now(UTC)
    LOOPBACK.post(f"http://{HOST}:{Ports.of(state).http}/_local/scheduler/monitor")
    until = time.monotonic() + TIMEOUT_S
    while time.monotonic() < until:
        found = health_in(client)
        if found is not None and found["updated_at"] >= began:
            return health_line(found, datetime.now(UTC))
        time.sleep(_POLL_S)
    return f"the monitor said nothing within {TIMEOUT_S:g} s"


def _metrics(analysis: Mapping[str, Any]) -> Table:
    table = Table("metric", "value", "unit", "status", title="The week's metrics")
    for metric in analysis["metrics"]:
        value = "-" if metric["value"] is None else f"{metric['value']:.3g}"
        status = metric["status"] if metric["value"] is not None else metric["reason"]
        table.add_row(metric["name"], value, metric["unit"], status)
    return table


def _counts(phone: Phone) -> str:
    """What this person has cost: documents and paid calls."""
    user = phone.client.collection("users").document(phone.user_id)
    counted = {
        name: int(user.collection(name).count().get()[0][0].value)
        for name in ("uploads", "jobs", "analyses", "explanations", "insights")
    }
    actions = [
        record.get("action") for record in user.collection("audit").select(["action"]).stream()
    ]
    pat_calls = actions.count("predict") + actions.count("explain")
    calls = {"PAT calls": pat_calls, "Gemini calls": actions.count("generate")}
    return ", ".join(f"{name} {number}" for name, number in (counted | calls).items())


def _picture(
    chunks: Sequence[Chunk],
    state: Path,
    choice: Choice,
    insight: Mapping[str, Any] | None,
    explanation: Mapping[str, Any] | None,
) -> Path:
    """Draw the week from the stored samples, with the insight and the explanation beside it."""
    grid = best_week(combine(chunks))
    quality = assess(grid)
    try:
        page = render_report(
            fill_gaps(grid),
            quality,
            analyse(grid, quality),
            title=f"The week of {choice.user_id}",
            insight=insight,
            explanation=explanation,
        )
    except ValueError as error:  # more data has come meanwhile, and another week is the newest
        raise DemoError(f"the week cannot be drawn: {error}") from error
    file = page_of(state, choice.user_id)
    file.parent.mkdir(exist_ok=True)
    file.write_text(page, encoding="utf-8")
    return file
