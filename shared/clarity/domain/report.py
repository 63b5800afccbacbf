"""The week's picture: one self-contained HTML page that a clinician can file.

No script and nothing from outside: inline SVG, one style sheet, light and dark, wide and narrow,
screen and paper. The page is well-formed XML too, and every text in it is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from clarity.domain.actogram import actogram, legend
from clarity.domain.maps import Maps
from clarity.domain.report_style import STYLE
from clarity.domain.sleep import stages_asleep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clarity.domain.analysis import Analysis
    from clarity.domain.grid import Grid
    from clarity.domain.metric import Metric
    from clarity.domain.quality import Quality

NOT_A_DIAGNOSIS: Final = (
    "This report describes what wearable devices recorded. It is not a diagnosis and does not "
    "replace the advice of a doctor."
)
STATUS: Final = {
    "ok": "measured",
    "insufficient": "not enough data",
    "not_applicable": "does not apply",
}
SLEEP_METHODS: Final = {
    "stages": "recorded sleep stages",
    "movement_and_heart_rate": "stillness and heart rate, since no stages are recorded",
}
FRACTIONS: Final = frozenset({"sleep_efficiency"})  # read as per cent
MINUTES_PER_HOUR: Final = 60
# Characters that XML cannot hold, even escaped.
UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def render_report(
    grid: Grid,
    quality: Quality,
    analysis: Analysis | None,
    *,
    title: str,
    insight: Mapping[str, object] | None = None,
    explanation: Mapping[str, object] | None = None,
) -> str:
    """The page as one string.

    Args:
        grid: the days to draw; minutes that were filled in are marked.
        quality: of the same grid.
        analysis: its metrics; None where the quality gate refused the week.
        title: of the page.
        insight: the insight document (narrative, key_insights, recommendations, facts,
            source, version).
        explanation: the explanation document of the same week; its maps are laid over the days.
    """
    maps = Maps.of(explanation, grid) if explanation else None
    asleep = analysis.sleep.asleep if analysis else stages_asleep(grid)
    parts = [
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/>',
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
        '<meta name="color-scheme" content="light dark"/>',
        f"<title>{_text(title)}</title><style>{STYLE}</style></head><body><main>",
        f"<header><h1>{_text(title)}</h1><p>{_dates(grid)}</p></header>",
        *_verdict(quality),
        '<section aria-labelledby="h-week"><h2 id="h-week">Rest and activity, double-plotted</h2>',
        '<p class="how">Each row shows a day and the day after it, by the hour of the local '
        "clock.</p>",
        *actogram(grid, quality, asleep, maps),
        f'<ul class="legend">{"".join(legend(grid, asleep, maps))}</ul></section>',
        *_explanation(explanation),
        *_metrics(analysis),
        *_insight(insight),
        *_data(grid, quality, analysis),
        f'<footer><p class="notice">{NOT_A_DIAGNOSIS}</p></footer></main></body></html>\n',
    ]
    return "".join(parts)


def _dates(grid: Grid) -> str:
    if not grid.days:
        return "No days with data"
    last = grid.day(grid.days - 1)
    return f"{grid.first_day.day} {grid.first_day:%B %Y} to {last.day} {last:%B %Y}, local time"


def _text(value: object) -> str:
    return escape(UNPRINTABLE.sub("\ufffd", str(value)), quote=True)


def _verdict(quality: Quality) -> Iterator[str]:
    """What lacks, first of all, when the week cannot be judged."""
    if quality.sufficient:
        return
    yield '<section class="lacking" aria-labelledby="h-lacking">'
    yield '<h2 id="h-lacking">Not enough data to analyse this week</h2><ul>'
    yield from (f"<li>{_text(sentence)}</li>" for sentence in quality.missing)
    yield "</ul></section>"


def _metrics(analysis: Analysis | None) -> Iterator[str]:
    if analysis is None:
        return
    yield '<section aria-labelledby="h-metrics"><h2 id="h-metrics">Measures</h2><table>'
    yield "<caption>Computed from the minutes above; where data lacks there is no value</caption>"
    yield '<thead><tr><th scope="col">Measure</th><th scope="col">Value</th>'
    yield '<th scope="col">Status</th></tr></thead><tbody>'
    yield from (_metric(metric) for metric in analysis.metrics)
    yield "</tbody></table></section>"


def _metric(metric: Metric) -> str:
    name = metric.name.replace("_", " ")
    reason = f"<small>{_text(metric.reason)}</small>" if metric.reason else ""
    return (
        f'<tr class="{_text(metric.status)}"><th scope="row">{_text(name[:1].upper() + name[1:])}'
        f"<small>{_text(metric.method)}</small></th><td>{_text(_value(metric))}</td>"
        f"<td>{_text(STATUS.get(metric.status, metric.status))}{reason}</td></tr>"
    )


def _value(metric: Metric) -> str:
    """The value as a person reads it, with its unit."""
    value, unit = metric.value, metric.unit
    if value is None:
        return "\u2013"
    if metric.name in FRACTIONS:
        return f"{100 * value:.0f} %"
    if unit == "min" and value >= MINUTES_PER_HOUR:
        hours, minutes = divmod(round(value), MINUTES_PER_HOUR)
        return f"{hours} h {minutes:02d} min"
    return f"{_number(value)} {unit}".strip()


def _number(value: float) -> str:
    """About three digits: 9,812 and 84.2 and 0.527."""
    if value == 0:
        return "0"
    size = abs(value)
    decimals = next((n for limit, n in ((100, 0), (10, 1), (1, 2)) if size >= limit), 3)
    return f"{value:,.{decimals}f}"


def _insight(insight: Mapping[str, object] | None) -> Iterator[str]:
    if insight is None:
        return
    yield '<section aria-labelledby="h-words"><h2 id="h-words">In words</h2>'
    yield f'<p class="narrative">{_text(insight.get("narrative", ""))}</p>'
    for key, heading in (("key_insights", "What stands out"), ("recommendations", "What to try")):
        lines = _lines(insight.get(key))
        if lines:
            items = "".join(f"<li>{_text(line)}</li>" for line in lines)
            yield f"<h3>{heading}</h3><ul>{items}</ul>"
    yield from _grounds(insight)
    yield f'<p class="notice">{NOT_A_DIAGNOSIS}</p></section>'


def _explanation(explanation: Mapping[str, object] | None) -> Iterator[str]:
    """What the strips are and how far they can be relied on."""
    words = explanation.get("words") if explanation else None
    trusted = explanation.get("trusted") if explanation else None
    if not isinstance(words, Mapping) or not isinstance(trusted, Mapping):
        return
    kind = "origin" if all(trusted.values()) else "doubtful"
    yield '<section aria-labelledby="h-model"><h2 id="h-model">Where the model looked</h2>'
    yield f"<p><b>{_text(words['notice'])}</b></p>"
    yield f'<p class="{kind}">{_text(words["trust"])}</p>'
    for name in ("attention", "attribution", "movement"):
        yield f'<p class="origin">{_text(words[name])}</p>'
    yield "</section>"


def _grounds(insight: Mapping[str, object]) -> Iterator[str]:
    """The facts that the words rest on, and who wrote the words."""
    facts = [fact for fact in _items(insight.get("facts")) if isinstance(fact, Mapping)]
    if facts:
        yield '<details open="open"><summary>What these words rest on</summary><ul class="facts">'
        for fact in facts:
            label, text = (_text(fact.get(key) or "") for key in ("label", "text"))
            note = f" ({_text(fact['note'])})" if fact.get("note") else ""
            yield f"<li><b>{_text(fact.get('id', ''))}</b> {label}: {text}{note}</li>"
        yield "</ul></details>"
    source = insight.get("source")
    if source:
        version = f", {_text(insight['version'])}" if insight.get("version") else ""
        yield f'<p class="origin">Words by: {_text(source)}{version}</p>'


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _lines(value: object) -> list[str]:
    """Sentences, written plainly or as objects with a text."""
    return [
        str(item.get("text", "")) if isinstance(item, Mapping) else str(item)
        for item in _items(value)
    ]


def _data(grid: Grid, quality: Quality, analysis: Analysis | None) -> Iterator[str]:
    """The quality box."""
    took_place = grid.repeats > 0
    filled = 100 * float((grid.imputed & took_place).sum()) / max(1, int(took_place.sum()))
    rows = [
        ("Minutes observed", f"{100 * quality.coverage:.1f} %"),
        ("Valid days", f"{quality.valid_days} of {grid.days}, each with at least 10 h of wear"),
        ("Longest gap", _duration(quality.longest_gap_minutes)),
        ("Minutes filled in", f"{filled:.1f} %"),
        ("Devices", ", ".join(grid.sources) or "not named"),
        *(("Clock", note) for note in grid.notes),
    ]
    if analysis:
        rows.append(("Confidence, from coverage and agreement", f"{analysis.confidence:.2f} of 1"))
        rows.append(("Sleep comes from", SLEEP_METHODS.get(analysis.sleep.method, "no record")))
    items = "".join(f"<div><dt>{name}</dt><dd>{_text(value)}</dd></div>" for name, value in rows)
    yield '<section class="quality" aria-labelledby="h-data"><h2 id="h-data">Data</h2>'
    yield f"<dl>{items}</dl></section>"


def _duration(minutes: int) -> str:
    hours, rest = divmod(minutes, MINUTES_PER_HOUR)
    return f"{hours} h {rest:02d} min" if hours else f"{rest} min"
