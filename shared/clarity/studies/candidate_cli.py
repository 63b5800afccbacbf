"""`clarity pat candidate`: is another model better? Scored, decided by a rule, written down."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from rich.console import Console
from rich.progress import Progress

from clarity.adapters.reviews_cli import reader_option
from clarity.domain.errors import ClarityError
from clarity.pat import artifact
from clarity.pat.config import PRESETS
from clarity.pat.judging import LEAST_PEOPLE
from clarity.studies import candidate as trials
from clarity.studies import reference_sets
from clarity.studies.candidate import Trial

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clarity.adapters.firestore_candidates import Decided, FirestoreCandidates
    from clarity.pat.artifact import Artifact
    from clarity.pat.judging import Compared
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
@click.option("--request", default="", metavar="ID", help="The request for retraining it answers.")
@reader_option
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
) -> None:
    """Try a candidate against the current model, decide by a rule, and write the decision down.

    Both are asked for half hours that they were not shown, in the weeks of the frozen set, of
    generated people, and, with --project, of people who consent to research and had an analysis
    in the last four weeks; and for labels where the set has any. A candidate is better only if it
    is so beyond doubt and by as much as matters, and worse nowhere; the more candidates were tried
    against the same model, the surer it has to be. Generated people show that something is broken,
    and never that it is better.

    The decision is written to candidates/ID with a record in the ledger. Nothing is promoted here:
    what is better is told how to get there, as a canary, through clarity model. Exit status: 0
    better, 1 not better, 2 it cannot be tried.

    \b
    Examples:
      clarity pat requests list --project P
      clarity pat candidate --artifact runs/new --data ../shared/data/nhanes-2005-2006 \\
        --project P --request ID
      clarity pat candidate --train runs/s2 --epochs 60 --seed 2 --data DIR    no project: a trial
      clarity model rollback ...                                   the promotion, taken back
    """  # noqa: D301 - \b is click's mark of lines that are not to be wrapped
    if (folder is None) == (run is None):
        raise click.UsageError("expected one of --artifact and --train")
    if request and not project:
        raise click.UsageError("--request: expected --project too, where it is")
    console = Console(stderr=True)
    if not console.is_terminal:
        console = Console(stderr=True, width=_LEAST_WIDTH)
    try:
        store = _store(project) if project else None
        if store and request:
            _require_open(store, request)
        wanted = folder or _train(run or Path(), data, size, epochs, seed)
        asked = _Asked(wanted, data, current, request, by)
        judged = _judge(store, asked, console)
    except (ClarityError, ValueError, OSError) as error:
        raise _Untried(str(error)) from error
    _tell(*judged, wanted, project)


class _Asked(NamedTuple):
    """Which candidate, against which model, on what, for which request, by whom."""

    folder: Path
    data: Path
    current: str
    request: str
    by: str


class _Untried(click.ClickException):
    exit_code = 2


def _store(project: str) -> FirestoreCandidates:
    # Here, since they import Google's clients, which a trial without a project does without.
    from clarity.adapters.firestore_candidates import FirestoreCandidates  # noqa: PLC0415  the same
    from clarity.adapters.firestore_open import opened  # noqa: PLC0415  the same

    return FirestoreCandidates(opened(project))


def _require_open(store: FirestoreCandidates, request: str) -> None:
    found = store.request(request)
    if found is None or found["state"] != "open":
        state = "none" if found is None else f"one that is {found['state']}"
        raise ValueError(
            f"--request {request}: expected an open request, found {state}: clarity pat requests "
            "list shows them"
        )


def _train(run: Path, data: Path, size: str, epochs: int, seed: int) -> Path:
    """Train with the usual commands; a run that was killed goes on."""
    # Here, since TensorFlow takes seconds that whoever brings a candidate need not wait.
    from clarity.pat import pretrain, release  # noqa: PLC0415  see above

    out, context = run / "artifact", click.get_current_context()
    context.invoke(pretrain.main, data=data, out=run, size=size, epochs=epochs, seed=seed)
    context.invoke(release.main, run=run, data=data, out=out, note="", evaluations=())
    return out


def _judge(
    store: FirestoreCandidates | None, asked: _Asked, console: Console
) -> tuple[dict[str, Any], list[Compared], str]:
    now = datetime.now(UTC)
    tried = artifact.open_folder(asked.folder).of_steps()
    lives = artifact.open_folder(
        artifact.shipped(asked.current) if asked.current in PRESETS else Path(asked.current)
    ).of_steps()
    health = store.health() if store else {}
    _require_live(lives, health)
    earlier = store.decided() if store else []
    trial = Trial(
        id=f"{now:%Y%m%dT%H%M%S}-{tried.manifest.weights_sha256[:12]}",
        current=lives,
        candidate=tried,
        attempt=_attempt(earlier, tried, lives),
        at=now,
        by=asked.by,
        request=asked.request,
    )
    with Progress(console=console, transient=True) as progress:
        sets = _sets(store, trial, asked.data, progress)
        bar = progress.add_task("scoring both models", total=len(sets))
        found = trials.compared(trial, sets, lambda _: progress.advance(bar))
    document = trials.decision(trial, found, sets, health.get("ratings") or {})
    _warn_of_another_set(console, earlier, document)
    if store:
        store.add(trial.id, document)
    return document, found, trial.id


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


def _attempt(earlier: Sequence[Decided], tried: Artifact, lives: Artifact) -> int:
    """How many candidates were tried against this model, with this one; each counts once."""
    mine, current = tried.manifest.weights_sha256, lives.manifest.weights_sha256
    others = {
        each.candidate_sha256
        for each in earlier
        if each.current_sha256 == current and each.candidate_sha256 != mine
    }
    return len(others) + 1


def _require_live(lives: Artifact, health: dict[str, Any] | Any) -> None:
    """That the project's analyses come from the model that the candidate is tried against."""
    found = health.get("weights_sha256")
    if found and found != lives.manifest.weights_sha256:
        raise ValueError(
            f"--current: expected the model that answers in the project, {health.get('model_id')} "
            f"with weights {found[:12]}, found {lives.manifest.model_id} with "
            f"{lives.manifest.weights_sha256[:12]}"
        )


def _warn_of_another_set(
    console: Console, earlier: Sequence[Decided], document: dict[str, Any]
) -> None:
    frozen = document["sets"][0]["sha256"]
    if earlier and earlier[-1].frozen_sha256 != frozen:
        console.print(
            f"note: the last candidate was tried on another frozen set "
            f"({earlier[-1].frozen_sha256[:12]}, this one is {frozen[:12]})"
        )


def _tell(
    document: dict[str, Any],
    found: Sequence[Compared],
    name: str,
    folder: Path,
    project: str | None,
) -> None:
    for each in found:
        click.echo(str(each))
    ratings = document["ratings"]
    if ratings["count"]:
        click.echo(f"people rate insights {ratings['mean']:.1f} of 5 ({ratings['count']} ratings)")
    said = "better" if document["decision"] == "better" else "not better"
    click.echo(f"{document['candidate']['model_id']} is {said}: {document['why']}")
    click.echo(f"recorded as candidates/{name}" if project else "not recorded: no --project")
    if document["decision"] != "better":
        raise click.exceptions.Exit(1)
    if project:
        click.echo(_next(document, folder, project))


def _next(document: dict[str, Any], folder: Path, project: str) -> str:
    place = f"--project {shlex.quote(project)}"
    model_id, request = document["candidate"]["model_id"], document["request"]
    closing = f"\n  clarity pat requests close {request} --why promoted {place}" if request else ""
    return (
        "To promote it (each command says more with --help, and takes --dry-run):\n"
        f"  clarity model register IMAGE@sha256:... --commit SHA --weights {folder} "
        f"--artifact-uri gs://... {place}\n"
        f"  clarity model deploy --traffic 0 {place} --endpoint E      a canary without requests\n"
        f"  pat_model_id = {model_id} in Terraform, with\n"
        f"  clarity model promote --other-weights {place} --endpoint E\n"
        f"  clarity model rollback {place} --endpoint E                if it is to go back{closing}"
    )
