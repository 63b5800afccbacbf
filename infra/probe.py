"""Ask a Vertex AI endpoint until each model with traffic has answered: `python -m infra.probe`.

A canary answers one request in ten: one smoke test may never meet it. Here the same week is read
until each deployed model that has traffic has answered it several times, with the expected model's
id, and all with the same embedding. Exit status 1 if one does not, or not in time.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import click
import numpy as np
import requests

from clarity.adapters.vertex import open_encoder
from clarity.domain.errors import ClarityError, UnavailableError

if TYPE_CHECKING:
    from clarity.adapters.vertex import VertexEncoder
    from clarity.steps.ports_model import Embedding

SERVED_BY = "X-Vertex-AI-Deployed-Model-Id"  # :rawPredict's header, as its reference names it
CLOSE = 1e-3  # two machines' arithmetic differs by less, two models' by more
MINUTES = 10_080  # PAT's window: one week
_PAUSE_S = 0.1


def week() -> np.ndarray:
    """A made-up week of steps, the same at each call: (10080,)."""
    random = np.random.default_rng(6)
    awake = np.arange(MINUTES) % 1440 >= 420  # noqa: PLR2004  from seven in the morning
    return np.asarray(random.poisson(30, MINUTES) * awake, np.float32)


def serving(encoder: VertexEncoder) -> set[str]:
    """The ids of the deployed models that get requests.

    Raises:
        click.ClickException: there is none, or nobody says.
    """
    answer = encoder.session.get(encoder.resource_url, timeout=encoder.timeout_s)
    if not answer.ok:
        raise click.ClickException(f"{encoder.resource_url}: {answer.status_code} {answer.text}")
    split: dict[str, int] = answer.json().get("trafficSplit", {})
    found = {name for name, percent in split.items() if percent}
    if not found:
        raise click.ClickException("the endpoint is parked: no model gets requests")
    return found


def probe(encoder: VertexEncoder, wanted: int, deadline: float) -> Counter[str]:
    """How often each deployed model answered, once each has often enough.

    Raises:
        click.ClickException: one answered something else, or not in time.
    """
    waiting, answers, by = serving(encoder), Counter[str](), []
    encoder.session.hooks["response"].append(
        lambda response, **_: by.append(response.headers.get(SERVED_BY, ""))
    )
    first: Embedding | None = None
    while any(answers[name] < wanted for name in waiting):
        if time.monotonic() > deadline:
            raise click.ClickException(f"expected {wanted} answers of each, found {dict(answers)}")
        try:
            found = encoder.encode(week())
        except UnavailableError:
            time.sleep(_PAUSE_S)
            continue
        first = first or found
        if not np.allclose(first.vector, found.vector, atol=CLOSE):
            raise click.ClickException(f"the deployed model {by[-1]} reads the week differently")
        answers[by[-1]] += 1
    return answers


@click.command(help=__doc__)
@click.option("--endpoint", required=True, help="projects/P/locations/L/endpoints/E")
@click.option("--host", help="A dedicated endpoint's own name.")
@click.option("--emulator", metavar="HOST:PORT", help="A local stand-in for Vertex AI.")
@click.option("--expect-model", required=True, metavar="ID", help="Whose answer it must be.")
@click.option("--answers", default=5, show_default=True, help="Of each deployed model.")
@click.option("--timeout", default=300.0, show_default=True, help="Seconds for all of it.")
def main(
    *,
    endpoint: str,
    host: str | None,
    emulator: str | None,
    expect_model: str,
    answers: int,
    timeout: float,
) -> None:
    """Probe, and say who answered."""
    encoder = open_encoder(
        endpoint, model_id=expect_model, timeout_s=30.0, host=host, emulator_host=emulator
    )
    try:
        found = probe(encoder, answers, time.monotonic() + timeout)
    except (ClarityError, requests.RequestException) as error:
        raise click.ClickException(f"{type(error).__name__}: {error}") from error
    told = ", ".join(f"{name} {count}" for name, count in sorted(found.items()))
    click.echo(f"answers of {expect_model}, by deployed model: {told}")


if __name__ == "__main__":
    main()
