"""`python -m infra.local`: the whole system on this machine, over the real wire protocols."""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
import warnings
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import httpx
from rich.console import Console
from rich.table import Table

from infra.local.supervisor import (
    LOOPBACK,
    PROCESSES,
    AlreadyRunningError,
    FailedStartError,
    Supervisor,
    commands,
    exports,
    locked,
)
from infra.local.topology import (
    DEAD_LETTERS_PULL,
    FUNCTIONS,
    HOST,
    PAT_ARTIFACT,
    PAT_ENDPOINT,
    PROJECT,
    TICKS,
    Ports,
    around_proxies,
    client_environment,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, MutableMapping

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_STATE = REPOSITORY / ".clarity"
MANIFEST = REPOSITORY / "shared/clarity/pat/data" / PAT_ARTIFACT / "manifest.json"

state_option = click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_STATE,
    show_default=".clarity in the repository",
    help="Directory of the cloud's state: documents, messages, ports, logs.",
)


def _writer(_: object, __: object, value: str | None) -> str | None:
    """template, local, local:MODE or google."""
    name, _, mode = (value or "").partition(":")
    if value is None or (name in {"template", "local", "google"} and not mode):
        return value
    # Here, since it imports the sentences of three languages, which `status` does without.
    from clarity.sources.generated.answers_wire import MODES  # noqa: PLC0415  see above

    if name == "local" and mode in MODES:
        return value
    if name == "local":
        raise click.BadParameter(f"expected a mode of {', '.join(MODES)}, found {mode!r}")
    raise click.BadParameter(f"expected template, local, local:MODE or google, found {value!r}")


gemini_option = click.option(
    "--gemini",
    metavar="template|local|local:MODE|google",
    callback=_writer,
    help=(
        "Who writes the insight: the deterministic template, the local stand-in for Gemini (in a "
        "MODE such as diagnosis it misbehaves; another word lists them), or Google's Gemini with "
        "GEMINI_API_KEY.  [default: google if that key is set, else template]"
    ),
)


traces_option = click.option(
    "--traces/--no-traces",
    "traced",
    default=True,
    show_default=True,
    help="Whether the functions send traces and metrics, for the command trace.",
)


@contextmanager
def started(
    state: Path, environment: Mapping[str, str], gemini: str | None, *, traced: bool
) -> Iterator[Ports]:
    """The cloud on this state, for as long as the context lasts.

    Raises:
        AlreadyRunningError: another one runs on it.
    """
    with locked(state):
        ports = Ports.allocate(state)
        model_id = json.loads(MANIFEST.read_text())["model_id"]
        chosen = gemini_environment(gemini, environment, ports)
        processes = commands(state, ports, environment, model_id, chosen, traced=traced)
        with Supervisor(REPOSITORY, state, processes):
            _misbehave(ports, gemini)
            yield ports


def _misbehave(ports: Ports, gemini: str | None) -> None:
    """Tell the stand-in for Gemini how; it forgets with its process."""
    writer, _, mode = (gemini or "").partition(":")
    if writer == "local":
        command = {"mode": mode or "ok"}
        LOOPBACK.put(f"http://{HOST}:{ports.http}/_local/gemini", json=command).raise_for_status()


def gemini_environment(
    choice: str | None, environment: Mapping[str, str], ports: Ports
) -> dict[str, str]:
    """The insights function's Gemini variables."""
    key = environment.get("GEMINI_API_KEY")
    if choice and choice.startswith("local"):
        endpoint = f"http://{HOST}:{ports.http}"
        return {"GEMINI_API_KEY": "key-of-the-local-stand-in", "GEMINI_API_ENDPOINT": endpoint}
    if choice == "template" or (choice is None and not key):
        return {}
    if not key:
        raise click.UsageError("--gemini google: expected GEMINI_API_KEY, found none")
    endpoint = environment.get("GEMINI_API_ENDPOINT", "")
    return {"GEMINI_API_KEY": key, "GEMINI_API_ENDPOINT": endpoint}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """The whole system on this machine, over the real wire protocols, on loopback only.

    \b
    up      start it, print what to export, run until Ctrl-C
    status  what runs, what waits, what is dead
    checks  how often the clock drives park and sweep, which otherwise wait for it
    demo    the main job: a person's week in, an insight out
    trace   where the time of one job went
    """  # noqa: D301  click's own mark for a paragraph that keeps its lines
    # Google's packages speak of Python 3.11's end; the functions' runtime is python311.
    warnings.filterwarnings("ignore", "You are using a Python version", FutureWarning)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("infra.local").setLevel(logging.INFO)


@cli.command()
@state_option
@gemini_option
@traces_option
def up(state: Path, gemini: str | None, *, traced: bool) -> None:
    """Start the cloud and the functions; print what a client exports.

    Point Google's clients at it from another shell with those lines. A process that dies is
    restarted; what was acknowledged is in DIR and survives kill -9 of any process.
    """
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, signal.default_int_handler)
    try:
        with started(state.resolve(), process_environment(), gemini, traced=traced) as ports:
            click.echo(exports(ports))
            click.echo("ready: Ctrl-C stops it", err=True)
            threading.Event().wait()
    except KeyboardInterrupt:  # also while it starts; the processes have been stopped
        return
    except (AlreadyRunningError, FailedStartError) as error:
        raise click.ClickException(str(error)) from error


@cli.command()
@state_option
def status(state: Path) -> None:
    """Show functions, endpoint, topics, backlog and dead letters of a running cloud."""
    ports, backlog = _running(state)
    letters = backlog.pop(DEAD_LETTERS_PULL)["unacked"]
    console = Console()
    pids = json.loads((state / PROCESSES).read_text())
    processes = Table("process", "pid", "port", "answers", title="Processes")
    for name in dict.fromkeys([*pids, *FUNCTIONS]):
        port = ports.http if name == "cloud" else ports.named()[name]
        kind = f"function {name}" if name in FUNCTIONS else name
        if name not in pids:  # to ask it would start it
            processes.add_row(kind, "-", str(port), "its first delivery starts it")
            continue
        answers = "yes" if _answers(f"http://{HOST}:{port}/") else "no"
        processes.add_row(kind, str(pids[name]), str(port), answers)
    console.print(processes)
    console.print(f"PAT endpoint: {_endpoint(ports)}")
    queues = Table("topic", "subscription", "waiting", "oldest, s", title="Topics and backlog")
    for name, row in backlog.items():
        age = f"{row['oldest_age_s']:.0f}" if row["unacked"] else "-"
        queues.add_row(_short(row["topic"]), _short(name), str(row["unacked"]), age)
    console.print(queues)
    console.print(f"What was left lying: {_paces(ports)['sweep']}")
    more = f"clarity dead-letters list --project {PROJECT}"
    console.print(f"Dead letters that came since the last sweep: {letters}; all: {more}")


def _running(state: Path) -> tuple[Ports, Any]:
    """The ports of the cloud that runs on this state, and its backlog."""
    try:
        ports = Ports.of(state)
        return ports, LOOPBACK.get(f"http://{HOST}:{ports.http}/_local/backlog").json()
    except (FileNotFoundError, ValueError, httpx.HTTPError) as error:
        raise click.ClickException(
            f"no cloud runs on {state}: start it with `python -m infra.local up`"
        ) from error


def _endpoint(ports: Ports) -> str:
    """Whether a model is deployed, and whether a clock looks after that."""
    base = f"http://{HOST}:{ports.http}"
    deployed = LOOPBACK.get(f"{base}/v1/{PAT_ENDPOINT}").json().get("deployedModels", [])
    return f"{'live' if deployed else 'parked'}, {_paces(ports)['park']}"


def _paces(ports: Ports) -> dict[str, str]:
    """How often each function that the clock drives gets a tick."""
    paces = LOOPBACK.get(f"http://{HOST}:{ports.http}/_local/scheduler").json()
    return {
        job: f"checked every {every_s:g} s" if every_s else "not checked"
        for job, every_s in paces.items()
    }


@cli.command()
@state_option
@click.argument("function", type=click.Choice([*TICKS]))
@click.argument("switch", type=click.Choice(["on", "off", "now"]))
@click.option("--every", default=5.0, show_default=True, help="Seconds between two checks.")
def checks(state: Path, function: str, switch: str, every: float) -> None:
    """Let a clock drive park, sweep or monitor, as Cloud Scheduler does.

    park is off by default: the endpoint of a demo stays. On, it is parked after five idle seconds.
    sweep looks every minute for what was left lying, monitor whether people's weeks are like those
    of the model's training. `now` is one check; the others are kept with the state.
    """
    ports, _ = _running(state)
    address = f"http://{HOST}:{ports.http}/_local/scheduler/{function}"
    if switch == "now":
        answer = LOOPBACK.post(address)
    else:
        answer = LOOPBACK.put(address, json={"every_s": every if switch == "on" else None})
    if not answer.is_success:
        raise click.ClickException(answer.json()["error"]["message"])
    click.echo(f"PAT endpoint: {_endpoint(ports)}")
    click.echo(f"What was left lying: {_paces(ports)['sweep']}")


@cli.command()
@state_option
@click.argument("processing_id")
@click.option("--all", "everything", is_flag=True, help="Every call of every delivery.")
@click.option("--json", "as_json", is_flag=True, help="For a program, with all there is.")
def trace(state: Path, processing_id: str, *, everything: bool, as_json: bool) -> None:
    """Show where the time of a job went: its deliveries, their calls, the waits between them.

    PROCESSING_ID is in the answer on the upload or request, such as request-week-1; the cloud need
    not run.
    """
    # Here, since it imports OpenTelemetry's messages, which the other commands do without.
    from infra.local.traced import NotTracedError, read_job  # noqa: PLC0415  see above
    from infra.local.waterfall import show, to_json  # noqa: PLC0415  see above

    try:
        job = read_job(state, processing_id)
    except NotTracedError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(to_json(job), indent=2))
    else:
        show(job, Console(), everything=everything)


def _answers(address: str) -> bool:
    try:
        LOOPBACK.get(address)
    except httpx.HTTPError:
        return False
    return True


def _short(name: str) -> str:
    return name.rpartition("/")[2]


@cli.command()
@state_option
@gemini_option
@traces_option
@click.option("--person", default="office-worker", show_default=True, help="Who: see --list.")
@click.option("--list", "list_people", is_flag=True, help="List the people and stop.")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the fitbit-2016 data set, for --person fitbit.",
)
@click.option(
    "--export",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An Apple Health export.zip or export.xml: your own data.",
)
@click.option("--seed", default=1, show_default=True, help="Another seed is another week.")
@click.option(
    "--language",
    type=click.Choice(["en", "de", "es"]),
    default="en",
    show_default=True,
    help="What the person reads.",
)
@click.option(
    "--level",
    type=click.Choice(["plain", "detailed"]),
    default="detailed",
    show_default=True,
    help="How: in short everyday sentences, or with more numbers.",
)
@click.option(
    "--type",
    "insight_type",
    type=click.Choice(["general", "sleep", "activity"]),
    default="general",
    show_default=True,
    help="What the insight is about.",
)
@click.option(
    "--timeframe",
    type=click.Choice(["1week", "1month", "3months"]),
    default="1week",
    show_default=True,
    help="Weeks that it looks at; longer ones send, and take, that much more.",
)
@click.option("--feedback", default="", help="What the person says of the insight.")
@click.option("--rating", type=click.IntRange(1, 5), help="And how they rate it.")
@click.option(
    "--explain", is_flag=True, help="Ask where PAT looked too: it is drawn into the page."
)
def demo(
    state: Path, gemini: str | None, *, traced: bool, list_people: bool, **choice: Any
) -> None:
    """Carry one person's week through the chain and show each step.

    \b
    python -m infra.local demo --person night-shift
    python -m infra.local demo --person fitbit --data DIR
    python -m infra.local demo --export export.zip
    python -m infra.local demo --gemini local:diagnosis --language de
    """  # noqa: D301  click's own mark for a paragraph that keeps its lines
    # Here, since it imports Google's clients, which `status` and --help do without.
    from infra.local.demo import Choice, DemoError, people_table, run  # noqa: PLC0415  see above

    if list_people:
        Console().print(people_table())
        return
    state, environment, chosen = state.resolve(), process_environment(), Choice(**choice)
    try:
        with ExitStack() as stack:
            try:
                running = started(state, dict(environment), gemini, traced=traced)
                ports = stack.enter_context(running)
            except AlreadyRunningError:
                click.echo(f"using the cloud that runs on {state}", err=True)
                ports = Ports.of(state)
                _misbehave(ports, gemini)
            environment.update(client_environment(ports) | around_proxies(environment))
            run(state, chosen)
    except (FailedStartError, DemoError) as error:
        raise click.ClickException(str(error)) from error


def process_environment() -> MutableMapping[str, str]:
    """What the children inherit, and where this process's own clients look."""
    return os.environ  # noqa: TID251  handed on to child processes, not read for settings


if __name__ == "__main__":
    cli(prog_name="python -m infra.local")
