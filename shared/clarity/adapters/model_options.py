"""The options that the commands of `clarity model` share, and what they may be."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource as Source

from clarity.adapters.model_run import Place
from clarity.adapters.model_state import ACCELERATORS, Machine, PlanError
from clarity.adapters.reviews_cli import NAME, login, words
from clarity.steps.audit import LONGEST

if TYPE_CHECKING:
    from collections.abc import Mapping

SHIPPED = {"small": "pat-s-nhanes-steps", "medium": "pat-m-nhanes-steps"}
_IMAGE = re.compile(r"[a-z0-9./_-]+(:[0-9]+)?/[a-z0-9./_-]+@sha256:[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_RESOURCE = re.compile(r"projects/([^/]+)/locations/([^/]+)/endpoints/([^/]+)")

Command = Any  # a click decorator's subject
Option = Callable[[Command], Command]


def optioned(*options: Option) -> Option:
    """A decorator that gives a command these options, in this order."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def endpoint_option(*, required: bool) -> Option:
    """The option of which endpoint."""
    return click.option(
        "--endpoint",
        envvar="PAT_ENDPOINT",
        show_envvar=True,
        required=required,
        help="Its id, or projects/P/locations/L/endpoints/E: terraform output names it.",
    )


region_option = click.option(
    "--region", default="us-central1", show_default=True, help="Where model and endpoint are."
)
emulator_option = click.option(
    "--emulator",
    envvar="VERTEX_EMULATOR_HOST",
    show_envvar=True,
    metavar="HOST:PORT",
    help="A local stand-in for Vertex AI.",
)
timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=3600.0,
    show_default=True,
    help="Seconds to wait for each operation; it goes on in the cloud all the same.",
)


def place_options(*, endpoint: bool) -> Option:
    """The options of where: on the command line, or in variables that the functions have, too."""
    first = [endpoint_option(required=True)] if endpoint else []
    project = click.option(
        "--project",
        envvar="GOOGLE_CLOUD_PROJECT",
        show_envvar=True,
        help="Google Cloud project.",
    )
    dry_run = click.option("--dry-run", is_flag=True, help="Print the calls; change nothing.")
    return optioned(*first, project, region_option, emulator_option, dry_run, timeout_option)


def machine_options(*, online: bool) -> Option:
    """The options of what a replica runs on; those that grow and shrink are for an endpoint."""
    options = [
        click.option(
            "--accelerator",
            type=click.Choice(list(ACCELERATORS)),
            default="nvidia-l4",
            show_default=True,
            help="none: CPUs, with the image's CPU variant.",
        ),
        click.option(
            "--machine-type",
            default="",
            help="Default: the accelerator's: "
            + ", ".join(f"{name} {fitting}" for name, (fitting, _) in ACCELERATORS.items())
            + ".",
        ),
        click.option(
            "--accelerator-count",
            type=click.IntRange(1, 8),
            default=1,
            show_default=True,
            help="Accelerators a replica.",
        ),
        click.option(
            "--min-replicas",
            type=click.IntRange(min=1),
            default=1,
            show_default=True,
            help="Replicas that are always there, and cost.",
        ),
        click.option(
            "--max-replicas",
            type=click.IntRange(min=1),
            default=1,
            show_default=True,
            help="Replicas at the most; also what the quota must allow.",
        ),
    ]
    if online:
        option = click.option(
            "--target-percent",
            type=click.IntRange(1, 100),
            help="Use of CPU and accelerator above which a replica is added.  [default: Vertex "
            "AI's own]",
        )
        options.append(option)
    return optioned(*options)


account_option = click.option(
    "--service-account",
    default="",
    help="Whom the container runs as.  [default: Vertex AI's own, which has no rights here]",
)
weights_option = click.option(
    "--other-weights",
    is_flag=True,
    help="Let a model with other weights than the live one's answer requests: preprocess takes its "
    "answers where PAT_MODEL_ID or PAT_CANARY_MODEL_ID names it, else it asks again.",
)
operator_option = click.option(
    "--by",
    default=login,
    show_default="your login",
    callback=words(NAME),
    help="Who does it: the ledger says so.",
)
reason_option = click.option(
    "--without-decision",
    "because",
    metavar="WHY",
    callback=words(LONGEST),
    help="Promote other weights that clarity pat candidate has not found better; the ledger says "
    "why.",
)
keep_option = click.option(
    "--keep", is_flag=True, help="Leave the former version deployed, and billed."
)


def where(options: dict[str, Any]) -> Place:
    """Take the place out of a command's options.

    Raises:
        click.UsageError: project or endpoint are missing, or do not go together.
    """
    project, region = options.pop("project"), options.pop("region")
    emulator, endpoint = options.pop("emulator"), options.pop("endpoint", "")
    if found := _RESOURCE.fullmatch(endpoint):
        _agreed(found[1], found[2], {"project": project, "region": region})
        project, region, endpoint = found.groups()
    elif "/" in endpoint:
        raise click.UsageError(
            f"--endpoint: expected an id or projects/P/locations/L/endpoints/E, found {endpoint!r}"
        )
    if not project:
        raise click.UsageError("--project: expected a project, found none")
    dry_run, timeout_s = options.pop("dry_run"), options.pop("timeout")
    return Place(project, region, endpoint, emulator, dry_run, timeout_s)


def _agreed(project: str, region: str, given: Mapping[str, str | None]) -> None:
    """What was said besides an endpoint's full name does not contradict it.

    A project's number and its id may be the same project: these are not compared.
    """
    context = click.get_current_context()
    binding = {Source.COMMANDLINE}
    if context.get_parameter_source("endpoint") is Source.ENVIRONMENT:  # else it goes before these
        binding.add(Source.ENVIRONMENT)
    for name, full in (("project", project), ("region", region)):
        value = given[name] or ""
        if full.isdecimal() or value.isdecimal() or value == full:
            continue
        if context.get_parameter_source(name) in binding:
            raise click.UsageError(
                f"--{name}: expected {full}, as in the endpoint's name, found {value!r}: leave it "
                "out, or name another --endpoint (PAT_ENDPOINT)"
            )


def take_machine(options: dict[str, Any]) -> tuple[Machine, frozenset[str]]:
    """Take the machine out of a command's options, and which of its fields were asked for."""
    names = Machine.__dataclass_fields__
    try:
        machine = Machine(**{name: options.pop(name) for name in names if name in options})
    except PlanError as error:
        raise click.UsageError(str(error)) from error
    if machine.min_replicas > machine.max_replicas:
        raise click.UsageError(
            f"expected --min-replicas up to --max-replicas, found {machine.min_replicas} and "
            f"{machine.max_replicas}"
        )
    context = click.get_current_context()
    default = Source.DEFAULT
    given = (name for name in names if name in context.params)
    asked = [name for name in given if context.get_parameter_source(name) is not default]
    return machine, frozenset(asked)


def an_image(_: object, argument: click.Parameter, value: str) -> str:
    """An image by its digest."""
    if not _IMAGE.fullmatch(value):
        raise click.BadParameter(
            f"expected REGISTRY/NAME@sha256:DIGEST, found {value!r}: a tag can be moved to another "
            "image, a digest cannot",
            param=argument,
        )
    return value


def a_commit(_: object, argument: click.Parameter, value: str) -> str:
    """A commit's SHA."""
    if not _COMMIT.fullmatch(value):
        raise click.BadParameter(f"expected a commit's SHA, found {value!r}", param=argument)
    return value


def an_environment(_: object, argument: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """NAME=VALUE pairs."""
    pairs = [value.partition("=") for value in values]
    if wrong := [name for name, equals, _ in pairs if not (name and equals)]:
        raise click.BadParameter(f"expected NAME=VALUE, found {wrong[0]!r}", param=argument)
    return {name: value for name, _, value in pairs}


def a_bucket(_: object, argument: click.Parameter, value: str) -> str:
    """An address in Cloud Storage."""
    if not re.fullmatch(r"gs://[a-z0-9][a-z0-9._-]+(/.*)?", value):
        raise click.BadParameter(f"expected gs://BUCKET/..., found {value!r}", param=argument)
    return value


def weights_of(name: str) -> tuple[str, str]:
    """A trained PAT's id and the SHA-256 of its weights, which are the ones that are there.

    Args:
        name: small or medium, which come with the package, or an artifact's folder.

    Raises:
        click.UsageError: there is none, or its weights are not what its manifest says.
    """
    # By path, not clarity.pat: that needs h5py, and would reach the functions' adapters.
    shipped = files("clarity") / "pat" / "data" / SHIPPED.get(name, "")
    folder = Path(str(shipped)) if name in SHIPPED else Path(name)
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        found = hashlib.sha256((folder / "weights.h5").read_bytes()).hexdigest()
        expected, model_id = manifest["weights_sha256"], manifest["model_id"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise click.UsageError(
            f"--weights: expected {', '.join(SHIPPED)} or an artifact's folder, found {name!r} "
            f"({type(error).__name__})"
        ) from error
    if found != expected:
        raise click.UsageError(
            f"--weights {name}: expected SHA-256 {expected} as its manifest says, found {found}"
        )
    return model_id, found
