"""Who sends what, and what must come of it: the only thing that the reader knows.

Everything here is drawn from the seed. A person's name is a part of each of their ids, devices and
words, so that nothing of theirs can stand unnoticed below another person.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from clarity.sources.generated.people import CONSENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json = dict[str, Any]
Kind = Literal["stepCount", "heartRate", "sleepAnalysis", "activeEnergyBurned"]
NAME = re.compile(r"walker\d{4}")
ZONES = ("Europe/Berlin", "America/Chicago", "Asia/Kolkata", "Australia/Adelaide", "UTC")
UNITS: Mapping[str, str] = {
    "stepCount": "count",
    "heartRate": "count/min",
    "activeEnergyBurned": "kcal",
}
# At which minutes of a day the watch takes what, and how many minutes that lasts.
TIMES: Mapping[Kind, range] = {
    "heartRate": range(0, 1430, 20),
    "stepCount": range(7 * 60, 22 * 60, 45),
    "activeEnergyBurned": range(8 * 60, 20 * 60, 180),
    "sleepAnalysis": range(10, 60, 60),
}
MINUTES: Mapping[Kind, int] = {
    "heartRate": 0,
    "stepCount": 5,
    "activeEnergyBurned": 10,
    "sleepAnalysis": 360,
}
DAYS = 5
WISH: Json = {"data_timeframe": "1week", "insight_type": "general", "priority": "normal"}
CORE_SLEEP = 3


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """One sample as the phone knows it: what makes it this one and no other."""

    kind: str
    start_ms: int
    end_ms: int
    value: float
    device: str


@dataclass(frozen=True, slots=True)
class Row:
    """A sample as it is sent."""

    fact: Fact
    day: date
    json: Json


@dataclass
class Upload:
    """One document below `uploads`, and the answer that it must get.

    Attributes:
        id: the document's.
        at: seconds after the start when the phone writes it.
        document: what it writes.
        rows: that are good.
        deleted: that it says were deleted.
        bad: the codes of the rows that are not, by index.
        code: why the document as a whole cannot be used, if it cannot.
        times: how often the phone writes it.
    """

    id: str
    at: float
    document: Json
    rows: list[Row] = field(default_factory=list)
    deleted: list[Row] = field(default_factory=list)
    bad: dict[int, str] = field(default_factory=dict)
    code: str | None = None
    times: int = 1


@dataclass
class Request:
    """One document below `insight_requests`; `code` says why it fails, if it must."""

    id: str
    at: float
    document: Json
    code: str | None = None


@dataclass
class Feedback:
    """One document below `feedback`; `code` says why it is refused, if it must be."""

    id: str
    at: float
    document: Json
    code: str | None = None


@dataclass
class Person:
    """One person with all that their phone does.

    Attributes:
        name: their id.
        settings: their own document.
        uploads: in the order of time.
        requests: likewise.
        feedback: likewise.
        reused: the id of an upload that is deleted, and written anew with other samples.
        flood: whether they send more at once than anybody may: what is above that is refused.
    """

    name: str
    zone: str
    settings: Json
    uploads: list[Upload] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    feedback: list[Feedback] = field(default_factory=list)
    reused: str | None = None
    flood: bool = False


def crowd(seed: int, people: int, uploads: int, seconds: float, *, first: int = 0) -> list[Person]:
    """So many people with so many uploads together, within so many seconds."""
    shares = [uploads // people + (at < uploads % people) for at in range(people)]
    return [
        _person(random.Random(f"{seed} person {at}"), at, share, seconds)
        for at, share in enumerate(shares, start=first)
    ]


def flood(seed: int, number: int, uploads: int, seconds: float) -> Person:
    """Somebody whose phone sends all at once, a sample in each."""
    draw = random.Random(f"{seed} flood")
    settings: Json = {**CONSENT, "insights": "on_request"}
    person = Person(f"walker{number:04}", "UTC", settings, flood=True)
    day = datetime.now(UTC).date() - timedelta(days=1)
    midnight, at = datetime.combine(day, time(), UTC), draw.uniform(0, seconds / 2)
    for each in range(uploads):
        start = midnight + timedelta(minutes=each)
        row = _row(draw, "heartRate", day, start, f"Watch of {person.name}")
        upload = _upload(draw, person, f"{person.name}-u{each:03}", at, [row], faulty=0.0)
        person.uploads.append(upload)
    _last_word(person, seconds)
    return person


def _person(draw: random.Random, number: int, uploads: int, seconds: float) -> Person:
    name, zone = f"walker{number:04}", draw.choice(ZONES)
    settings: Json = {
        **CONSENT,
        "language": draw.choice(("en", "de", "es")),
        "reading_level": draw.choice(("plain", "detailed")),
        "push": draw.random() < 0.5,
    }
    if draw.random() < 0.2:
        settings["insights"] = "on_request"
    person = Person(name, zone, settings)
    week = list(_week(draw, name, zone, short=draw.random() < 0.1))
    _send(draw, person, week, uploads, seconds)
    _ask(draw, person, seconds)
    return person


def _week(draw: random.Random, name: str, zone: str, *, short: bool) -> Iterator[Row]:
    """Days of a watch that takes the heart rate each 20 minutes; two of them are too few."""
    last = datetime.now(ZoneInfo(zone)).date() - timedelta(days=1)
    device = f"Watch of {name}"
    for back in range(2 if short else DAYS, 0, -1):
        day = last - timedelta(days=back - 1)
        midnight = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
        for kind, minutes in TIMES.items():
            for minute in minutes:
                start = midnight + timedelta(seconds=minute * 60 + draw.randrange(540))
                yield _row(draw, kind, day, start, device)


def _row(draw: random.Random, kind: Kind, day: date, start: datetime, device: str) -> Row:
    end = start + timedelta(minutes=MINUTES[kind])
    value = {
        "stepCount": float(draw.randrange(20, 600)),
        "heartRate": round(draw.uniform(50, 120), 3),
        "activeEnergyBurned": round(draw.uniform(1, 60), 2),
        "sleepAnalysis": float(CORE_SLEEP),
    }[kind]
    json: Json = {
        "sample_type": kind,
        "start_date": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "end_date": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "source_revision": {
            "source": {"name": device, "bundle_identifier": f"com.apple.health.{device}"},
            "product_type": "Watch7,1",
        },
    }
    if kind == "sleepAnalysis":
        json["category_value"] = CORE_SLEEP
    else:
        json |= {"value": value, "unit": UNITS[kind]}
    start_ms, end_ms = (int(each.timestamp() * 1000) for each in (start, end))
    return Row(Fact(kind, start_ms, end_ms, value, device), day, json)


def _send(
    draw: random.Random, person: Person, week: list[Row], uploads: int, seconds: float
) -> None:
    """The week in parts, then the last days again, as the phone does on every callback."""
    poison = uploads > 3 and draw.random() < 0.25
    parts = max(1, (uploads - poison) * 2 // 3)
    size = -(-len(week) // parts)
    at = draw.uniform(0, seconds * 0.5)
    for number in range(uploads - poison):
        if number < parts:
            rows = week[number * size : (number + 1) * size]
        else:
            start = max(0, len(week) - draw.randrange(40, 120))
            rows = week[start : start + draw.randrange(20, 100)]
        # Bursts: the phone sends several at once, then nothing for a while.
        at += draw.choice((0.0, 0.0, 0.1, 0.5, seconds * 0.05))
        upload = _upload(draw, person, f"{person.name}-u{number:02}", min(at, seconds), rows)
        upload.times = draw.choice((1, 1, 1, 1, 2, 3))
        person.uploads.append(upload)
    if len(person.uploads) > 2 and draw.random() < 0.3:
        _delete(draw, person, week)
    if poison:
        person.uploads.append(_poison(draw, person, uploads, draw.uniform(0, seconds)))
    if len(person.uploads) > 2 and draw.random() < 0.08:
        person.reused = person.uploads[0].id


def _upload(
    draw: random.Random,
    person: Person,
    name: str,
    at: float,
    rows: list[Row],
    *,
    faulty: float = 0.2,
) -> Upload:
    samples = [row.json for row in rows]
    bad: dict[int, str] = {}
    if rows and draw.random() < faulty:
        code, change = draw.choice(
            (
                ("out_of_bounds", {"sample_type": "heartRate", "unit": "count/min", "value": 900}),
                ("unknown_type", {"sample_type": f"mood of {person.name}", "value": 1}),
                ("bad_date", {"start_date": "yesterday"}),
                ("in_future", {"end_date": "2099-01-01T00:00:00Z"}),
            )
        )
        bad[len(samples)] = code
        samples.append({**rows[0].json, **change})
    document = {"device_info": {"time_zone": person.zone}, "samples": samples}
    return Upload(name, at, document, rows, bad=bad)


def _delete(draw: random.Random, person: Person, week: list[Row]) -> None:
    """Some samples were deleted on the phone: before or after they are sent, or sent again."""
    upload = draw.choice(person.uploads)
    gone = [draw.choice(week[: len(week) // 2]) for _ in range(3)]
    upload.deleted = list({row.fact: row for row in gone}.values())
    upload.document["deleted"] = [row.json for row in upload.deleted]


def _poison(draw: random.Random, person: Person, number: int, at: float) -> Upload:
    """An upload that can never be used."""
    deep: Json = {"x": person.name}
    for _ in range(18):  # Firestore itself takes 20
        deep = {"x": deep}
    document: Json = draw.choice(
        (
            {"device_info": {"time_zone": person.zone}, "samples": f"none of {person.name}"},
            {"device_info": {"time_zone": "Mars/Olympus"}, "samples": []},
            {"time_zone": "x" * 200_000, "samples": []},
            {"device_info": deep, "samples": deep},
            {},
        )
    )
    name = f"{person.name}-u{number:02}-poison"
    return Upload(name, at, document, code="unusable_upload")


def _ask(draw: random.Random, person: Person, seconds: float) -> None:
    for number in range(draw.choice((0, 0, 1, 1, 2))):
        kind = draw.choice(("general", "sleep", "activity"))
        wish = {**WISH, "insight_type": kind, "priority": draw.choice(("high", "normal", "low"))}
        at = draw.uniform(seconds * 0.2, seconds)
        person.requests.append(Request(f"{person.name}-r{number}", at, wish))
    if draw.random() < 0.05:
        bad = {**WISH, "insight_type": f"fortune of {person.name}"}
        at = draw.uniform(0, seconds)
        person.requests.append(Request(f"{person.name}-r9", at, bad, "malformed_event"))
    if draw.random() < 0.05:
        said: Json = {"insight_id": f"none of {person.name}", "rating": 3}
        at = draw.uniform(0, seconds)
        person.feedback.append(Feedback(f"{person.name}-f9", at, said, "unknown_reference"))
    _last_word(person, seconds)


def _last_word(person: Person, seconds: float) -> None:
    """What is asked once all is written: its analysis must hold all that was sent."""
    person.requests.append(Request(last_request(person.name), seconds, dict(WISH)))


def last_request(name: str) -> str:
    """The id of the request that a person makes when everything is sent."""
    return f"{name}-last"
