"""What `clarity evaluate drift` found: tables for a terminal, and one self-contained HTML page.

A panel is a change among some people: how often each rule alarms, by the number of people in a
window. Each line has its own dash, and its numbers stand in the table below the panels, so that
nothing is told by colour alone.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from rich.table import Table

from clarity.domain import drift
from clarity.studies.drift_cohorts import UNCHANGED
from clarity.studies.drift_evaluation import (
    EMBEDDING_ALONE,
    FEATURES_ALONE,
    INDEX_ALONE,
    OURS,
    RULES,
    SIZES,
    SUSTAINED,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clarity.studies.drift_evaluation import Evaluation, Row, Share

WIDE: Final = 300
HIGH: Final = 150
DASHES: Final = {
    OURS: "",
    SUSTAINED: "9 3",
    FEATURES_ALONE: "5 4",
    EMBEDDING_ALONE: "1 4",
    INDEX_ALONE: "10 4 2 4",
}
KINDS: Final = {rule: f"rule{number}" for number, rule in enumerate(RULES)}
STYLE: Final = """
:root{--paper:#fff;--ink:#1b2430;--soft:#52606f;--line:#d5dbe2;--ours:#0b5cad;--held:#0b6e4f;
--ks:#8a5a00;--mmd:#6b3fa0;--psi:#a33a0c}
@media (prefers-color-scheme:dark){:root{--paper:#11161d;--ink:#e7ecf2;--soft:#a9b5c3;
--line:#36414e;--ours:#7db8f5;--held:#5fd3a8;--ks:#e6b34d;--mmd:#c3a2ec;--psi:#ff9c6b}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1160px;margin:0 auto;padding:20px 24px 40px}
h1{font-size:1.5rem;line-height:1.25;margin:0}h2{font-size:1.1rem;margin:28px 0 6px}p{margin:6px 0}
.soft{color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(310px,1fr));gap:18px 26px}
figure{margin:0}figcaption{font-weight:600;font-size:.95rem;margin-bottom:10px}
.plot{display:grid;grid-template-columns:3.4em 1fr;font-size:.75rem;color:var(--soft)}
.up{white-space:nowrap;display:flex;flex-direction:column;justify-content:space-between;text-align:right;
padding-right:6px;line-height:1;margin:-.5em 0}
.along{grid-column:2;position:relative;height:1.6em}
.along span{position:absolute;transform:translateX(-50%)}
svg{display:block;width:100%;height:170px;overflow:visible}
path{fill:none;vector-effect:non-scaling-stroke}
.grid{stroke:var(--line)}.limit{stroke:var(--soft);stroke-dasharray:2 3}
.rule0{stroke:var(--ours);stroke-width:3}.rule1{stroke:var(--held);stroke-width:2}
.rule2{stroke:var(--ks);stroke-width:2}.rule3{stroke:var(--mmd);stroke-width:2.5}
.rule4{stroke:var(--psi);stroke-width:2}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 22px;padding:0;margin:10px 0;
font-size:.85rem}
.legend svg{display:inline-block;width:44px;height:10px;vertical-align:middle;margin-right:8px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums;width:100%}
th,td{text-align:left;padding:3px 16px 3px 0;border-top:1px solid var(--line);white-space:nowrap}
thead th{border-top:0;color:var(--soft);font-size:.8rem}
""".strip()


def tables(evaluation: Evaluation) -> Iterator[Table]:
    """A table for each kind of people: shares of comparisons that alarm, with 95 % intervals."""
    for cohort, rows in _by_cohort(evaluation).items():
        table = Table(cohort, "people", "comparisons", *RULES)
        for row in rows:
            cells = (_cell(row.alarms[rule]) for rule in RULES)
            table.add_row(row.change, str(row.people), str(row.comparisons), *cells)
        yield table


def sentences(evaluation: Evaluation) -> Iterator[str]:
    """What may be said of it, and what not."""
    null = [row for row in evaluation.rows if row.change == UNCHANGED]
    worst = max((row.alarms[OURS].value for row in null), default=float("nan"))
    held = max((row.alarms[SUSTAINED].value for row in null), default=float("nan"))
    yield (
        f"Without a change, {OURS} alarms in {100 * worst:.1f} % of the comparisons at most "
        f"(allowed: {100 * drift.ERROR:g} %), and {100 * held:.1f} % where it takes several."
    )
    yield (
        "Both tests share the error: half for the embedding (MMD), half for the features (KS, "
        "Holm). The rules alone have all of it. PSI's customary limit is no test: by chance it is "
        "passed wherever few people are compared."
    )
    yield (
        f"Embeddings by {evaluation.model}. The changes are made to minutes; none was measured on "
        "pairs of devices. People of NHANES wore theirs on the hip, not at night."
    )


def render(evaluation: Evaluation) -> str:
    """The whole page."""
    title = "How many people it takes to see that the data have changed"
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{title}</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>",
        "<p>The share of comparisons that alarm, by the number of people in a window. Dotted: the "
        f"{100 * drift.ERROR:g} % that may be false where nothing has changed.</p>",
        _legend(),
    ]
    for cohort, rows in _by_cohort(evaluation).items():
        changes = dict.fromkeys(row.change for row in rows)
        panels = (
            _panel(change, [each for each in rows if each.change == change]) for change in changes
        )
        parts += [f"<h2>{escape(cohort)}</h2>", f'<div class="panels">{"".join(panels)}</div>']
        parts.append(_numbers(rows))
    parts += [f'<p class="soft">{escape(sentence)}</p>' for sentence in sentences(evaluation)]
    return "\n".join([*parts, "</main></body></html>\n"])


def _by_cohort(evaluation: Evaluation) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in evaluation.rows:
        found.setdefault(row.cohort, []).append(row)
    return found


def _legend() -> str:
    items = (
        f'<li><svg viewBox="0 0 44 10" aria-hidden="true"><path d="M0 5H44" class="{KINDS[rule]}"'
        f' stroke-dasharray="{DASHES[rule]}"/></svg>{escape(rule)}</li>'
        for rule in RULES
    )
    return f'<ul class="legend">{"".join(items)}</ul>'


def _panel(change: str, rows: list[Row]) -> str:
    lines = "".join(_line(rule, rows) for rule in reversed(RULES))
    grid = "".join(f"M0 {_y(share)}H{WIDE}" for share in (0, 0.25, 0.5, 0.75, 1))
    limit = f'<path d="M0 {_y(drift.ERROR)}H{WIDE}" class="limit"/>'
    marks = "".join(
        f'<span style="left:{100 * _x(size) / WIDE:.1f}%">{size}</span>' for size in SIZES
    )
    said = "; ".join(f"{row.people} people: {_cell(row.alarms[OURS])}" for row in rows)
    return (
        f"<figure><figcaption>{escape(change)}</figcaption>"
        '<div class="plot"><div class="up" aria-hidden="true"><span>100 %</span><span>50</span>'
        f'<span>0</span></div><svg role="img" viewBox="0 0 {WIDE} {HIGH}"'
        f' preserveAspectRatio="none" aria-label="{escape(said)}"><path d="{grid}" class="grid"/>'
        f'{limit}{lines}</svg><div class="along" aria-hidden="true">{marks}</div></div></figure>'
    )


def _line(rule: str, rows: list[Row]) -> str:
    points = "L".join(f"{_x(row.people)} {_y(row.alarms[rule].value)}" for row in rows)
    return f'<path d="M{points}" class="{KINDS[rule]}" stroke-dasharray="{DASHES[rule]}"/>'


def _x(size: int) -> float:
    """Each size as far from the next: they double."""
    return 15 + (WIDE - 30) * SIZES.index(size) / (len(SIZES) - 1)


def _y(share: float) -> str:
    return f"{HIGH * (1 - share):.1f}"


def _numbers(rows: Iterable[Row]) -> str:
    heads = "".join(f'<th scope="col">{escape(rule)}</th>' for rule in RULES)
    body = "".join(
        f'<tr><th scope="row">{escape(row.change)}</th><td>{row.people}</td>'
        f"<td>{row.comparisons}</td>"
        + "".join(f"<td>{_cell(row.alarms[rule])}</td>" for rule in RULES)
        + "</tr>"
        for row in rows
    )
    return (
        '<div class="scroll"><table><thead><tr><th scope="col">change</th><th scope="col">people'
        f'</th><th scope="col">comparisons</th>{heads}</tr></thead><tbody>{body}'
        "</tbody></table></div>"
    )


def _cell(share: Share) -> str:
    return f"{100 * share.value:.0f} % [{100 * share.low:.0f}, {100 * share.high:.0f}]"
