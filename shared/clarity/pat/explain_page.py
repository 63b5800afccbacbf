"""The page about one explained week: self-contained HTML with inline SVG, no scripts.

A day's drawing is 1440 units wide, a minute each, and stretches with the page; text stands beside
it in HTML and keeps its size.
"""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.explanation import (
    NOTICE,
    SHADES,
    attention_shades,
    attribution_shades,
    doubts,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from numpy.typing import NDArray

    from clarity.domain.explanation import Doubts
    from clarity.pat.attribution import Explanation

MINUTES_PER_DAY: Final = 1440
FULL_SCALE_STEPS: Final = 200.0
STEPS_BASE: Final = 56  # y of zero steps in a day's drawing
ATTENTION_ROW: Final = (60, 74)  # y of the strips' top and bottom
GRADIENT_ROW: Final = (78, 92)
STYLE: Final = """
:root{--paper:#fff;--ink:#1b2430;--soft:#52606f;--line:#d5dbe2;--steps:#5d6f83;--off:#eceff2;
--look:#5b3fb5;--up:#b3530b;--down:#0b6e8f;--box:#f5f7f9}
@media (prefers-color-scheme:dark){:root{--paper:#11161d;--ink:#e7ecf2;--soft:#a9b5c3;
--line:#36414e;--steps:#93a5b8;--off:#222a34;--look:#b39dff;--up:#ffa860;--down:#63c9ea;
--box:#1a212b}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1000px;margin:0 auto;padding:20px 24px 40px}
h1{font-size:1.5rem;line-height:1.25;margin:0}h2{font-size:1.1rem;margin:28px 0 4px}p{margin:4px 0}
.soft,small{color:var(--soft);font-size:.85rem}
.caution{border-left:4px solid var(--look);background:var(--box);padding:6px 14px;margin:14px 0}
.row{display:grid;grid-template-columns:110px 1fr;column-gap:12px;align-items:center;
border-top:1px solid var(--line)}
.row p{font-size:.85rem;line-height:1.35;color:var(--soft)}.row b{color:var(--ink);display:block}
svg{display:block;width:100%}.day{height:92px}.profile{height:170px}
.axis{position:relative;height:1.5em;margin-left:122px;font-size:.75rem;color:var(--soft)}
.axis span{position:absolute;transform:translateX(-50%)}
.axis span:first-child{transform:none}.axis span:last-child{transform:translateX(-100%)}
.grid,.even,.look-line{fill:none;vector-effect:non-scaling-stroke}
.grid{stroke:var(--line)}.even{stroke:var(--soft);stroke-dasharray:5 4}
.look-line{stroke:var(--look);stroke-width:1.6;stroke-linejoin:round}
.steps{fill:var(--steps)}.off{fill:var(--off)}.look{fill:var(--look)}.up{fill:var(--up)}
.down{fill:var(--down)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;padding:0;margin:8px 0;
font-size:.85rem}.legend li{display:flex;align-items:center;gap:6px}
.key{width:16px;height:12px;flex:none}.key.steps{background:var(--steps)}
.key.look{background:var(--look)}.key.up{background:var(--up)}.key.down{background:var(--down)}
.key.off{background:var(--off);border:1px solid var(--line)}
dl{margin:8px 0;display:grid;grid-template-columns:max-content 1fr;gap:4px 18px}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
@media (max-width:640px){main{padding:14px 12px 32px}.row{grid-template-columns:1fr}
.row b{display:inline;margin-right:8px}.axis{margin-left:0}dl{grid-template-columns:1fr}}
@media print{.row{break-inside:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
""".strip()
LEGEND: Final = """<ul class="legend">
<li><span class="key steps"></span>steps (root scale, full height 200 a minute)</li>
<li><span class="key off"></span>not observed</li>
<li><span class="key look"></span>upper strip: attention above even</li>
<li><span class="key up"></span>lower strip: moved the week away from the average</li>
<li><span class="key down"></span>lower strip: kept it near the average</li></ul>"""


def render(found: Explanation, start: date | None) -> str:
    """The whole page; `start` dates the days, which are numbered without it."""
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>Where PAT looked in a week</title><style>{STYLE}</style></head><body><main>",
        "<header><h1>Where PAT looked in a week</h1>",
        f'<p class="soft">{escape(found.model_id)}</p></header>',
        f'<p class="caution">{escape(NOTICE)}</p>',
        "<h2>The week</h2>",
        LEGEND,
        *_week(found, start),
        "<h2>Attention over the day</h2>",
        *_profile(found),
        "<h2>How far to trust this</h2>",
        _figures(found),
        "</main></body></html>\n",
    ]
    return "\n".join(parts)


def trust(found: Explanation) -> Doubts:
    """For each map why it cannot be trusted; empty if it can."""
    return doubts(found.shuffled_rank, found.shuffled_attention_rank, found.gradients.error)


def _axis() -> str:
    marks = "".join(
        f'<span style="left:{100 * hour / 24:.2f}%">{hour % 24:02d}</span>'
        for hour in range(0, 25, 3)
    )
    return f'<div class="axis" aria-hidden="true">{marks}</div>'


def _week(found: Explanation, start: date | None) -> Iterator[str]:
    days = found.steps.size // MINUTES_PER_DAY
    look = attention_shades(found.attention)
    moved = attribution_shades(found.gradients.minutes)
    yield _axis()
    for index in range(days):
        part = slice(index * MINUTES_PER_DAY, (index + 1) * MINUTES_PER_DAY)
        yield _day(_label(index, start), found.steps[part], look[part], moved[part])
    yield _axis()


def _label(index: int, start: date | None) -> str:
    if start is None:
        return f"Day {index + 1}"
    day = start + timedelta(days=index)
    return f"{day:%a} {day.day} {day:%b}"


def _day(
    label: str, steps: NDArray[np.float64], look: NDArray[np.int64], moved: NDArray[np.int64]
) -> str:
    observed = ~np.isnan(steps)
    total = f"{np.nansum(steps):,.0f} steps"
    unseen = int((~observed).sum())
    gap = f", {unseen / 60:.1f} h not observed" if unseen else ""
    drawing = [
        _boxes(~observed, 0, STEPS_BASE, "off"),
        f'<path d="{"".join(f"M{h * 60} 0V92" for h in range(3, 24, 3))}" class="grid"/>',
        _bars(steps),
        *(_boxes(look == s, *ATTENTION_ROW, "look", s / SHADES) for s in range(1, SHADES + 1)),
        *(_boxes(moved == s, *GRADIENT_ROW, "up", s / SHADES) for s in range(1, SHADES + 1)),
        *(_boxes(moved == -s, *GRADIENT_ROW, "down", s / SHADES) for s in range(1, SHADES + 1)),
    ]
    return (
        f'<div class="row"><p><b>{label}</b>{total}{gap}</p><svg class="day" role="img" '
        f'aria-label="{label}: {total}{gap}" viewBox="0 0 1440 92" preserveAspectRatio="none">'
        f"{''.join(drawing)}</svg></div>"
    )


def _boxes(mask: NDArray[np.bool_], top: int, bottom: int, kind: str, opacity: float = 1) -> str:
    """One path with a box for each run of marked minutes."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]])))
    path = "".join(
        f"M{begin} {top}H{end}V{bottom}H{begin}z" for begin, end in edges.reshape(-1, 2).tolist()
    )
    shade = f' opacity="{opacity:g}"' if opacity < 1 else ""
    return f'<path d="{path}" class="{kind}"{shade}/>' if path else ""


def _bars(steps: NDArray[np.float64]) -> str:
    height = np.sqrt(np.minimum(np.nan_to_num(steps), FULL_SCALE_STEPS) / FULL_SCALE_STEPS)
    path = "".join(
        f"M{i} {STEPS_BASE}V{STEPS_BASE * (1 - height[i]):.1f}h1V{STEPS_BASE}z"
        for i in np.flatnonzero(height).tolist()
    )
    return f'<path d="{path}" class="steps"/>' if path else ""


def _profile(found: Explanation) -> Iterator[str]:
    """The official code's day view: attention and steps, each the mean over the days."""
    even = found.patch / found.attention.size
    profile = found.attention.reshape(-1, MINUTES_PER_DAY).mean(0) / even  # 1 is even
    profile = profile.reshape(-1, found.patch).mean(1)  # (patches of a day,)
    known = np.nan_to_num(found.steps).reshape(-1, MINUTES_PER_DAY)
    seen = np.maximum((~np.isnan(found.steps)).reshape(-1, MINUTES_PER_DAY).sum(0), 1)
    steps = (known.sum(0) / seen).reshape(-1, found.patch).mean(1)
    top = max(1.1, float(profile.max())) * 1.05
    points = [(i * found.patch, 100 * (1 - value / top)) for i, value in enumerate(profile)]
    path = "M" + "L".join(f"{x} {y:.2f}H{x + found.patch}" for x, y in points)
    full = max(float(steps.max()), 1.0)
    bars = "".join(
        f"M{i * found.patch} 100V{100 - 45 * value / full:.2f}h{found.patch}V100z"
        for i, value in enumerate(steps.tolist())
    )
    peak = int(np.argmax(profile)) * found.patch
    words = (
        f"Highest {profile.max():.2f} times even at {_clock(peak)}, "
        f"lowest {profile.min():.2f} times even at {_clock(int(np.argmin(profile)) * found.patch)}."
    )
    grid = "".join(f"M{h * 60} 0V100" for h in range(3, 24, 3))
    yield f"<p>{words} The dashed line is even attention; grey is the mean of the steps.</p>"
    yield (
        f'<div class="row"><p><b>Mean day</b>{top:.1f} times even at the top</p>'
        f'<svg class="profile" role="img" aria-label="Attention over the day. {words}" '
        f'viewBox="0 0 1440 100" preserveAspectRatio="none"><path d="{grid}" class="grid"/>'
        f'<path d="{bars}" class="steps" opacity=".45"/>'
        f'<path d="M0 {100 * (1 - 1 / top):.2f}H1440" class="even"/>'
        f'<path d="{path}" class="look-line"/></svg></div>'
    )
    yield _axis()


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _figures(found: Explanation) -> str:
    gradients = found.gradients
    observed = float(np.mean(~np.isnan(found.steps)))
    rows = {
        "What moved the week": f"The lower strip is integrated gradients of the distance "
        f"({gradients.departure:.2f}) between this week's embedding and the average week's.",
        "Completeness": f"The minutes sum to that distance but for {gradients.error:.2%} "
        f"({gradients.points} points).",
        "Sanity": f"{verdict(trust(found))} With the weights shuffled, minutes keep a rank "
        f"correlation of {found.shuffled_rank:.2f} with this map, attention of "
        f"{found.shuffled_attention_rank:.2f}; 0 means that a map is the trained model's own.",
        "What it follows": f"Summed over patches of {found.patch} minutes the lower strip has a "
        f"rank correlation of {found.input_rank:.2f} with the movement itself. Near 1 or -1, its "
        "broad shape is the week's movement, and only its detail is the model's.",
        "Observed": f"{observed:.1%} of the minutes; the others read as the average week.",
        "Weights": f"SHA-256 {found.weights_sha256}, scaler {found.scaler_id}",
    }
    body = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in rows.items())
    return f"<dl>{body}</dl>"
