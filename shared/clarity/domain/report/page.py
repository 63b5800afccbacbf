"""The week's picture: one self-contained HTML page that a clinician can file.

No script and nothing from outside: inline SVG, one style sheet, light and dark, wide and narrow,
screen and paper. The page is well-formed XML too, and every text in it is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from clarity.domain.report.actogram import actogram, legend
from clarity.domain.report.average_day import average_day_figure
from clarity.domain.report.data_box import quality_section
from clarity.domain.report.maps import Maps
from clarity.domain.report.measures import glance, metrics_section
from clarity.domain.report.sleep_timeline import sleep_timeline
from clarity.domain.report.style import STYLE
from clarity.domain.report.text import text
from clarity.domain.report.weeks import history_section
from clarity.domain.sleep.nights import stages_asleep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clarity.domain.analysis import Analysis
    from clarity.domain.metrics.history import History
    from clarity.domain.minutes.grid import Grid
    from clarity.domain.minutes.quality import Quality

NOT_A_DIAGNOSIS: Final = (
    "This report describes what wearable devices recorded. It is not a diagnosis and does not "
    "replace the advice of a doctor."
)


def render_report(
    grid: Grid,
    quality: Quality,
    analysis: Analysis | None,
    *,
    title: str,
    insight: Mapping[str, object] | None = None,
    explanation: Mapping[str, object] | None = None,
    history: History | None = None,
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
        history: the person's weeks up to this one.
    """
    maps = Maps.of(explanation, grid) if explanation else None
    asleep = analysis.sleep.asleep if analysis else stages_asleep(grid)
    parts = [
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/>',
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
        '<meta name="color-scheme" content="light dark"/>',
        f"<title>{text(title)}</title><style>{STYLE}</style></head><body><main>",
        f"<header><h1>{text(title)}</h1><p>{_dates(grid)}</p></header>",
        *_verdict(quality),
        *glance(analysis if quality.sufficient else None),
        '<section aria-labelledby="h-week"><h2 id="h-week">Rest and activity, double-plotted</h2>',
        '<p class="how">Each row shows a day and the day after it, by the hour of the local '
        "clock.</p>",
        *actogram(grid, quality, asleep, maps),
        f"{legend(grid, asleep, maps)}</section>",
        *_figures(grid, quality, analysis),
        *_explanation(explanation),
        *metrics_section(analysis),
        *history_section(history),
        *_insight(insight),
        *quality_section(grid, quality, analysis),
        f'<footer><p class="notice">{NOT_A_DIAGNOSIS}</p></footer></main></body></html>\n',
    ]
    return "".join(parts)


def _dates(grid: Grid) -> str:
    if not grid.days:
        return "No days with data"
    last = grid.day(grid.days - 1)
    return f"{grid.first_day.day} {grid.first_day:%B %Y} to {last.day} {last:%B %Y}, local time"


def _figures(grid: Grid, quality: Quality, analysis: Analysis | None) -> Iterator[str]:
    """The average day and the nights."""
    if analysis is None:
        return
    yield '<section aria-labelledby="h-day"><h2 id="h-day">The average day</h2>'
    yield from average_day_figure(grid, quality, analysis)
    yield '</section><section aria-labelledby="h-sleep"><h2 id="h-sleep">Sleep, night by night</h2>'
    yield from sleep_timeline(grid, analysis)
    yield "</section>"


def _verdict(quality: Quality) -> Iterator[str]:
    """What lacks, first of all, when the week cannot be judged."""
    if quality.sufficient:
        return
    yield '<section class="lacking" aria-labelledby="h-lacking">'
    yield '<h2 id="h-lacking">Not enough data to analyse this week</h2><ul>'
    yield from (f"<li>{text(sentence)}</li>" for sentence in quality.missing)
    yield "</ul></section>"


def _insight(insight: Mapping[str, object] | None) -> Iterator[str]:
    if insight is None:
        return
    yield '<section aria-labelledby="h-words"><h2 id="h-words">In words</h2>'
    language = text(insight.get("language") or "en")
    yield f'<div lang="{language}"><p class="narrative">{text(insight.get("narrative", ""))}</p>'
    for key, heading in (("key_insights", "What stands out"), ("recommendations", "What to try")):
        lines = _lines(insight.get(key))
        if lines:
            items = "".join(f"<li>{text(line)}</li>" for line in lines)
            yield f"<h3>{heading}</h3><ul>{items}</ul>"
    yield "</div>"
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
    yield f"<p><b>{text(words['notice'])}</b></p>"
    if "model" in words:  # they stand beside another model's reading
        yield f'<p class="doubtful">{text(words["model"])}</p>'
    yield f'<p class="{kind}">{text(words["trust"])}</p>'
    for name in ("attention", "attribution", "movement"):
        yield f'<p class="origin">{text(words[name])}</p>'
    yield "</section>"


def _grounds(insight: Mapping[str, object]) -> Iterator[str]:
    """The facts that the words rest on, and who wrote the words."""
    facts = [fact for fact in _items(insight.get("facts")) if isinstance(fact, Mapping)]
    if facts:
        yield '<details><summary>What these words rest on</summary><ul class="facts">'
        for fact in facts:
            label, words = (text(fact.get(key) or "") for key in ("label", "text"))
            note = f" ({text(fact['note'])})" if fact.get("note") else ""
            yield f"<li><b>{text(fact.get('id', ''))}</b> {label}: {words}{note}</li>"
        yield "</ul></details>"
    source = insight.get("source")
    if source:
        version = f", {text(insight['model_version'])}" if insight.get("model_version") else ""
        yield f'<p class="origin">Words by: {text(source)}{version}</p>'


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _lines(value: object) -> list[str]:
    """Sentences, written plainly or as objects with a text."""
    return [
        str(item.get("text", "")) if isinstance(item, Mapping) else str(item)
        for item in _items(value)
    ]
