"""The forest plot of `clarity pat evaluate`: one self-contained HTML file, no scripts.

A label is a table, an arm a row. The drawing of a row is 1,000 units wide and stretches with its
cell; numbers and words stand beside it in HTML, so that nothing is told by place or colour alone.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from clarity.pat import trials, verdicts
from clarity.pat.labels import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clarity.pat.trials import Finding
    from clarity.pat.verdicts import Report

WIDE: Final = 1000
TICK: Final = 0.1
CHANCE: Final = 0.5
STYLE: Final = """
:root{--paper:#fff;--ink:#1b2430;--soft:#52606f;--line:#d5dbe2;--arm:#2b4a6f;--up:#0b6e4f;
--down:#a33a0c;--band:#e6ebf1;--box:#f5f7f9}
@media (prefers-color-scheme:dark){:root{--paper:#11161d;--ink:#e7ecf2;--soft:#a9b5c3;
--line:#36414e;--arm:#a9c6ea;--up:#5fd3a8;--down:#ff9c6b;--band:#242e3a;--box:#1a212b}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1160px;margin:0 auto;padding:20px 24px 40px}
h1{font-size:1.5rem;line-height:1.25;margin:0}h2{font-size:1.1rem;margin:30px 0 4px}p{margin:6px 0}
.soft,.how{color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
.verdict{border-left:4px solid var(--arm);background:var(--box);padding:6px 14px;margin:10px 0}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{text-align:left;font-size:.85rem;color:var(--soft);padding-bottom:4px}
th,td{text-align:left;padding:0 14px 0 0;border-top:1px solid var(--line);white-space:nowrap;
font-size:.85rem}
thead th{font-size:.8rem;color:var(--soft);font-weight:600;border-top:0}
tbody th{font-weight:600;font-size:.95rem}tbody tr{height:34px}
.plot{width:40%;min-width:230px;padding-right:28px}
svg{display:block;width:100%;height:34px;overflow:visible}
.grid,.chance,.mid,.span,.dot{fill:none;vector-effect:non-scaling-stroke}
.grid{stroke:var(--line)}.chance{stroke:var(--soft);stroke-dasharray:2 3}
.mid{stroke:var(--soft);stroke-dasharray:6 4}.band{fill:var(--band)}
.span{stroke:var(--arm);stroke-width:2.5}
.dot{stroke:var(--arm);stroke-width:11;stroke-linecap:round}
.higher .span,.higher .dot{stroke:var(--up)}.lower .span,.lower .dot{stroke:var(--down)}
.higher td:last-child{color:var(--up);font-weight:600}
.lower td:last-child{color:var(--down);font-weight:600}
.axis{position:relative;display:block;height:1.5em;font-weight:400}
.axis span{position:absolute;transform:translateX(-50%)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 18px;font-size:.85rem}
dt{font-weight:600}dd{margin:0;color:var(--soft)}
@media (max-width:640px){main{padding:14px 12px 32px}}
@media print{table{break-inside:avoid}*{print-color-adjust:exact;
-webkit-print-color-adjust:exact}}
""".strip()
KINDS: Final = {verdicts.HIGHER: "higher", verdicts.LOWER: "lower"}


def render(report: Report) -> str:
    """The whole page."""
    manifest = report.source.manifest
    low, high = _range(report.findings)
    title = "How well a week of movement tells people apart"
    said = f"{manifest.model_id}, weights {manifest.weights_sha256[:12]}, {manifest.scaler_id}"
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{title}</title><style>{STYLE}</style></head><body><main>",
        f'<header><h1>{title}</h1><p class="soft">{escape(said)}</p>',
        f'<p class="soft">{escape(report.note)}</p></header>' if report.note else "</header>",
        "<p>Each dot is an AUC, the chance that somebody with the label is ranked above somebody "
        "without it; 0.5 (dotted) is a coin. The line through it is the 95 % interval. The band is "
        "the interval of the hand-made metrics, dashed their AUC.</p>",
        *(_label(finding, low, high) for finding in report.findings),
        "<h2>The arms</h2>",
        _arms(report.findings),
        "<h2>How to read this</h2>",
        *(f'<p class="how">{escape(text)}</p>' for text in report.how),
        f'<p class="how">{escape(verdicts.PAPER_CAVEAT)}</p>',
        '<p class="how">For research: a ranking of one survey\'s people, not a diagnosis of '
        "anybody.</p></main></body></html>\n",
    ]
    return "\n".join(parts)


def _range(findings: list[Finding]) -> tuple[float, float]:
    """One axis for all labels, in tenths, with chance on it."""
    values = [value for finding in findings for value in finding.auc.values()]
    low = min([CHANCE, *(value.low for value in values)])
    high = max([CHANCE + TICK, *(value.high for value in values)])
    return int(low / TICK) * TICK, min(1.0, -int(-high / TICK - 1) * TICK)


def _label(finding: Finding, low: float, high: float) -> str:
    label = LABELS[finding.label]
    head = f"<h2>{escape(finding.label)}: {escape(label.text)}</h2>"
    who = f"{finding.people:,} people scored, {finding.positives:,} of them with the label"
    if finding.reason:
        return f'{head}<p class="soft">{who}. No numbers: {escape(finding.reason)}.</p>'
    verdict = " ".join(
        said for name in trials.REFERENCES if (said := verdicts.sentence(finding, name))
    )
    paper = f". The paper: {label.paper}" if label.paper else ""
    references = list(finding.over)
    columns = "".join(f'<th scope="col">minus {name} [95 %]</th>' for name in references)
    return (
        f'{head}<p class="verdict">{escape(verdict)}</p><div class="scroll"><table>'
        f'<caption>{who}{escape(paper)}</caption><thead><tr><th scope="col">arm</th>'
        f'<th scope="col" class="plot">{_axis(low, high)}</th><th scope="col">AUC [95 %]</th>'
        f'{columns}<th scope="col">beside metrics</th></tr></thead><tbody>'
        f"{''.join(_rows(finding, references, low, high))}</tbody></table></div>"
    )


def _axis(low: float, high: float) -> str:
    marks = "".join(
        f'<span style="left:{100 * (tick - low) / (high - low):.2f}%">{tick:.1f}</span>'
        for tick in _ticks(low, high)
    )
    return f'<span class="axis" aria-label="AUC">{marks}</span>'


def _ticks(low: float, high: float) -> list[float]:
    return [low + i * TICK for i in range(round((high - low) / TICK) + 1)]


def _rows(finding: Finding, references: list[str], low: float, high: float) -> Iterator[str]:
    for arm, value in finding.auc.items():
        place = verdicts.beside(finding, arm)
        differences = "".join(
            f"<td>{verdicts.signed(finding.over[name].get(arm))}</td>" for name in references
        )
        yield (
            f'<tr class="{KINDS.get(place, "")}"><th scope="row">{arm}</th>'
            f'<td class="plot">{_drawing(finding, arm, low, high)}</td>'
            f"<td>{value}</td>{differences}<td>{place or 'the baseline'}</td></tr>"
        )


def _drawing(finding: Finding, arm: str, low: float, high: float) -> str:
    def at(auc: float) -> str:
        return f"{WIDE * (auc - low) / (high - low):.1f}"

    value, metrics = finding.auc[arm], finding.auc["metrics"]
    grid = "".join(f"M{at(tick)} 0V34" for tick in _ticks(low, high))
    return (
        f'<svg aria-hidden="true" viewBox="0 0 {WIDE} 34" preserveAspectRatio="none">'
        f'<path d="M{at(metrics.low)} 0H{at(metrics.high)}V34H{at(metrics.low)}z" class="band"/>'
        f'<path d="{grid}" class="grid"/><path d="M{at(CHANCE)} 0V34" class="chance"/>'
        f'<path d="M{at(metrics.value)} 0V34" class="mid"/>'
        f'<path d="M{at(value.low)} 17H{at(value.high)}" class="span"/>'
        f'<path d="M{at(value.value)} 17h0" class="dot"/></svg>'
    )


def _arms(findings: list[Finding]) -> str:
    used = {arm for finding in findings for arm in finding.auc}
    body = "".join(
        f"<dt>{arm}</dt><dd>{escape(about)}</dd>"
        for arm, about in verdicts.ABOUT.items()
        if arm in used
    )
    return f"<dl>{body}</dl>"
