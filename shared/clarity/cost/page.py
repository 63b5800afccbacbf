"""The bill and the limits on a terminal, and as JSON."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from rich.table import Table

from clarity.cost.day import raw_stored, stored
from clarity.cost.limits import (
    RAMP,
    in_order,
    limits,
    operations_per_second,
    ramp_minutes,
)
from clarity.cost.model import IN_NO_LINE, bill, by_service, node_hours, variants
from clarity.cost.prices import data

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clarity.cost.assumed import Assumptions
    from clarity.cost.model import Bill

UNKNOWN = "unknown"
_WHOLE = 100  # from here on without decimals
_TIMES = 10  # from here on not in percent


def bill_table(month: Bill, others: dict[str, Bill]) -> Table:
    """A line a row; beside what is assumed what else one could do."""
    table = Table(
        "service",
        "what",
        *(f"{month.people:,} people, a month", "USD", *others),
        title=f"{month.people:,} people",
        show_footer=False,
    )
    for column in table.columns[2:]:
        column.justify = "right"
    for at, line in enumerate(month.lines):
        table.add_row(
            line.service,
            line.what,
            f"{_number(line.quantity)} {line.unit}".rstrip(),
            _usd(line.usd),
            *(_usd(other.lines[at].usd) for other in others.values()),
        )
    every = (month, *others.values())
    table.add_section()
    missing = any(each.unknown for each in every)
    known = f"of what is known{f'; ?: without {_missing(every)}' if missing else ''}"
    marks = [" + ?" if each.unknown else "" for each in every]
    sums = (f"{_usd(each.known)}{mark}" for each, mark in zip(every, marks, strict=True))
    table.add_row("sum", known, "", *sums)
    shares = (
        f"{each.known / each.people:,.4f}{mark}" for each, mark in zip(every, marks, strict=True)
    )
    table.add_row("a person", known, "", *shares)
    return table


def limits_table(people: int, assumed: Assumptions) -> Table:
    """Each limit with what is used of it at the peak."""
    title = f"Limits at {people:,} people, peak {assumed.peak:g} times the mean"
    table = Table("limit", "used", "allowed", "share", "met at", "source", title=title)
    for column in table.columns[1:5]:
        column.justify = "right"
    table.columns[-1].overflow = "fold"
    for each in limits(people, assumed):
        at = each.people(people)
        allowed = UNKNOWN if each.allowed is None else f"{_number(each.allowed)} {each.unit}"
        table.add_row(
            each.name,
            f"{_number(each.used)} {each.unit}",
            allowed,
            _share(each.share),
            "-" if at is None else f"{_rounded(at)} people",
            each.source,
        )
    return table


def sentences(month: Bill) -> Iterator[str]:
    """What the tables come to."""
    people, assumed = month.people, month.assumed
    if month.unknown:
        yield f"the sum leaves out, for want of a price: {'; '.join(month.unknown)}"
    if not month.has_endpoint:
        yield "with --node-price the endpoint is in the sum, and what parking it saves is shown"
    yield f"in no line: {', '.join(IN_NO_LINE)}"
    share = raw_stored(assumed) / stored(assumed)
    yield (
        f"of what Firestore stores {share:.0%} are uploads as they came; the days' chunks hold the"
        " same samples"
    )
    others = {name: node_hours(people, other) for name, other in variants(assumed).items()}
    parked = next(iter(others))
    yield (
        f"the endpoint's machines run {_number(node_hours(people, assumed))} hours a month;"
        f" {parked}: {_number(others[parked])}"
    )
    found = limits(people, assumed)
    for each in found:
        if not each.grows and (each.share or 0) > 1:
            yield f"too large: {each.name}; change: {each.change}"
    ordered = in_order(found, people)
    for number, (each, at) in enumerate(ordered):
        beyond = at <= people
        place = "first limit" if number == 0 else "then, met too" if beyond else "next limit"
        yield f"{place}: {each.name} at about {_rounded(at)} people; change: {each.change}"
        if not beyond:
            break
    operations = operations_per_second(people, assumed)
    yield (
        f"Firestore: {_number(operations)} operations a second at the peak; a new database takes"
        f" {ramp_minutes(operations):.0f} min to get there ({RAMP})"
    )


def assumptions(assumed: Assumptions) -> str:
    """Each of them, by the name of its option."""
    shown = (
        f"{each.name.replace('_', ' ')} {_value(getattr(assumed, each.name))}"
        for each in fields(assumed)
    )
    return "assumed: " + ", ".join(shown)


def sources() -> Iterator[str]:
    """The pages that the prices were read on."""
    found = data()
    yield f"list prices in {found['currency']}, read on {found['read']}; without tax and discounts:"
    for page in found["sources"].values():
        yield f"  {page['title']}: {page['url']}"


def document(month: Bill, others: dict[str, Bill]) -> dict[str, Any]:
    """Everything, for a program."""
    people, assumed = month.people, month.assumed
    return {
        "people": people,
        "assumed": asdict(assumed),
        "lines": [asdict(line) for line in month.lines],
        "usd": month.known,
        "usd_per_person": month.known / people,
        "unknown": list(month.unknown),
        "in_no_line": list(IN_NO_LINE),
        "instead": {
            name: {"usd": other.known, "by_service": by_service(other.lines)}
            for name, other in others.items()
        },
        "limits": [
            {**asdict(each), "share": each.share, "people": each.people(people)}
            for each in limits(people, assumed)
        ],
    }


def bills(
    people: int, assumed: Assumptions, node_price: float | None
) -> tuple[Bill, dict[str, Bill]]:
    """The month, and what else one could do; not that it is parked where no price shows it."""
    month = bill(people, assumed, node_price)
    others = {
        name: bill(people, other, node_price if other.accelerator == assumed.accelerator else None)
        for name, other in variants(assumed).items()
        if month.has_endpoint or other.parked_hours == assumed.parked_hours
    }
    return month, others


def _missing(months: Sequence[Bill]) -> str:
    only = all(name.startswith("Vertex AI") for each in months for name in each.unknown)
    return "the endpoint" if only else "what has no price"


def _share(share: float | None) -> str:
    """Of what is allowed.

    >>> _share(None), _share(0.512), _share(12.3)
    ('unknown', '51%', '12 times')
    """
    if share is None:
        return UNKNOWN
    return f"{share:,.0f} times" if share >= _TIMES else f"{share:.0%}"


def _rounded(number: float) -> str:
    """Two digits are as much as is known.

    >>> _rounded(1234), _rounded(87_654_321.0)
    ('1,200', '88,000,000')
    """
    if number < 1:
        return "0"
    step = 10 ** max(0, len(str(int(number))) - 2)
    return f"{round(number / step) * step:,}"


def _number(number: float) -> str:
    return f"{number:,.0f}" if number >= _WHOLE or number == int(number) else f"{number:,.2f}"


def _usd(usd: float | None) -> str:
    return UNKNOWN if usd is None else f"{usd:,.2f}"


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
