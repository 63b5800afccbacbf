"""Carrying out a plan for the model at a terminal: what is called, how long it takes, how it ends.

The client is imported here, when a command runs; `--help` does without.
"""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from clarity.adapters.model_batch import predict_batch
from clarity.adapters.model_plan import LIVE
from clarity.domain.errors import ClarityError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clarity.adapters.model_state import Call, Machine, State
    from clarity.adapters.vertex_models import Job, VertexModels

_INTERRUPTED = 130
_WIDTH = 160


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command works, and how."""

    project: str
    region: str
    endpoint_id: str
    emulator: str | None
    dry_run: bool
    timeout_s: float

    @property
    def parent(self) -> str:
        """The location's resource name."""
        return f"projects/{self.project}/locations/{self.region}"

    @property
    def endpoint(self) -> str:
        """The endpoint's resource name; empty where the command has none."""
        return f"{self.parent}/endpoints/{self.endpoint_id}" if self.endpoint_id else ""

    def told(self) -> str:
        """The options that name it, for a person to repeat."""
        return f"--project {self.project} --region {self.region} --endpoint {self.endpoint_id}"

    @property
    def within(self) -> timedelta:
        """How long one operation may take."""
        return timedelta(seconds=self.timeout_s)


def run(
    place: Place,
    plan: Callable[[State], list[Call]],
    done: str,
    *,
    before: Callable[[State], None] | None = None,
) -> State:
    """Make the calls that a plan asks for, one after the other, and wait for each.

    Args:
        place: where.
        plan: what there is -> what is missing.
        done: what to say if nothing is.
        before: what has to be done before anything is changed; what it raises ends the command.

    Returns:
        What there is afterwards.
    """
    with _client(place) as client:
        state = _settled(client, place)
        calls = plan(state)
        if not calls:
            click.echo(f"nothing to do: {done}", err=True)
            return state
        if before and not place.dry_run:
            before(state)
        for call in calls:
            if place.dry_run:
                _print(call)
            else:
                _carry_out(client, call, place)
        return state if place.dry_run else client.state()


def read(place: Place) -> State:
    """What there is."""
    with _client(place) as client:
        return client.state()


@contextmanager
def _client(place: Place) -> Iterator[VertexModels]:
    from clarity.adapters.vertex_models import VertexModels  # noqa: PLC0415  a second

    try:
        yield VertexModels(place.parent, place.endpoint, place.emulator)
    except ClarityError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("left; what was begun goes on in the cloud: run this again to wait", err=True)
        raise click.exceptions.Exit(_INTERRUPTED) from None


def _settled(client: VertexModels, place: Place) -> State:
    """What there is once nothing is under way: a plan must not rest on what is about to change."""
    state = client.state()
    if not state.running or place.dry_run:
        for name in state.running:
            click.echo(f"under way: {name}", err=True)
        return state
    for name in state.running:
        try:
            with told(f"wait for {name}, which is under way"):
                client.wait(name, place.within)
        except RefusedError as error:  # somebody else's: the plan looks at what it left behind
            click.echo(f"it failed: {error}", err=True)
    return client.state()


def _print(call: Call) -> None:
    click.echo(f"{call.method} {call.resource}")
    click.echo(json.dumps(call.request, indent=2))


def _carry_out(client: VertexModels, call: Call, place: Place) -> None:
    with told(call.about):
        operation = client.send(call)
        if operation:
            client.wait(operation, place.within)


@contextmanager
def told(about: str) -> Iterator[None]:
    """Say what goes on, for how long, and that it is done."""
    # Here, since a command that changes nothing draws nothing.
    from rich.console import Console  # noqa: PLC0415  see above
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    console, began = Console(stderr=True), time.monotonic()
    if not console.is_terminal:
        click.echo(f"{about} ...", err=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as it:
        it.add_task(about)
        yield
    click.echo(f"{about}: done in {time.monotonic() - began:.0f} s", err=True)


def predict(
    place: Place,
    machine: Machine,
    *,
    version: str,
    source: str,
    output: str,
    batch_size: int,
    service_account: str,
    wait: bool,
    again: bool,
) -> None:
    """Begin a batch prediction, unless the same one is there; wait for it, if asked to."""
    with _client(place) as client:
        state = client.state()
        number = state.version(version).number
        call = predict_batch(
            state,
            number,
            source,
            output,
            machine,
            batch_size=batch_size,
            service_account=service_account,
        )
        name = call.request["batch_prediction_job"]["display_name"]
        job = None if again else next(filter(_stands, client.jobs(name)), None)
        if job is not None:
            click.echo(f"nothing to do: it is there ({job.state}); --again repeats it", err=True)
        else:
            if place.dry_run:
                _print(call)
                return
            job = client.create_job(call)
        click.echo(job.name)
        if wait:
            _await(client, job, place)


def _stands(job: Job) -> bool:
    return not job.done or job.state == "SUCCEEDED"


def _await(client: VertexModels, job: Job, place: Place) -> None:
    with told("predict"):
        job = client.wait_for_job(job.name, place.within)
    click.echo(job.state)
    if job.state != "SUCCEEDED":
        raise click.ClickException(f"{job.name} ended {job.state}: {job.error}")


def show(place: Place, *, only_live: bool) -> None:
    """Print what there is, or only the live version's number."""
    from rich.console import Console  # noqa: PLC0415  as above
    from rich.table import Table  # noqa: PLC0415  the same

    state = read(place)
    if only_live:
        live = state.holder(LIVE)
        click.echo(live.number if live else "", nl=bool(live))
        return
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)  # a file has room for a digest
    versions = Table("version", "aliases", "model", "commit", "image", title="Registered")
    for each in state.versions:
        image = str(each.container.get("image_uri", ""))
        name, _, digest = image.rpartition("/")[2].partition("@sha256:")
        versions.add_row(
            each.number,
            ", ".join(sorted(each.aliases)),
            each.labels.get("model", "-"),
            each.labels.get("commit", "-")[:12],
            f"{name}@{digest[:12]}" if digest else name,
        )
    deployed = Table("version", "requests", "machine", "replicas", "since", title="Deployed")
    for one in state.deployments:
        spec = one.resources["machine_spec"]
        accelerator = spec.get("accelerator_type")
        more = f" + {spec['accelerator_count']} {accelerator}" if accelerator else ""
        least, most = one.resources["min_replica_count"], one.resources["max_replica_count"]
        replicas = f"{least}" if least == most else f"{least} to {most}"
        since = f"{one.created:%Y-%m-%d %H:%M} UTC"
        deployed.add_row(
            one.number, f"{one.traffic} %", f"{spec['machine_type']}{more}", replicas, since
        )
    console.print(versions, deployed, sep="\n")
    if not state.deployments:
        click.echo("The endpoint is parked: nothing answers, and nothing is billed.")
    for name in state.running:
        click.echo(f"Under way: {name}")
