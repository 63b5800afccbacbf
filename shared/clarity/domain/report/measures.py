"""The report's table of measures, each beside what is published about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clarity.domain.metrics.references import Reference, reference_of
from clarity.domain.report.names import ERRORS, GROUPS, name_of
from clarity.domain.report.text import FRACTIONS, NO_VALUE, amount, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from clarity.domain.analysis import Analysis
    from clarity.domain.metric import Metric, MetricStatus

STATUS: Final[dict[MetricStatus, str]] = {
    "ok": "measured",
    "insufficient": "not enough data",
    "not_applicable": "does not apply",
}
FIRST: Final = (
    "total_sleep_time",
    "sleep_efficiency",
    "sleep_midpoint",
    "daily_steps",
    "daily_counts",
    "resting_heart_rate",
    "circadian_rhythm_strength",
)
WIDTH: Final = 160  # of a position bar
BAR: Final = 14


def glance(analysis: Analysis | None) -> Iterator[str]:
    """The few numbers that are asked for first; without those that have no value."""
    if analysis is None:
        return
    found = {metric.name: metric for metric in (*analysis.metrics, *analysis.details)}
    items = "".join(_first(found[name]) for name in FIRST if name in found)
    if items:
        yield f'<dl class="glance">{items}</dl>'


def _first(metric: Metric) -> str:
    if metric.value is None:
        return ""
    words = text(amount(metric.value, metric.unit, metric.name))
    return f"<div><dt>{text(name_of(metric.name).plain)}</dt><dd>{words}</dd></div>"


def metrics_section(analysis: Analysis | None) -> Iterator[str]:
    """A table for each group of measures, and the sources at their foot."""
    if analysis is None:
        return
    groups = _grouped((*analysis.metrics, *analysis.details))
    found = {metric.name: metric for metric in (*analysis.metrics, *analysis.details)}
    sources = _numbered(groups)
    yield '<section aria-labelledby="h-metrics"><h2 id="h-metrics">Measures</h2>'
    yield (
        '<p class="how">Computed from the minutes above; where data lacks there is no value.'
        " Published ranges describe the people named, and are no judgement of this person.</p>"
    )
    for heading, metrics in groups.items():
        yield '<table role="table">'
        yield f'<caption>{heading}</caption><thead><tr role="row">'
        yield from (
            f'<th scope="col" role="columnheader">{c}</th>'
            for c in ("Measure", "Value", "Published")
        )
        yield "</tr></thead><tbody>"
        for metric in metrics:
            if metric.value is not None:
                yield _row(metric, metric.value, found, sources)
        yield from _lacking([metric for metric in metrics if metric.value is None])
        yield "</tbody></table>"
    if sources:
        notes = "".join(f'<li id="source{n}">{text(s)}</li>' for s, n in sources.items())
        yield f'<h3>Sources of the published ranges</h3><ol class="sources">{notes}</ol>'
    yield "</section>"


def _grouped(metrics: Sequence[Metric]) -> dict[str, list[Metric]]:
    """The metrics by heading, without those that are told in another's row."""
    told = set(ERRORS.values())
    groups: dict[str, list[Metric]] = {}
    for group, heading in GROUPS.items():
        mine = [m for m in metrics if name_of(m.name).group == group and m.name not in told]
        if mine:
            groups[heading] = mine
    return groups


def _numbered(groups: Mapping[str, Sequence[Metric]]) -> dict[str, int]:
    """The sources of what is shown, numbered in the order of their first use."""
    shown = (m for mine in groups.values() for m in mine if m.value is not None)
    references = (reference_of(metric) for metric in shown)
    sources = dict.fromkeys(each.source for each in references if each)
    return {source: at for at, source in enumerate(sources, start=1)}


def _row(
    metric: Metric, value: float, found: Mapping[str, Metric], sources: Mapping[str, int]
) -> str:
    """A measure with its value, its error where one is known, and what is published."""
    error = found.get(ERRORS.get(metric.name, ""))
    within = ""
    if error is not None and error.value is not None:
        within = f"<small>\u00b1 {text(amount(error.value, error.unit))} (95 % confidence)</small>"
    reference = reference_of(metric)
    published = "no agreed range"
    if reference:
        published = _published(metric, value, reference, sources)
    kind = "" if reference else ' class="none"'
    words = text(amount(value, metric.unit, metric.name))
    return (
        f'<tr role="row" class="{text(metric.status)}"><th scope="row" role="rowheader">'
        f"{_named(metric)}<small>{text(metric.method)}</small></th>"
        f'<td role="cell"><b>{words}</b> {within}<span class="status">'
        f'{STATUS[metric.status]}</span></td><td role="cell"{kind}>{published}</td></tr>'
    )


def _named(metric: Metric) -> str:
    name = name_of(metric.name)
    return text(name.plain) + (f" <i>{text(name.term)}</i>" if name.term else "")


def _lacking(metrics: Sequence[Metric]) -> Iterator[str]:
    """The measures without a value, those for the same reason together."""
    reasons: dict[tuple[MetricStatus, str], list[Metric]] = {}
    for metric in metrics:
        reasons.setdefault((metric.status, metric.reason), []).append(metric)
    for (status, reason), mine in reasons.items():
        names = "<br/>".join(_named(metric) for metric in mine)
        why = f": {text(reason)}" if reason else ""
        yield (
            f'<tr role="row" class="{text(status)}"><th scope="row" role="rowheader">{names}</th>'
            f'<td role="cell" colspan="2"><b>{NO_VALUE}</b> {STATUS[status]}{why}</td></tr>'
        )


def _published(
    metric: Metric, value: float, reference: Reference, sources: Mapping[str, int]
) -> str:
    note = sources[reference.source]
    return (
        f"{_bar(metric, value, reference)}{text(reference.text)}"
        f' <a href="#source{note}">[{note}]</a>'
        f"<small>{text(reference.population)}</small>"
    )


def _bar(metric: Metric, value: float, reference: Reference) -> str:
    """Where the value stands in the range, drawn and in a word."""
    low, high = reference.low, reference.high
    if low is None and high is None:
        return ""
    first, last = _ends(value, low, high, 1.0 if metric.name in FRACTIONS else None)

    def at(point: float) -> float:
        return 4 + (WIDTH - 8) * (point - first) / (last - first)

    left, right = at(first if low is None else low), at(last if high is None else high)
    place = _place(value, low, high)
    ticks = "".join(f"M{at(edge):.1f} 1V{BAR - 1}" for edge in (low, high) if edge is not None)
    here = at(value)
    mark = f"M{here:.1f} {BAR / 2}l-4 -6h8zM{here:.1f} {BAR / 2}l-4 6h8z"
    words = f"{amount(value, metric.unit, metric.name)} is {place} the published range"
    return (
        f'<span class="place"><svg class="position" role="img" width="{WIDTH}" height="{BAR}"'
        f' viewBox="0 0 {WIDTH} {BAR}" aria-label="{text(words)}">'
        f'<path d="M4 {BAR / 2}H{WIDTH - 4}" class="base"/>'
        f'<path d="M{left:.1f} 4V{BAR - 4}H{right:.1f}V4z" class="range"/>'
        f'<path d="{ticks}" class="edges"/><path d="{mark}" class="here"/></svg>'
        f"<span>{place} the range</span></span>"
    )


def _place(value: float, low: float | None, high: float | None) -> str:
    if low is not None and value < low:
        return "below"
    return "above" if high is not None and value > high else "within"


def _ends(
    value: float, low: float | None, high: float | None, most: float | None
) -> tuple[float, float]:
    """Ends of the bar's scale: around the range, as wide as the value asks for."""
    if low is not None and high is not None:
        first, last = low - (high - low) / 2, high + (high - low) / 2
    elif low is not None:
        first, last = low / 2, 2 * low
    else:
        first, last = 0.0, 2 * (high or 0.0)
    last = max(last, 1.05 * value)
    return min(first, 0.95 * value), last if most is None else min(last, most)
