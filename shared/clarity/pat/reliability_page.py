"""The reliability curve of a head as a page: self-contained HTML with inline SVG, no scripts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from clarity.pat.calibration import interval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clarity.pat.calibration import Measured
    from clarity.pat.heads import Head
    from clarity.pat.scoring import Bin

SIDE: Final = 400  # of the drawing's square, in its own units
MARGIN: Final = 66  # left and below, for the axes' names and numbers
EDGE: Final = 24  # right, for half of the last number
TICKS: Final = 5
TOPS: Final = (0.05, 0.1, 0.2, 0.5, 1.0)  # where the axes may end: of a rare condition, soon
STYLE: Final = """
:root{--paper:#fff;--ink:#1b2430;--soft:#52606f;--line:#d5dbe2;--dot:#5b3fb5;--box:#f5f7f9}
@media (prefers-color-scheme:dark){:root{--paper:#11161d;--ink:#e7ecf2;--soft:#a9b5c3;
--line:#36414e;--dot:#b39dff;--box:#1a212b}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:720px;margin:0 auto;padding:20px 24px 40px}
h1{font-size:1.5rem;line-height:1.25;margin:0}h2{font-size:1.1rem;margin:28px 0 4px}p{margin:4px 0}
.soft{color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
.caution{border-left:4px solid var(--dot);background:var(--box);padding:6px 14px;margin:14px 0}
svg{display:block;width:100%;max-width:520px;font-size:13px}text{fill:var(--soft)}
.grid,.even,.range{fill:none}.grid{stroke:var(--line)}
.even{stroke:var(--soft);stroke-dasharray:5 4}.range{stroke:var(--dot);stroke-width:1.5}
.dot{fill:var(--dot)}
table{border-collapse:collapse;margin:8px 0}caption{text-align:left;color:var(--soft);
font-size:.85rem}th,td{padding:3px 18px 3px 0;text-align:right;border-top:1px solid var(--line);
font-variant-numeric:tabular-nums}thead th{border:0;font-weight:600}
dl{margin:8px 0;display:grid;grid-template-columns:max-content 1fr;gap:4px 18px}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
@media (max-width:640px){main{padding:14px 12px 32px}dl{grid-template-columns:1fr}
th,td{padding-right:10px}}
@media print{svg,table{break-inside:avoid}*{print-color-adjust:exact;
-webkit-print-color-adjust:exact}}
""".strip()


def render(head: Head, measured: Measured) -> str:
    """The whole page."""
    title = f"Do the risks of {escape(head.label)} come true?"
    unit = escape(str(head.facts["unit"]))
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{title}</title><style>{STYLE}</style></head><body><main>",
        f"<header><h1>{title}</h1>",
        f'<p class="soft">{escape(str(head.facts["meaning"]))}; {head.mode} head on the encoder '
        f"{head.encoder_sha256}</p></header>",
        '<p class="caution"><b>Not a diagnosis.</b> The head ranks weeks like those that it was '
        "trained on. On other people, devices or times its risks may be wrong in ways that this "
        "page cannot show.</p>",
        f"<h2>Said and seen</h2><p>Each dot is a tenth of the {unit} that had no part in training "
        "or calibration: across, the mean risk that they were told; up, the share of them that "
        "had it, with its 95 % interval. On the dashed line risks mean what they say.</p>",
        drawing(measured, unit),
        *_table(measured.bins, unit),
        "<h2>In numbers</h2>",
        _numbers(head, measured),
        "</main></body></html>\n",
    ]
    return "\n".join(parts)


def drawing(measured: Measured, unit: str) -> str:
    """The curve as SVG; its text says what it shows."""
    highest = max(max(each.predicted, interval(each)[1]) for each in measured.bins)
    top = next(end for end in TOPS if end >= min(highest, 1.0))
    words = (
        f"Reliability curve of {len(measured.bins)} groups of {unit}; expected calibration error "
        f"{measured.error:.3f}. The table below has the same numbers."
    )
    marks = "".join(_mark(each, top) for each in measured.bins)
    return (
        f'<svg role="img" aria-label="{words}" '
        f'viewBox="0 0 {MARGIN + SIDE + EDGE} {SIDE + MARGIN}">'
        f'{"".join(_axes(top))}<path d="M{MARGIN} {SIDE + 10}L{MARGIN + SIDE} 10" class="even"/>'
        f"{marks}</svg>"
    )


def _at(said: float, seen: float, top: float) -> tuple[float, float]:
    return MARGIN + SIDE * said / top, 10 + SIDE * (1 - seen / top)


def _axes(top: float) -> Iterator[str]:
    for i in range(TICKS + 1):
        share = top * i / TICKS
        x, y = _at(share, share, top)
        lines = f"M{x:.1f} 10V{SIDE + 10}M{MARGIN} {y:.1f}H{MARGIN + SIDE}"
        yield f'<path d="{lines}" class="grid"/>'
        yield f'<text x="{x:.1f}" y="{SIDE + 26}" text-anchor="middle">{100 * share:g} %</text>'
        yield f'<text x="{MARGIN - 6}" y="{y + 4:.1f}" text-anchor="end">{100 * share:g} %</text>'
    across, up = MARGIN + SIDE / 2, 10 + SIDE / 2
    yield f'<text x="{across}" y="{SIDE + 48}" text-anchor="middle">mean risk said</text>'
    yield f'<text transform="translate(14 {up})rotate(-90)" text-anchor="middle">share seen</text>'


def _mark(each: Bin, top: float) -> str:
    x, y = _at(each.predicted, each.observed, top)
    low, high = (_at(0, share, top)[1] for share in interval(each))
    return (
        f'<path d="M{x:.1f} {low:.1f}V{high:.1f}" class="range"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" class="dot"/>'
    )


def _table(bins: tuple[Bin, ...], unit: str) -> Iterator[str]:
    yield f"<table><caption>Tenths of the {unit} by risk, least first</caption><thead><tr>"
    yield "".join(
        f'<th scope="col">{name}</th>' for name in (unit, "risk said", "share seen", "95 %")
    )
    yield "</tr></thead><tbody>"
    for each in bins:
        low, high = interval(each)
        yield (
            f"<tr><td>{each.people}</td><td>{each.predicted:.3f}</td><td>{each.observed:.3f}</td>"
            f"<td>{low:.3f} to {high:.3f}</td></tr>"
        )
    yield "</tbody></table>"


def _numbers(head: Head, measured: Measured) -> str:
    people = sum(each.people for each in measured.bins)
    rate = sum(each.people * each.observed for each in measured.bins) / people
    rows = {
        "Expected calibration error": f"{measured.error:.3f}; {measured.error_before:.3f} before "
        "Platt's calibration. 0 is best; few people push it up.",
        "Brier score": f"{measured.brier:.3f}; {measured.brier_before:.3f} before. Always telling "
        f"the base rate gives {rate * (1 - rate):.3f}.",
        "Base rate": f"{rate:.1%} of {people:,} test {head.facts['unit']}",
        "AUC": f"{measured.auc}, 95 % interval by resampling; 0.5 is chance",
        "Cut": str(head.facts["cut"]),
    }
    body = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in rows.items())
    return f"<dl>{body}</dl>"
