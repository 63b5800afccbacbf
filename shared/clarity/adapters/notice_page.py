"""The privacy notice with the data map below it: one self-contained page, from the definitions."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from clarity.domain.documents import KINDS
from clarity.domain.documents.kinds import ANY, Holds, Kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clarity.domain.documents.kinds import Field, Kind

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2328; --soft: #59636b; --paper: #fff; --line: #d8dee3;
  --health: #9b2c3d; --personal: #22577a; --technical: #59636b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #a3adb5; --paper: #14181b;
  --line: #343c43; --health: #f0909e; --personal: #8cc4ea; --technical: #a3adb5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 4rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 42rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .4rem; }
p, li { margin: .4rem 0; }
.soft { color: var(--soft); }
nav a, a { color: var(--personal); }
code { font-size: .9em; }
section.kind { border-top: 1px solid var(--line); padding: .9rem 0; }
section.kind h3 { font-size: 1rem; margin: 0; font-family: ui-monospace, monospace; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem; margin: .5rem 0; }
dt { color: var(--soft); } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { text-align: left; color: var(--soft); }
th, td { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0;
  border-bottom: 1px solid var(--line); font-weight: normal; }
thead th { color: var(--soft); }
tbody th { font-family: ui-monospace, monospace; width: 13rem; }
td.holds { width: 6rem; } .health { color: var(--health); font-weight: 600; }
.personal { color: var(--personal); } .technical { color: var(--technical); }
.parts { display: block; color: var(--soft); font: .82rem ui-monospace, monospace; }
summary { cursor: pointer; color: var(--personal); }
@media (max-width: 40rem) { thead { display: none; } tbody tr { display: block; padding: .35rem 0;
  border-bottom: 1px solid var(--line); } tbody th, td, td.holds { display: block; border: 0;
  padding: 0; width: auto; } dl { grid-template-columns: 1fr; } dd { margin-bottom: .3rem; } }
@media print { details > * { display: block; } }
"""
_SAID: Final = {
    Holds.HEALTH: "health data",
    Holds.PERSONAL: "about you",
    Holds.TECHNICAL: "technical",
}


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the notice cannot know from the code.

    Attributes:
        operator: who runs it; empty where nobody said.
        contact: where they can be reached.
        retention_days: RETENTION_DAYS of the functions.
        backup_days: how long the oldest backup is kept.
    """

    operator: str
    contact: str
    retention_days: int
    backup_days: int


def page(place: Deployment) -> str:
    """The page."""
    kinds = "\n".join(_kind(kind, place) for kind in KINDS)
    fields = sum(len(kind.fields) for kind in KINDS)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What happens with your data</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
{"".join(_notice(place))}
</main>
<h2 id="map">The data map</h2>
<p class="soft">Each of the {len(KINDS)} kinds of documents with its {fields} fields. It is made
from the definitions in the program; a test of the program fails when something is written that is
not in it. <code>{{uid}}</code> is you.</p>
{kinds}
</body>
</html>
"""


def _notice(place: Deployment) -> Iterator[str]:
    yield "<h1>What happens with your data</h1>"
    yield f'<p class="soft">{_who(place)} <a href="#map">Every document and field</a> is below.</p>'
    for title, sentences in _chapters(place):
        yield f"\n<h2>{escape(title)}</h2>\n<ul>"
        yield from (f"\n<li>{each}</li>" for each in sentences)
        yield "\n</ul>"


def _who(place: Deployment) -> str:
    if not place.operator:
        return "Who runs this service, and how to reach them, is said where you got the app."
    reach = f", {escape(place.contact)}" if place.contact else ""
    return f"This service is run by {escape(place.operator)}{reach}."


def _chapters(place: Deployment) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield (
        "What it is for",
        (
            "Your phone sends what your devices measure: steps, heart rate, sleep and the like. "
            "From that this service computes how a week went, and tells you in words.",
            "It is not a medical device, and it gives no diagnosis.",
        ),
    )
    yield (
        "Nothing without your consent",
        (
            "<b>Analysis</b>: without it no samples are kept or analysed: what your phone sends is "
            "refused, and the samples are taken off it. What you write about an insight is looked "
            "at in any case, so that help can be named where somebody is in danger. What is there "
            "when you take your consent back stays until its time ends or you erase it.",
            "<b>Language model</b>: with it a model of Google puts the measured facts into words. "
            "It gets these facts and what you said about earlier insights; never your samples or "
            "your id. Taken out of your words are addresses of e-mail and of web pages, telephone "
            "numbers, ids, and a name where you say that it is yours, as in \u201cmy name is "
            "\u2026\u201d, \u201cI am \u2026\u201d or a signature, in English, German and "
            "Spanish. A name that stands anywhere else, yours, somebody else's or a place's, stays "
            "in them. Without it our own program writes.",
            "<b>Research</b>: with it your weeks may be used to check, and to improve, the model "
            "that reads them. Without it they are not. Whether that model works as it should is "
            "watched, too: weeks of those who consent to analysis are compared, in groups of 25 "
            "people or more; what is kept of that names nobody.",
            "Each of the three is yours to give and to take back, in the app. What is taken back "
            "holds from the next thing that would be done.",
        ),
    )
    yield (
        "Who sees it",
        (
            "You, in the app. No other person who uses the service can.",
            "The programs of this service, on computers of Google Cloud, which process it for us.",
            "People who run the service only see what must be looked into: a text that was held "
            "back because it broke a safety rule, or a message that could not be read. Where you "
            "wish it, they can also export all your data for you, read such an export in, or erase "
            "you. That they looked, exported or read in is recorded with your data, and you get "
            "that record with your export.",
            "A notification, if you want any, says that there is something to read, and nothing "
            "of your health.",
            "The program sends your data to nobody else.",
        ),
    )
    yield (
        "How long it is kept",
        (
            f"Your samples: {place.retention_days} days, or fewer if you choose so (28 at least); "
            "a shorter time that you choose later reaches what is there already, within days, and "
            "a longer one only what is sent from then on. "
            "What you upload goes a week after it was read, or refused.",
            f"What was computed and told: {place.retention_days} days.",
            "Your settings: until you change or erase them.",
            f"Backups, for the case that the database breaks: at most {place.backup_days} days; "
            "what you erase is in them until then, and nowhere else.",
            "Each document below says it for itself. What has come to its end is deleted by the "
            "database itself, within a day or so.",
        ),
    )
    yield (
        "What you can do",
        (
            "<b>Get everything</b>: ask for an export in the app. You get one file with each "
            "document, your series as tables and as FHIR, through a link that works for a day.",
            "<b>Erase everything</b>: ask for it in the app. All that is stored about you is "
            "deleted, also what arrives late; what stays for two days is a receipt without your "
            "name and without health data, and for three years a line that somebody was erased.",
            "<b>Correct</b>: what you delete or change on your phone is sent again, and counts.",
            "<b>Complain</b>: to us, or to the data protection authority of where you live.",
        ),
    )


def _kind(kind: Kind, place: Deployment) -> str:
    rows = "\n".join(_row(name, field) for name, field in kind.fields.items())
    return f"""<section class="kind">
<h3>{escape(kind.path)}</h3>
<p>{escape(kind.purpose)}</p>
<dl>
<dt>holds</dt><dd class="{kind.holds}">{_SAID[kind.holds]}</dd>
<dt>written by</dt><dd>{escape(", ".join(kind.writers))}</dd>
<dt>read by</dt><dd>{escape(", ".join(kind.read_by))}</dd>
<dt>kept</dt><dd>{escape(_kept(kind.kept, place))}</dd>
</dl>
<details><summary>{len(kind.fields)} fields</summary>
<table><thead><tr><th>field</th><th>holds</th><th>what for</th></tr></thead>
<tbody>
{rows}
</tbody></table></details>
</section>"""


def _kept(kept: Kept, place: Deployment) -> str:
    days = place.retention_days
    halved = kept.value.replace("half of RETENTION_DAYS", f"{days // 2} days")
    return halved.replace("RETENTION_DAYS", f"{days} days")


def _row(name: str, field: Field) -> str:
    named = sorted(field.parts - {ANY})
    more = [*named, "and whatever names the phone or the metric brings"] if field.open else named
    parts = f'<span class="parts">{escape(", ".join(more))}</span>' if more else ""
    return (
        f"<tr><th>{escape(name)}</th>"
        f'<td class="holds {field.holds}">{_SAID[field.holds]}</td>'
        f"<td>{escape(field.purpose)}{parts}</td></tr>"
    )
