"""The report's style sheet: light and dark, wide and narrow, screen and paper."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root{--paper:#fff;--ink:#1b2430;--soft:#52606f;--line:#d5dbe2;--box:#f5f7f9;--steps:#0e4a7a;
--beats:#c2314f;--asleep:#e3e6fa;--deep:#27307d;--core:#5a6acb;--rem:#9a5fc4;--awake:#c47a1c;
--bed:#9aa7b8;--off:#f0f1f3;--hatch:#a3acb7;--filled:#4388bd;--skipped:#e9e4d8;--warn:#8a4b00;
--warnbox:#fdf3e3;--look:#5b3fb5;--up:#b3530b;--down:#0b6e8f;--m10:#a35a00;--l5:#2f5f9e;
--fit:#a3195b;--range:#cfe3d4;--edge:#2f6b45;--usual:#dfe7ee}
@media (prefers-color-scheme:dark){:root{--paper:#11161d;--ink:#e7ecf2;--soft:#a9b5c3;
--line:#36414e;--box:#1a212b;--steps:#8fc9f7;--beats:#ff7f95;--asleep:#252d55;--deep:#5566e0;
--core:#8c9af0;--rem:#c495ea;--awake:#e8ac5c;--bed:#75828f;--off:#1d242d;--hatch:#56616e;
--filled:#4a8cc4;--skipped:#2e2b26;--warn:#f3c27c;--warnbox:#2d2415;
--look:#b39dff;--up:#ffa860;--down:#63c9ea;
--m10:#e8ac5c;--l5:#83b4f0;--fit:#ff8ac0;--range:#234634;--edge:#7fce9d;--usual:#2a3643}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1080px;margin:0 auto;padding:20px 24px 40px}
h1{font-size:1.6rem;line-height:1.25;margin:0}h2{font-size:1.15rem;margin:32px 0 6px}
h3{font-size:1rem;margin:16px 0 4px}p{margin:4px 0}ul{margin:4px 0;padding-left:20px}
header p,.how,.origin,caption{color:var(--soft)}
small{display:block;font-size:.8rem;line-height:1.4;font-weight:400;color:var(--soft)}
.lacking{border-left:4px solid var(--warn);background:var(--warnbox);padding:4px 16px 10px;
margin-top:16px}.lacking h2{margin-top:8px;color:var(--warn)}
.symbols{position:absolute}
.row,.axis{display:grid;grid-template-columns:150px 1fr;column-gap:12px}
.row{border-top:1px solid var(--line);align-items:center}
.label{font-size:.8rem;line-height:1.35;margin:0;color:var(--soft)}
.label b{font-size:.95rem;color:var(--ink)}.label>span{display:block}
.label .year{display:inline}.label .few,.label .note{color:var(--warn)}
.day{width:100%;height:76px;display:block}.day.mapped{height:102px}
.look{fill:var(--look)}.up{fill:var(--up)}.down{fill:var(--down)}.doubtful{color:var(--warn)}
.key.look{background:var(--look)}.key.up{background:var(--up)}.key.down{background:var(--down)}
.axis>div{grid-column:2;position:relative;height:1.5em;font-size:.75rem;color:var(--soft);
font-variant-numeric:tabular-nums}
.axis span{position:absolute;transform:translateX(-50%)}
.axis span:first-child{transform:none}.axis span:last-child{transform:translateX(-100%)}
.grid{stroke:var(--line);stroke-width:1}.midnight{stroke:var(--soft);stroke-width:1}
.base{stroke:var(--line);stroke-width:1}
.grid,.midnight,.base,.beats,.hatch{fill:none;vector-effect:non-scaling-stroke}
.steps{fill:var(--steps)}.filled{fill:var(--filled)}.asleep{fill:var(--asleep)}
.deep{fill:var(--deep)}.core{fill:var(--core)}.rem{fill:var(--rem)}.awake{fill:var(--awake)}
.bed{fill:var(--bed)}.off{fill:var(--off)}.unworn{fill:url(#hatch)}.skipped{fill:var(--skipped)}
.beyond{fill:var(--box)}.hatch{stroke:var(--hatch);stroke-width:1}
.beats{stroke:var(--beats);stroke-width:1.1;stroke-linejoin:round;opacity:.85}
.plot{position:relative}.plot>svg{display:block;width:100%}
.tall>svg{height:150px}.low>svg{height:96px}
.panel,.lane,.night{align-items:start}.panel .label,.night .label{padding:6px 0}
.panel .plot{margin:8px 0}.panel .label{padding-right:42px}
.tick{position:absolute;right:100%;margin-right:6px;transform:translateY(-50%)}
.tick,.at,.edge,.lane .lack{font-size:.75rem;line-height:1.3;color:var(--soft);white-space:nowrap;
font-variant-numeric:tabular-nums}
.lane .plot{height:38px}.lane .label{padding-top:3px;color:var(--ink)}
.lane.short{border:0}.lane.short .plot{height:18px}.lane.short .at{top:0}
.bar{position:absolute;top:6px;height:9px;border-radius:2px}
.bar.m10,.key.m10{background:var(--m10)}.bar.l5{background:var(--l5)}
.bar.sure{background:var(--fit);opacity:.35}
.peak{position:absolute;top:3px;width:3px;height:15px;margin-left:-1.5px;background:var(--fit)}
.at{position:absolute;top:18px;color:var(--ink)}
.lane .lack{position:absolute;top:3px;white-space:normal}.lack{color:var(--warn)}
.middle.at,.at.middle{transform:translateX(-50%)}.at.end{transform:translateX(-100%)}
.behind.m10{fill:var(--m10);opacity:.09}.behind.l5{fill:var(--l5);opacity:.12}
.behind.sure{fill:var(--fit);opacity:.16}
.half.move{fill:var(--steps);opacity:.22}.half.beat{fill:var(--beats);opacity:.22}
.mean,.fitted,.acrophase,.middle,.dots,.level,.change,.needed,.edges{fill:none;
vector-effect:non-scaling-stroke}
.mean{stroke-width:1.8;stroke-linejoin:round}.mean.move{stroke:var(--steps)}
.mean.beat{stroke:var(--beats)}.fitted{stroke:var(--fit);stroke-width:2}
.acrophase{stroke:var(--fit);stroke-width:1.2;stroke-dasharray:5 3}
.dots{stroke:var(--steps);stroke-width:5;stroke-linecap:round}
path.middle{stroke:var(--ink);stroke-width:1.2;stroke-dasharray:4 3}
.night .plot>svg{height:56px;margin:5px 0}.asleep.short{opacity:.75}
.edge{position:absolute;top:50%;transform:translateY(-50%);color:var(--ink);
background:var(--paper);padding:0 3px;border-radius:2px}
.edge.end{transform:translate(calc(-100% - 3px),-50%)}.edge.start{margin-left:3px}
.weeks{display:grid;grid-template-columns:repeat(auto-fill,minmax(225px,1fr));gap:10px 22px}
.card{border-top:1px solid var(--line);break-inside:avoid}.card h3{margin:6px 0 4px}
.card svg{display:block;width:100%;height:64px}.card p{font-size:.8rem;line-height:1.4}
.usual{fill:var(--usual)}.level{stroke:var(--soft);stroke-width:1}
.change{stroke:var(--fit);stroke-width:1.4;stroke-dasharray:4 3}
.dots.this{stroke:var(--fit);stroke-width:10}.dots.hole{stroke:var(--paper);stroke-width:5}
th i{font-weight:400;color:var(--soft)}td b{font-size:1.02rem}.none{color:var(--soft)}
caption{font-weight:700;font-size:1rem;color:var(--ink);padding-top:18px}
.status{font-size:.8rem;color:var(--soft);white-space:nowrap}.card svg{overflow:visible}
.night .label b{font-size:.84rem;white-space:nowrap}
.place{display:flex;flex-wrap:wrap;align-items:center;gap:0 8px;
font-weight:600}
.position{flex:none}.range{fill:var(--range)}.edges{stroke:var(--edge);stroke-width:1.6}
.here{fill:var(--ink)}.position .base{stroke:var(--soft)}a{color:inherit}
.sources{font-size:.8rem;color:var(--soft);padding-left:22px;overflow-wrap:anywhere}
.days{list-style:none;display:grid;grid-template-columns:repeat(auto-fill,minmax(120px,1fr));
gap:8px 14px;padding:0;margin:8px 0 14px;font-size:.8rem}.days svg{display:block;width:100%;
height:10px;margin:3px 0}.days span{color:var(--soft)}.days .off{fill:var(--line)}
.worn{fill:var(--steps)}.few{fill:var(--warn)}.needed{stroke:var(--ink);stroke-width:1.6}
.needed.around{stroke:var(--box);stroke-width:5}
.glance{grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:6px 20px;margin-top:14px;
padding:10px 0;border:solid var(--line);border-width:1px 0}
.glance dd{font-size:1.05rem;font-weight:600}
.quality ul{font-size:.85rem}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;padding:0;margin:10px 0 0;
font-size:.85rem}
.legend li{display:flex;align-items:center;gap:6px}
.key{width:18px;height:12px;border:1px solid var(--line);flex:none}
.key.steps{background:var(--steps)}.key.asleep{background:var(--asleep)}
.key.deep{background:var(--deep);height:14px}.key.core{background:var(--core);height:10px}
.key.rem{background:var(--rem);height:7px}.key.awake{background:var(--awake);height:5px}
.key.bed{background:var(--bed);height:4px}.key.filled{background:var(--filled)}
.key.skipped{background:var(--skipped)}
.key.beats{border:0;border-top:2px solid var(--beats);height:0;opacity:1}
.key.unworn{background:repeating-linear-gradient(135deg,var(--off) 0 3px,var(--hatch) 3px 4px)}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{text-align:left;font-size:.85rem;padding-bottom:6px}
th,td{text-align:left;vertical-align:top;padding:7px 12px 7px 0;border-bottom:1px solid var(--line)}
thead th{font-size:.8rem;color:var(--soft);font-weight:600}
tbody th{font-weight:600}table{table-layout:fixed}thead th:first-child{width:42%}
thead th:nth-child(2){width:22%}td{font-size:.9rem;line-height:1.4}
tr.insufficient td,tr.not_applicable td{color:var(--soft);font-weight:400}
.narrative{font-size:1.05rem;max-width:46em}.facts{font-size:.85rem;color:var(--soft)}
summary{margin-top:12px;font-weight:600}
.quality{background:var(--box);border:1px solid var(--line);border-radius:6px;padding:2px 16px 12px;
margin-top:32px}.quality h2{margin-top:10px}
dl{margin:0;display:grid;grid-template-columns:1fr 1fr;gap:4px 24px}
dt{font-size:.8rem;color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.notice{border-top:1px solid var(--line);margin-top:20px;padding-top:10px;font-weight:600}
@media (max-width:640px){main{padding:14px 12px 32px}.row,.axis{grid-template-columns:1fr}
.axis>div{grid-column:1}.label{padding-top:6px}.label>span{display:inline;margin-left:10px}
.label .year{margin-left:0}.day{height:64px;margin-bottom:4px}.day.mapped{height:86px}
dl{grid-template-columns:1fr}.glance{grid-template-columns:1fr 1fr}
.panel .label{padding-right:0}.tick{right:auto;left:2px;margin:0;
background:var(--paper);opacity:.85}
.lane .label:empty{display:none}
thead{position:absolute;clip-path:inset(50%)}tbody,tr,tbody th,td{display:block;width:auto}
tr{border-bottom:1px solid var(--line);padding:8px 0}th,td{border:0;padding:1px 0}}
@media print{html{font-size:12px}main{max-width:none;padding:0}.row,tr,.quality{break-inside:avoid}
h2,h3,caption{break-after:avoid}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
""".strip()
