"""`clarity pat candidate --canary`: what was found better, deployed beside the live version.

Its files go to Cloud Storage, it becomes a version with the live one's image, and that version is
deployed for a small share of the requests: by what `clarity model register` and `deploy` do. More
requests it gets by `clarity model promote` alone, which a person runs. Its answers are taken where
preprocess has its model as PAT_CANARY_MODEL_ID.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from clarity.adapters import model_ledger, model_settings
from clarity.adapters.model_canary import Candidate
from clarity.adapters.model_options import (
    Option,
    a_bucket,
    emulator_option,
    endpoint_option,
    optioned,
    region_option,
    timeout_option,
    where,
)
from clarity.adapters.model_run import read, run, told
from clarity.domain.errors import ClarityError, RefusedError, UnavailableError
from clarity.pat import artifact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from google.cloud.storage import Blob

    from clarity.adapters.model_run import Place
    from clarity.adapters.model_state import State
    from clarity.studies.candidate import Trial

_SHARE = 5  # percent, where nobody says
_MOST = 50

canary_options: Option = optioned(
    click.option("--canary", is_flag=True, help="Deploy it beside the live version, if better."),
    endpoint_option(required=False),
    region_option,
    emulator_option,
    click.option(
        "--artifacts",
        callback=lambda context, option, value: value and a_bucket(context, option, value),
        metavar="gs://...",
        help="Where the canary's container gets the weights: they are copied below it.",
    ),
    click.option(
        "--traffic",
        type=click.IntRange(0, _MOST),
        default=_SHARE,
        show_default=True,
        help="Percent of the requests that the canary answers; before it gets any, apply its model "
        "as pat_canary_model_id in Terraform.",
    ),
    timeout_option,
)


class UntriedError(click.ClickException):
    """The candidate cannot be tried like this."""

    exit_code = 2


class UndeployedError(click.ClickException):
    """It was found better, and is no canary yet."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class Canary:
    """Where a better candidate is deployed, and for what share of the requests."""

    place: Place
    artifacts: str
    percent: int

    def require(self, trial: Trial) -> None:
        """That it could be deployed as things are, before anything is scored.

        Raises:
            UntriedError: it could not.
        """
        with _ending(UntriedError):
            self._candidate(trial).wanted(read(self.place))

    def deploy(self, trial: Trial, folder: Path) -> str:
        """Deploy it; what was done already is not done again.

        Returns:
            What to run to promote it, and what to take it away.

        Raises:
            UndeployedError: it could not be.
        """
        found, place = self._candidate(trial), self.place
        decided = f"the decision is candidates/{trial.id}; run this again to go on"
        with _ending(UndeployedError, decided):
            with told(f"copy the weights to {found.artifact_uri}"):
                _copy(folder, found.artifact_uri, place.project)
            state = run(place, found.register, f"{found.model_id} is a version already")
            version = found.version(state)
            if version is None:
                raise RefusedError(f"expected {found.model_id} among the versions, found none")
            state = run(
                place,
                found.deploy,
                f"version {version.number} is a canary already",
                before=lambda _: model_ledger.deployed(place.project, version, trial.by, trial.id),
            )
        return self._said(state, version.number, found.model_id)

    def _candidate(self, trial: Trial) -> Candidate:
        manifest = trial.candidate.manifest
        digest = manifest.weights_sha256
        return Candidate(
            model_id=manifest.model_id,
            weights_sha256=digest,
            current_sha256=trial.current.manifest.weights_sha256,
            artifact_uri=f"{self.artifacts.rstrip('/')}/{manifest.model_id}-{digest[:12]}",
            percent=self.percent,
        )

    def _said(self, state: State, number: str, model_id: str) -> str:
        there = state.deployment(number)
        machine = there.resources["machine_spec"]["machine_type"] if there else "machine"
        at = f"--endpoint {self.place.endpoint}"
        lines = [
            f"version {number} is a canary with {self.percent} % of the requests, on one {machine}",
            "that is billed until it is promoted or taken away. Preprocess takes its answers once",
            "Terraform has applied",
            f"  {model_settings.canary(model_id)}",
            *self._unless_applied(number, at),
            "To look at it (clarity health counts its answers):",
            f"  clarity model status {at}",
            "To promote it; what Terraform has to be given then is printed:",
            f"  clarity model promote {number} --other-weights {at}",
            "To take it away, or the promotion back; likewise:",
            f"  clarity model rollback {number} {at}",
        ]
        return "\n".join(lines)

    def _unless_applied(self, number: str, at: str) -> list[str]:
        deploy = f"  clarity model deploy {number} --traffic"
        if not self.percent:
            return ["After that, to give it requests:", f"{deploy} {_SHARE} --other-weights {at}"]
        return [
            "If that is not applied yet, do it now: preprocess asks again for the canary's share",
            "meanwhile, and an alert says so. To take its requests away until then:",
            f"{deploy} 0 {at}",
        ]


def asked(
    project: str | None, *, canary: bool, artifacts: str | None, traffic: int, **options: Any
) -> Canary | None:
    """What the options ask for; None for no canary.

    Raises:
        click.UsageError: one is missing.
    """
    if not canary:
        return None
    wanted = {"--project": project, "--endpoint": options["endpoint"], "--artifacts": artifacts}
    if missing := [name for name, value in wanted.items() if not value]:
        raise click.UsageError(f"--canary: expected {', '.join(missing)} too")
    place = where({"project": project, "dry_run": False, **options})
    return Canary(place, artifacts or "", traffic)


def _copy(folder: Path, uri: str, project: str) -> None:
    """Copy a trained PAT's files to Cloud Storage; what is there already stays.

    Raises:
        RefusedError: something else is there.
        UnavailableError: it could not be written.
    """
    # Here, since it takes a second, which a trial without a canary does without.
    from google.api_core.exceptions import GoogleAPIError  # noqa: PLC0415  see above
    from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415  see above
    from google.cloud.storage import Client  # noqa: PLC0415  see above
    from requests import RequestException  # noqa: PLC0415  see above

    bucket, _, prefix = uri.removeprefix("gs://").partition("/")
    try:
        target = Client(project=project).bucket(bucket)
        for name in artifact.FILES:
            _copy_file(folder / name, target.blob(f"{prefix}/{name}"))
    except (GoogleAPIError, GoogleAuthError, RequestException) as error:
        raise UnavailableError(
            f"{uri} could not be written ({type(error).__name__}): is the bucket there, and may "
            "you create objects in it?"
        ) from error


def _copy_file(file: Path, blob: Blob) -> None:
    from google.api_core.exceptions import PreconditionFailed  # noqa: PLC0415  as above

    data = file.read_bytes()
    try:
        blob.upload_from_string(data, if_generation_match=0, checksum="crc32c")
    except PreconditionFailed as error:  # something has this name
        if blob.download_as_bytes() != data:
            raise RefusedError(
                f"gs://{blob.bucket.name}/{blob.name} is there and is another file than {file}: "
                "name other --artifacts"
            ) from error


@contextmanager
def _ending(kind: type[click.ClickException], more: str = "") -> Iterator[None]:
    """What goes wrong ends the command as such an error."""
    try:
        yield
    except (ClarityError, click.ClickException) as error:
        message = error.message if isinstance(error, click.ClickException) else str(error)
        raise kind(f"{message}; {more}" if more else message) from error
