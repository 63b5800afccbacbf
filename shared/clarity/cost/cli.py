"""`clarity cost`: a month's bill by service, and the limit that is met first."""

from __future__ import annotations

import json
import math
import re
from dataclasses import MISSING, fields, replace
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from clarity.cost import page
from clarity.cost.assumed import Assumptions
from clarity.cost.model import MACHINES

if TYPE_CHECKING:
    from collections.abc import Callable

PEOPLE = (1_000, 100_000, 10_000_000)
_WIDTH = 180  # of a file or a pipe, where lines need no wrapping
_MOST = 10_000_000_000
_REGION = re.compile(r"(africa|asia|australia|europe|me|northamerica|southamerica|us)-[a-z]+\d+")

_ABOUT = {
    "uploads_per_day": "Upload documents of a person and day, with something new.",
    "repeats_per_day": "Upload documents of which everything is known already.",
    "samples_per_upload": "Samples in each.",
    "days_per_upload": "Local days that an upload's samples are of.",
    "bursts_per_day": "Groups of uploads; each is analysed once.",
    "insights_per_week": "Insights of a person, automatic and asked for.",
    "requests_per_week": "Of these, asked for.",
    "feedback_per_week": "Ratings and remarks of a person.",
    "exports_per_year": "Of a person's data, at their wish.",
    "erasures_per_year": "Share of the people who have themselves erased.",
    "retention_days": "After which documents expire.",
    "gemini_share": "Of the insights, told by Gemini.",
    "thinking_tokens": "That Gemini spends before it answers.",
    "round_trip_ms": "Of a call to Firestore or Pub/Sub.",
    "requests_at_once": "That share an instance's time, on average.",
    "peak": "The busiest hour over the mean.",
    "parked_hours": "A day, in which the endpoint has no model.",
    "min_replicas": "Of the endpoint, while it is not parked.",
    "max_replicas": "Of the endpoint.",
    "backups": "Copies of the database that are kept.",
    "daily_calls": "Paid calls that a person has a day.",
    "project_daily_calls": "Paid calls of all people a day; 0: no cap.",
    "gemini_tier": "Usage tier of the Gemini API's account.",
    "log_bytes": "Of logs for a delivery.",
    "slower": "A core of the cloud's machines against one of the bench's.",
}


class _Number(click.FloatRange):
    """A finite number in a range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"expected a finite number, found {value}", param, ctx)
        return number


class _Region(click.ParamType[str]):
    """A region by the form of its name; the bill says for which of them there are prices."""

    name = "region"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not _REGION.fullmatch(value):
            self.fail(f"expected a region such as us-central1, found {value!r}", param, ctx)
        return value


_RANGES: dict[str, click.ParamType[Any]] = {
    "gemini_share": _Number(0, 1),
    "parked_hours": _Number(0, 24, max_open=True),
    "requests_at_once": _Number(1),
    "retention_days": _Number(1),
    "slower": _Number(0, min_open=True),
    "uploads_per_day": _Number(0, min_open=True),
    "peak": _Number(1),
    "gemini_tier": click.IntRange(1, 3),
    "min_replicas": click.IntRange(1),
    "max_replicas": click.IntRange(1),
}


def _assumption_options(command: Callable[..., None]) -> Callable[..., None]:
    """An option for each number that is assumed."""
    for each in reversed(fields(Assumptions)):
        if each.name in _ABOUT and each.default is not MISSING:
            command = click.option(
                f"--{each.name.replace('_', '-')}",
                type=_RANGES.get(each.name, _Number(0)),
                default=each.default,
                show_default=True,
                help=_ABOUT[each.name],
            )(command)
    return command


@click.command()
@click.option(
    "--people",
    type=click.IntRange(1, _MOST),
    multiple=True,
    default=PEOPLE,
    show_default=True,
    help="A whole number; may be repeated.",
)
@_assumption_options
@click.option(
    "--accelerator",
    type=click.Choice(list(MACHINES)),
    default=Assumptions().accelerator,
    show_default=True,
    help="Of the endpoint's machines.",
)
@click.option("--region", type=_Region(), default=Assumptions().region, show_default=True)
@click.option(
    "--node-price",
    type=_Number(0),
    help="USD for an hour of one of the endpoint's machines, where you know it better.",
)
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def cost(people: tuple[int, ...], node_price: float | None, as_json: bool, **assumed: Any) -> None:
    """Say what a month costs by service, and which limit is met first.

    What a job uses of the cloud is measured (tests/contract/test_cost_usage.py); what people do is
    assumed, and each assumption is an option. Prices are list prices with their sources, in
    clarity/cost/prices.json; where none was found the line says unknown, and the sum leaves it out.
    """
    wish = replace(Assumptions(), **assumed)
    if wish.min_replicas > wish.max_replicas:
        raise click.UsageError("--min-replicas: expected at most --max-replicas")
    months = [page.bills(number, wish, node_price) for number in people]
    if as_json:
        click.echo(json.dumps([page.document(*each) for each in months], indent=1))
        return
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    for month, others in months:
        console.print(page.bill_table(month, others))
        console.print(page.limits_table(month.people, wish))
        for sentence in page.sentences(month):
            console.print(sentence, markup=False, highlight=False, soft_wrap=True)
        console.print()
    for line in (page.assumptions(wish), *page.sources()):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
