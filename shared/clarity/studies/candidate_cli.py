"""`clarity pat candidate`: is another model better? Scored, decided by a rule, written down."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import Progress

from clarity.adapters import model_settings
from clarity.adapters.model_options import operator_option
from clarity.adapters.reviews_cli import an_id
from clarity.domain.errors import ClarityError
from clarity.pat import artifact
from clarity.pat.config import PRESETS
from clarity.pat.judging import LEAST_PEOPLE, SAID
from clarity.pat.weights import WeightsError
from clarity.studies import candidate as trials
from clarity.studies import reference_sets
from clarity.studies.candidate import Trial
from clarity.studies.candidate_canary import UntriedError, asked, canary_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clarity.adapters.firestore_candidates import FirestoreCandidates
    from clarity.pat.artifact import Artifact
    from clarity.studies.reference_sets import Set

_PATH = click.Path(path_type=Path)
_LEAST_WIDTH = 150  # where the output is no terminal


@click.command()
@click.option("--project", help="Google Cloud project: recent weeks, and where it is recorded.")
@click.option("--artifact", "folder", type=_PATH, help="The candidate: an artifact's folder.")
@click.option(
    "--train",
    "run",
    type=_PATH,
    metavar="RUN",
    help="Train the candidate first: the run goes there, its artifact to RUN/artifact.",
)
@click.option("--size", type=click.Choice(list(PRESETS)), default="small", show_default=True)
@click.option("--epochs", type=click.IntRange(min=1), default=60, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option(
    "--data",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="The frozen set: a folder of NHANES 2005-2006, of which the people count whom training "
    "holds out; or a file of weeks (.npz, see clarity pat finetune).",
)
@click.option(
    "--current",
    default="small",
    show_default=True,
    metavar="small|medium|FOLDER",
    help="The model that answers now.",
)
@click.option(
    "--request",
    default="",
    callback=lambda context, option, value: value and an_id(context, option, value),
    metavar="ID",
    help="The request for retraining it answers.",
)
@canary_options
@operator_option
def candidate(
    *,
    project: str | None,
    folder: Path | None,
    run: Path | None,
    size: str,
    epochs: int,
    seed: int,
    data: Path,
    current: str,
    request: str,
    by: str,
    **canary_asked: Any,
) -> None:
    """Try a candidate against the current model, decide by a rule, and write the decision down.

    Both are asked for half hours that they were not shown, in the weeks of the frozen set, of
    generated people, and, with --project, of people who consent to research and had an analysis
    in the last four weeks; and for labels where the set has any. A candidate is better only if it
    is so beyond doubt and by as much as matters, and worse nowhere; the more candidates were tried
    against the same model, the surer it has to be. Generated people show that something is broken,
    and never that it is better.

    A candidate that is worse beyond doubt anywhere is called worse, by however little. The decision
    is written to candidates/ID with a record in the ledger. With --canary, what is better is
    deployed beside the live version at once, for a small share of the requests, on one replica of
    the same machine; the ledger says so. All requests it gets by clarity model promote alone, which
    is never run from here. Exit status: 0 better, 1 not better or worse, 2 it cannot be tried, 3
    better, but the canary was not deployed.

    \b
    Examples:
      clarity pat requests list --project P
      clarity pat candidate --artifact runs/new --data ../shared/data/nhanes-2005-2006 \\
        --project P --request ID --canary --endpoint E --artifacts gs://BUCKET/models
      clarity pat candidate --train runs/s2 --epochs 60 --seed 2 --data DIR    no project: a trial
      clarity model promote ...        the canary gets all requests
      clarity model rollback ...       the canary, or the promotion, taken back
    """  # noqa: D301 - \b is click's mark of lines that are not to be wrapped
    if (folder is None) == (run is None):
        raise click.UsageError("expected one of --artifact and --train")
    if request and not project:
        raise click.UsageError("--request: expected --project too, where it is")
    canary = asked(project, **canary_asked)
    try:
        store = _store(project, request) if project else None
        health = _health(store) if store else {}
        live = _current(current, health)
        folder = folder or _train(run or Path(), data, size, epochs, seed)
        trial = _trial(store, _opened("--artifact", folder), live, by, request)
        if canary:
            canary.require(trial)
        document = _judge(store, trial, data, health)
    except (ClarityError, ValueError, OSError) as error:
        raise UntriedError(str(error)) from error
    _tell(document, trial.id, project)
    if document["decision"] != "better":
        raise click.exceptions.Exit(1)
    if project:
        click.echo(canary.deploy(trial, folder) if canary else _by_hand(document, folder, project))
        if request:
            click.echo(f"Then: clarity pat requests close {request} --why promoted {_at(project)}")


def _store(project: str, request: str) -> FirestoreCandidates:
    """The project's candidates; the request that is to be answered is open."""
    # Here, since they import Google's clients, which a trial without a project does without.
    from clarity.adapters.firestore_candidates import FirestoreCandidates  # noqa: PLC0415  the same
    from clarity.adapters.firestore_open import opened  # noqa: PLC0415  the same

    store = FirestoreCandidates(opened(project))
    found = store.request(request) if request else {"state": "open"}
    if found is None or found.get("state") != "open":
        state = "none" if found is None else f"one that is {found.get('state')}"
        raise ValueError(
            f"--request {request}: expected an open request, found {state}: clarity pat requests "
            "list shows them"
        )
    return store


def _train(run: Path, data: Path, size: str, epochs: int, seed: int) -> Path:
    """Train with the usual commands; a run that was killed goes on."""
    # Here, since TensorFlow takes seconds that whoever brings a candidate need not wait.
    from clarity.pat import pretrain, release  # noqa: PLC0415  see above

    out, context = run / "artifact", click.get_current_context()
    context.invoke(pretrain.main, data=data, out=run, size=size, epochs=epochs, seed=seed)
    context.invoke(release.main, run=run, data=data, out=out, note="", evaluations=())
    return out


def _health(store: FirestoreCandidates) -> Mapping[str, Any]:
    """What the monitor says of the model; empty where it has said nothing."""
    from clarity.adapters.firestore_monitor import health_in  # noqa: PLC0415  as above

    return health_in(store.client) or {}


def _current(name: str, health: Mapping[str, Any]) -> Artifact:
    """The model that the candidate is tried against: that which the project's analyses are by."""
    folder = artifact.shipped(name) if name in PRESETS else Path(name)
    current = _opened("--current", folder)
    manifest, found = current.manifest, health.get("weights_sha256")
    if found and found != manifest.weights_sha256:
        raise ValueError(
            f"--current: expected the model that answers in the project, {health.get('model_id')} "
            f"with weights {found[:12]}, found {manifest.model_id} with "
            f"{manifest.weights_sha256[:12]}"
        )
    return current


def _opened(option: str, folder: Path) -> Artifact:
    try:
        found = artifact.open_folder(folder)
    except WeightsError as error:
        raise ValueError(
            f"{option}: {error}. Copy the whole folder {folder} again from where it was made, or "
            "make it anew: --train, or clarity pat adopt"
        ) from error
    return found.of_steps()


def _trial(
    store: FirestoreCandidates | None, tried: Artifact, current: Artifact, by: str, request: str
) -> Trial:
    now, earlier = datetime.now(UTC), store.decided() if store else []
    weights = tried.manifest.weights_sha256
    others = {  # each counts once, however often it was tried
        each.candidate_sha256
        for each in earlier
        if each.current_sha256 == current.manifest.weights_sha256
        and each.candidate_sha256 != weights
    }
    return Trial(
        id=f"{now:%Y%m%dT%H%M%S}-{weights[:12]}",
        current=current,
        candidate=tried,
        attempt=len(others) + 1,
        at=now,
        by=by,
        request=request,
        last_frozen_sha256=earlier[-1].frozen_sha256 if earlier else "",
    )


def _judge(
    store: FirestoreCandidates | None,
    trial: Trial,
    data: Path,
    health: Mapping[str, Any],
) -> dict[str, Any]:
    """Score both models, decide, and write it down: the decision's document."""
    console = Console(stderr=True)
    if not console.is_terminal:
        console = Console(stderr=True, width=_LEAST_WIDTH)
    with Progress(console=console, transient=True) as progress:
        sets = _sets(store, trial, data, progress)
        bar = progress.add_task("scoring both models", total=len(sets))
        found = trials.compare(trial, sets, lambda _: progress.advance(bar))
    document = trials.decision(trial, found, sets, health.get("ratings") or {})
    frozen, last = sets[0].digest, trial.last_frozen_sha256
    if last not in ("", frozen):
        console.print(
            f"note: the last candidate was tried on another frozen set ({last[:12]}, this one is "
            f"{frozen[:12]})"
        )
    for each in found:
        click.echo(str(each))
    if store:
        store.add(trial.id, document)
    return document


def _sets(
    store: FirestoreCandidates | None, trial: Trial, data: Path, progress: Progress
) -> list[Set]:
    bar = progress.add_task("reading the frozen set", total=None)
    frozen = reference_sets.frozen(data)
    if len(frozen.steps) < LEAST_PEOPLE:
        raise ValueError(
            f"--data {data}: expected the weeks of {LEAST_PEOPLE} people at least, found "
            f"{len(frozen.steps)}"
        )
    progress.update(bar, description="generating people")
    sets = [frozen, reference_sets.generated()]
    if store:
        progress.update(bar, description="reading recent weeks of people who consent to research")
        sets.append(
            trials.recent_weeks(
                store, trial, lambda done, of: progress.update(bar, completed=done, total=of)
            )
        )
    progress.remove_task(bar)
    return sets


def _tell(document: Mapping[str, Any], trial_id: str, project: str | None) -> None:
    ratings = document["ratings"]
    if ratings["count"]:
        click.echo(f"people rate insights {ratings['mean']:.1f} of 5 ({ratings['count']} ratings)")
    said = SAID[document["decision"]]
    click.echo(f"{document['candidate']['model_id']} is {said}: {document['why']}")
    click.echo(f"recorded as candidates/{trial_id}" if project else "not recorded: no --project")


def _by_hand(document: Mapping[str, Any], folder: Path, project: str) -> str:
    """How it is promoted without --canary."""
    at, model_id = _at(project), document["candidate"]["model_id"]
    return (
        "To promote it (each command says more with --help, and takes --dry-run):\n"
        f"  clarity model register IMAGE@sha256:... --commit SHA --weights {folder} "
        f"--artifact-uri gs://... {at}\n"
        f"  clarity model deploy --traffic 0 {at} --endpoint E      a canary without requests\n"
        f"  {model_settings.canary(model_id)} in Terraform, applied\n"
        f"  clarity model promote --other-weights {at} --endpoint E     says what is next\n"
        f"  clarity model rollback {at} --endpoint E                if it is to go back\n"
        "--canary does the first two."
    )


def _at(project: str) -> str:
    return f"--project {shlex.quote(project)}"
