"""`clarity model`: which version of PAT answers on Vertex AI, and on what."""

from __future__ import annotations

from typing import Any

import click

from clarity.adapters import model_ledger, model_plan, model_settings
from clarity.adapters.model_options import (
    SHIPPED,
    a_bucket,
    a_commit,
    account_option,
    an_environment,
    an_image,
    keep_option,
    machine_options,
    operator_option,
    place_options,
    reason_option,
    take_machine,
    weights_of,
    weights_option,
    where,
)
from clarity.adapters.model_run import predict, run, show
from clarity.adapters.model_state import PORT, State, Wanted


@click.group()
def model() -> None:
    """Say which version of PAT answers on Vertex AI, and on which machines.

    \b
    Terraform makes the endpoint; these commands own what is on it: versions of the model, their
    deployment and the requests' way to them. A new image, from the build to all requests:
      clarity model register IMAGE@sha256:... --commit SHA ...   a version, alias `candidate`
      clarity model deploy --traffic 10 ...                      beside the live one: a canary
      clarity model promote ...                                  all requests, alias `live`
      clarity model rollback ...                                 the canary, or the promotion, away

    \b
    A GPU costs around the clock:
      clarity model park ...       undeploy all; the chain waits for it, and says so
      clarity model unpark ...     deploy the live version again; minutes, of which nothing is lost

    \b
    ... is --project P --region R --endpoint E, or the variables that --help names. Each command
    takes --dry-run: it reads, prints the calls that it would make, and changes nothing. Each may
    be repeated: what is done already is not done again, what is under way is waited for.
    """  # noqa: D301  click's own mark for a paragraph that keeps its lines


@model.command(short_help="An image becomes a version of the model.")
@click.argument("image", callback=an_image)
@click.option(
    "--weights",
    default="small",
    show_default=True,
    metavar="small|medium|FOLDER",
    help="What the image serves: the package's own, or an artifact's folder.",
)
@click.option(
    "--variant",
    type=click.Choice(["gpu", "cpu"]),
    default="gpu",
    show_default=True,
    help="As the image was built: what it can be deployed on.",
)
@click.option("--commit", required=True, callback=a_commit, help="What the image was built from.")
@click.option(
    "--artifact-uri",
    default="",
    metavar="gs://...",
    help="Where the container gets weights that are not in the image; name them with --weights.",
)
@click.option(
    "--env",
    "environment",
    multiple=True,
    callback=an_environment,
    metavar="NAME=VALUE",
    help="A variable of the container; may be repeated. No secrets: the registry shows it.",
)
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True)
@click.option("--predict-route", default="/predict", show_default=True)
@click.option("--health-route", default="/health", show_default=True)
@place_options(endpoint=False)
def register(**options: Any) -> None:
    """Register IMAGE as a new version of the model, with the alias `candidate`.

    IMAGE is REGISTRY/NAME@sha256:DIGEST. The version's labels name the weights, whose SHA-256 is
    computed, the variant and the commit. The same image with the same weights and settings, these
    labels among them, is not registered a second time; with others it is another version.
    """
    place, weights = where(options), options.pop("weights")
    model_id, digest = weights_of(weights)
    if weights not in SHIPPED and not options["artifact_uri"]:
        raise click.UsageError(
            "--weights FOLDER: expected --artifact-uri too, from where the container gets them"
        )
    arguments = ["--size", weights] if weights in SHIPPED and weights != "small" else []
    wanted = Wanted(model_id=model_id, weights_sha256=digest, arguments=arguments, **options)
    state = run(
        place,
        lambda state: model_plan.register(state, wanted),
        "this image with these weights and settings is registered",
    )
    found = model_plan.registered(state, wanted)
    if found is not None:
        click.echo(f"version {found.number}")


@model.command(short_help="A version beside the live one.")
@click.argument("version", default=model_plan.CANDIDATE)
@click.option(
    "--traffic",
    type=click.IntRange(0, 100),
    help="Percent of the requests that it answers.  [default: 10 beside the live version, 100 if "
    "none is live yet; what it has, if it is deployed]",
)
@weights_option
@machine_options(online=True)
@account_option
@place_options(endpoint=True)
def deploy(version: str, *, traffic: int | None, other_weights: bool, **options: Any) -> None:
    """Deploy VERSION (a number or an alias; `candidate`) beside the live one.

    A version that is deployed already gets the traffic and the replicas that are asked for. While
    the endpoint is parked the live version comes back first, with unpark.
    """
    place, account = where(options), options.pop("service_account")
    machine, asked = take_machine(options)
    run(
        place,
        lambda state: model_plan.deploy(
            state,
            version,
            traffic,
            machine,
            service_account=account,
            asked=asked,
            other_weights=other_weights,
        ),
        f"version {version} is deployed like this",
    )


@model.command(short_help="All requests to a version.")
@click.argument("version", default=model_plan.CANDIDATE)
@keep_option
@weights_option
@reason_option
@operator_option
@place_options(endpoint=True)
def promote(
    version: str, *, keep: bool, other_weights: bool, because: str, by: str, **options: Any
) -> None:
    """Give VERSION (`candidate`) all requests, and the alias `live`; the former is `previous`.

    What else is deployed is undeployed then. Other weights than the live ones' need a decision of
    clarity pat candidate for them, in the project's Firestore; what Terraform has to be given then
    is printed. Before anything is changed the ledger says who promotes what.
    """
    place = where(options)
    state = run(
        place,
        lambda state: model_plan.promote(state, version, keep=keep, other_weights=other_weights),
        f"version {version} is live already",
        before=lambda state: model_ledger.promoted(place.project, state, version, by, because),
    )
    if not place.dry_run and (then := model_settings.promoted(state, place.told())):
        click.echo(then)


@model.command(short_help="A version away, the former one back.")
@click.argument("version", required=False)
@keep_option
@operator_option
@place_options(endpoint=True)
def rollback(version: str | None, *, keep: bool, by: str, **options: Any) -> None:
    """Withdraw VERSION: a canary ends, and the live version goes back to `previous`.

    Without VERSION it is the canary, where there is one, else the live version; then, as it swaps
    the two aliases, a second rollback goes forward again. With VERSION it may be repeated, and
    brings nothing withdrawn back. Where only the canary is deployed, the endpoint is parked then.
    Where another model answers afterwards, what Terraform has to be given is printed. Before
    anything is changed the ledger says who rolls back what.
    """
    place, found = where(options), list[State]()

    def before(state: State) -> None:
        model_ledger.rolled_back(place.project, state, version, by)
        found.append(state)

    state = run(
        place,
        lambda state: model_plan.rollback(state, version, keep=keep),
        f"version {version} answers no requests",
        before=before,
    )
    if found and (then := model_settings.rolled_back(found[0], state)):
        click.echo(then)


@model.command(short_help="Undeploy all; nothing is billed.")
@place_options(endpoint=True)
def park(**options: Any) -> None:
    """Undeploy everything: nothing is billed, and the chain's jobs wait."""
    run(where(options), model_plan.park, "the endpoint is parked")


@model.command(short_help="The live version again.")
@machine_options(online=True)
@account_option
@place_options(endpoint=True)
def unpark(**options: Any) -> None:
    """Deploy the version with the alias `live` for all requests, unless it is deployed.

    Where its image was built for the other kind of machine, it gets the usual one of that kind.
    """
    place, account = where(options), options.pop("service_account")
    machine, _ = take_machine(options)
    run(
        place,
        lambda state: model_plan.unpark(state, machine, service_account=account),
        "the live version is deployed",
    )


@model.command("predict-batch", short_help="Weeks in Cloud Storage, read at once.")
@click.argument("version", default=model_plan.LIVE)
@click.option(
    "--input",
    "source",
    required=True,
    callback=a_bucket,
    help='gs://... of JSONL: one {"steps_b64": "..."} a line, as the endpoint takes them.',
)
@click.option("--output", required=True, callback=a_bucket, help="gs://... prefix for the answers.")
@click.option("--batch-size", type=click.IntRange(min=1), default=64, show_default=True)
@click.option("--wait", is_flag=True, help="Until it has ended; the exit status says how.")
@click.option("--again", is_flag=True, help="Even if the same one runs, or has succeeded.")
@machine_options(online=False)
@account_option
@place_options(endpoint=False)
def predict_batch(**options: Any) -> None:
    """Have VERSION (a number or an alias; `live`) read the weeks in a file of Cloud Storage.

    It needs no endpoint, and its replicas end with it. The same input, output and version are not
    read twice.
    """
    place = where(options)
    machine, _ = take_machine(options)
    predict(place, machine, **options)


@model.command(short_help="What is deployed, and under way.")
@click.option("--live", is_flag=True, help="Only the live version's number; none: nothing.")
@place_options(endpoint=True)
def status(*, live: bool, **options: Any) -> None:
    """Show versions, what is deployed, its share of the requests, and operations under way."""
    show(where(options), only_live=live)
