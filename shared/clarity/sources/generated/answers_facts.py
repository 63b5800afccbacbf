"""The facts in a prompt's task, as a language model gets to see them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from clarity.sources.generated import answers_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

_TASK: Final = re.compile(r"<task>\s*(\{.*\})\s*</task>", re.DOTALL)
_MONTHS: Final = {
    "en": "january february march april may june july august september october november december",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre"
    " diciembre",
}
_DATES: Final = {
    language: re.compile(
        rf"\d{{1,2}}\.?(?: de)? (?:{'|'.join(months.split())})(?: (?:de )?\d{{4}})?", re.IGNORECASE
    )
    for language, months in _MONTHS.items()
}
# Published values that are to be reached, not to be stayed under.
_LOWER_BOUNDS: Final = ("total_sleep_time", "sleep_efficiency", "moderate_minutes")


@dataclass(frozen=True, slots=True)
class Seen:
    """One fact of a task.

    Attributes:
        id: What a sentence cites.
        metric: Its plain name, without the kind.
        kind: quality, measure, reference, usual, change, average, trend or shift.
        topic: What it is about.
        label: In the person's language.
        text: Its value in words.
        unit: Of its numbers.
        status: ok, insufficient, not_applicable or reference.
        direction: 1, 0 or -1.
        professional: Whether it gives reason to see somebody.
        numbers: The amounts in its text, in its unit.
        day: The date in its text, if there is one.
    """

    id: str
    metric: str
    kind: str
    topic: str
    label: str
    text: str
    unit: str
    status: str
    direction: int
    professional: bool
    numbers: tuple[float, ...]
    day: str


@dataclass(frozen=True, slots=True)
class Task:
    """What a prompt asks for.

    Attributes:
        language: en, de or es.
        level: plain or detailed.
        facts: In their order.
        repair: Whether an earlier answer was held back.
        minor: Whether the person is known to be under age.
    """

    language: str
    level: str
    facts: tuple[Seen, ...]
    repair: bool
    minor: bool

    def known(self, metric: str, kind: str = "measure") -> Seen | None:
        """The fact of this metric and kind that has a number."""
        return next(
            (
                fact
                for fact in self.facts
                if (fact.metric, fact.kind) == (metric, kind) and fact.numbers
            ),
            None,
        )


def read_task(prompt: str) -> Task | None:
    """The task in a prompt; None where there is none.

    Raises:
        ValueError: What stands between the marks is no task.
    """
    match = _TASK.search(prompt)
    if match is None:
        return None
    try:
        content: dict[str, Any] = json.loads(match[1])
        language = content["language"]
        facts = tuple(_seen(fact, language) for fact in content["facts"])
        repair, minor = bool(content.get("problems")), bool(content.get("minor"))
        return Task(language, content["level"], facts, repair, minor)
    except (KeyError, TypeError) as error:
        raise ValueError("expected a task with facts, found another object") from error


def is_lower_bound(reference: Seen) -> bool:
    """Whether the published value is to be reached, not to be stayed under."""
    return reference.metric in _LOWER_BOUNDS


def misses_reference(measure: Seen, reference: Seen) -> bool:
    """Whether the number is on the side of the published one that is not advised."""
    value, published = measure.numbers[0], reference.numbers[0]
    return value < published if is_lower_bound(reference) else value > published


def other_dates(text: str, language: str, days: int) -> str:
    """A text whose dates have been moved to another day of the month, or another month."""
    months = _MONTHS[language].split()

    def move(match: re.Match[str]) -> str:
        found = match[0]
        name = next(month for month in months if month in found.lower())
        new = months[(months.index(name) + 3) % len(months)]
        if language != "es":
            new = new.capitalize()
        found = re.sub(name, new, found, flags=re.IGNORECASE)
        return re.sub(r"^\d+", lambda day: str((int(day[0]) + days) % 28 + 1), found)

    return _DATES[language].sub(move, text)


def _seen(fact: Mapping[str, Any], language: str) -> Seen:
    text, unit = fact["text"], fact.get("unit", "")
    if fact["kind"] == "shift" and unit == "points":
        unit = "%"  # its text names the levels, not their distance
    dated = _DATES[language].search(text)
    return Seen(
        id=fact["id"],
        metric=fact["metric"].partition(".")[0],
        kind=fact["kind"],
        topic=fact["topic"],
        label=fact["label"],
        text=text,
        unit=unit,
        status=fact["status"],
        direction={"up": 1, "down": -1}.get(fact.get("direction", ""), 0),
        professional=bool(fact.get("professional")),
        numbers=_numbers(fact["kind"], _DATES[language].sub("", text), unit, language)
        if fact["status"] in {"ok", "reference"}
        else (),
        day=dated[0] if dated else "",
    )


def _numbers(kind: str, text: str, unit: str, language: str) -> tuple[float, ...]:
    if unit in {"date", "clock"}:
        return ()
    found = answers_numbers.read(text, unit, language)
    if kind in {"change", "trend"}:
        return found[:1]  # what follows is over how many weeks
    # From 7 to 8 hours is no one number to compare with.
    one = len(re.findall(r"\d+", text)) == 1
    return () if kind == "reference" and not one else found
