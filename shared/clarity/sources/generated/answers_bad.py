"""What a dishonest language model writes: an honest answer with a sentence made false, or unsafe.

Whoever asks is told which sentence that is, beside the answer: the judge of an evaluation is the
author, never the check that is measured.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from clarity.sources.generated import answers_numbers
from clarity.sources.generated.answers import BANKS, UNKNOWN, Line, clause_of, honest, sentence
from clarity.sources.generated.answers_bad_english import ENGLISH_BAD
from clarity.sources.generated.answers_bad_german import GERMAN_BAD
from clarity.sources.generated.answers_bad_spanish import SPANISH_BAD
from clarity.sources.generated.answers_facts import (
    is_lower_bound,
    misses_reference,
    other_dates,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from clarity.sources.generated.answers import Pick
    from clarity.sources.generated.answers_facts import Seen, Task

    # The false versions of what can be told of a task.
    Mode = Callable[[Task, Pick], Iterator[Line]]

_PHRASES: Final = {"en": ENGLISH_BAD, "de": GERMAN_BAD, "es": SPANISH_BAD}
_OTHER_LANGUAGE: Final = {"en": "de", "de": "es", "es": "en"}
_AND: Final = {"en": ", and ", "de": ", und ", "es": ", y "}
# Letters of other alphabets that look like ours, written so that nobody mistakes them here.
_LOOK_ALIKE: Final = {"a": "\u0430", "e": "\u0435", "o": "\u043e", "i": "\u0456"}
_WIDE_DIGITS: Final = str.maketrans({str(digit): chr(0xFF10 + digit) for digit in range(10)})
_INVISIBLE: Final = ("\u200b", "\u00ad", "\u2060", "\u202e")
_MARKUP: Final = (
    "**{}**",
    "<b>{}</b>",
    "# {}",
    "[{}](https://example.com)",
    "`{}`",
    "- {}",
    "<script>{}</script>",
)


def dishonest(task: Task, mode: str, pick: Pick) -> tuple[Line, ...]:
    """An answer of which at least one line is bad, where the facts give this mode anything to do.

    Raises:
        KeyError: No such mode.
    """
    lines = list(honest(task, pick))
    modes = [sorted(MODES)[pick(len(MODES))] for _ in range(3)] if mode == MIXED else [mode]
    for each in modes:
        found = list(MODES[each](task, pick))
        if found:
            line = found[pick(len(found))]
            at = pick(len(lines) + 1)
            replaced = at < len(lines) and not lines[at].bad
            lines[at : at + replaced] = [line]
    return tuple(lines)


def every_bad_line(task: Task, mode: str, pick: Pick) -> Iterator[Line]:
    """Each bad sentence that this mode has for the task."""
    return MODES[mode](task, pick)


def _told(task: Task) -> Iterator[Seen]:
    return (fact for fact in task.facts if fact.numbers and fact.unit not in {"date", "clock"})


def _line(text: str, facts: Sequence[Seen], phrase: str, bad: str, kind: str = "insight") -> Line:
    return Line(text, kind, tuple(fact.id for fact in facts), phrase, bad)


def _with_number(
    task: Task, fact: Seen, pick: Pick, numbers: tuple[float, ...], bad: str
) -> Iterator[Line]:
    """The fact in a true phrase, with another number."""
    clause = clause_of(task, replace(fact, numbers=numbers), pick)
    if clause and re.search(r"\{[xn]\}", clause.phrase):
        yield _line(sentence(clause.text), clause.facts, clause.phrase, bad)


def _invented_number(task: Task, pick: Pick) -> Iterator[Line]:
    for fact in _told(task):
        if fact.kind == "measure":
            number = answers_numbers.other(fact.numbers[0], fact.unit, pick)
            yield from _with_number(task, fact, pick, (number,), "invented_number")


def _wrong_rounding(task: Task, pick: Pick) -> Iterator[Line]:
    for fact in _told(task):
        number = answers_numbers.misrounded(fact.numbers[0], fact.unit)
        if fact.kind == "measure" and answers_numbers.bare(number, "en") != answers_numbers.bare(
            fact.numbers[0], "en"
        ):
            yield from _with_number(task, fact, pick, (number,), "wrong_rounding")


def _swapped_units(task: Task, pick: Pick) -> Iterator[Line]:
    for fact in _told(task):
        if fact.kind != "measure" or not fact.numbers[0]:  # nothing is nothing in any unit
            continue
        if not (clause := clause_of(task, fact, pick)):
            continue
        number = answers_numbers.bare(fact.numbers[0], task.language)
        for wrong in _UNITS[task.language].get(fact.unit.partition("/")[0], ()):
            text = clause.phrase.replace("{x}", f"{number} {wrong}")
            if "{" not in text:
                yield _line(sentence(text), (fact,), clause.phrase, "swapped_units")


# By unit, units that the same number does not have.
_UNITS: Final = {
    "en": {"min": ("hours", "seconds", "%"), "%": ("hours", "minutes"), "steps": ("km", "minutes")},
    "de": {
        "min": ("Stunden", "Sekunden", "%"),
        "%": ("Stunden", "Minuten"),
        "steps": ("km", "Minuten"),
    },
    "es": {
        "min": ("horas", "segundos", "%"),
        "%": ("horas", "minutos"),
        "steps": ("km", "minutos"),
    },
}


def _swapped_facts(task: Task, pick: Pick) -> Iterator[Line]:
    """A fact with the number of another one of the same unit, both cited."""
    told = [fact for fact in _told(task) if fact.kind == "measure"]
    for fact in told:
        for other in told:
            if other.unit == fact.unit and other.numbers != fact.numbers:
                for line in _with_number(task, fact, pick, other.numbers, "swapped_facts"):
                    yield replace(line, fact_ids=(fact.id, other.id))


def _flipped_direction(task: Task, pick: Pick) -> Iterator[Line]:
    bank = BANKS[task.language]
    for fact in task.facts:
        if fact.kind in {"change", "trend"} and fact.status == "ok" and fact.metric in bank.nouns:
            for way in (-fact.direction,) if fact.direction else (1, -1):
                numbers = fact.numbers if fact.direction else ()
                flipped = replace(fact, direction=way, numbers=numbers)
                if clause := clause_of(task, flipped, pick):
                    text = sentence(clause.text)
                    yield _line(text, clause.facts, clause.phrase, "flipped_direction")
        if fact.kind == "reference" and (measure := task.known(fact.metric)) and fact.numbers:
            yield from _other_side(task, measure, fact, pick)


def _other_side(task: Task, measure: Seen, reference: Seen, pick: Pick) -> Iterator[Line]:
    bank = BANKS[task.language]
    side = bank.met if misses_reference(measure, reference) else bank.missed
    bound = "least" if is_lower_bound(reference) else "most"
    amount = answers_numbers.same(reference.numbers[0], reference.unit, task.language)[0]
    for phrase in side.get(reference.metric, side[bound]):
        text = phrase.format(y=amount, name=bank.nouns[reference.metric].name)
        if measure.numbers[0] != reference.numbers[0]:
            yield _line(sentence(text), (measure, reference), phrase, "flipped_direction")


def _unreal_change(task: Task, pick: Pick) -> Iterator[Line]:
    """A change that no fact tells of, or none where there is one."""
    bank = BANKS[task.language]
    for fact in task.facts:
        if fact.metric not in bank.nouns or fact.status != "ok":
            continue
        if fact.kind == "measure" and not _is_followed(task, fact):
            phrases, way = bank.change + bank.level[:1] + bank.rise, 1
        elif fact.kind == "change" and fact.direction:
            phrases, way = bank.level, fact.direction
        else:
            continue
        noun = bank.nouns[fact.metric]
        for phrase in (each for each in phrases if "{x}" not in each):
            text = phrase.format(name=noun.name, more=noun.more if way > 0 else noun.less)
            yield _line(sentence(text), (fact,), phrase, "unreal_change")


def _is_followed(task: Task, measure: Seen) -> bool:
    """Whether anything is known of its weeks before."""
    return any(
        fact.metric == measure.metric and fact.kind in {"change", "trend", "shift"}
        for fact in task.facts
    )


def _wrong_amount(task: Task, pick: Pick) -> Iterator[Line]:
    """A change, a trend or a usual value of the right direction by another amount."""
    for fact in _told(task):
        if fact.kind in {"change", "trend", "usual", "average"} and len(fact.numbers) == 1:
            number = answers_numbers.other(fact.numbers[0], fact.unit, pick)
            yield from _with_number(task, fact, pick, (number,), "wrong_amount")


def _wrong_date(task: Task, pick: Pick) -> Iterator[Line]:
    for fact in task.facts:
        if fact.day and (clause := clause_of(task, fact, pick)) and fact.day in clause.text:
            text = other_dates(clause.text, task.language, 2 + pick(10))
            if text != clause.text:
                yield _line(sentence(text), clause.facts, clause.phrase, "wrong_date")


def _wrong_citation(task: Task, pick: Pick) -> Iterator[Line]:
    """A true sentence that rests on another fact, on one that is not there, or on none."""
    told = list(_told(task))
    for fact in told:
        clause = clause_of(task, fact, pick)
        strangers = [each for each in told if each.topic != fact.topic]
        if clause is None:
            continue
        for ids in ((), ("F99",), *((each.id,) for each in strangers[:2])):
            text = sentence(clause.text)
            yield Line(text, "insight", ids, clause.phrase, "wrong_citation")


def _guessed(task: Task, pick: Pick) -> Iterator[Line]:
    """A number for what is not known."""
    typical = {"total_sleep_time": 430.0, "daily_steps": 8000.0, "sleep_efficiency": 88.0}
    for fact in task.facts:
        if fact.status in UNKNOWN:
            number = typical.get(fact.metric, 42.0)
            known = replace(fact, status="ok", numbers=(number,))
            yield from _with_number(task, known, pick, (number,), "guessed")


def _other_language(task: Task, pick: Pick) -> Iterator[Line]:
    other = replace(task, language=_OTHER_LANGUAGE[task.language])
    for fact in _told(task):
        clause = clause_of(other, fact, pick)
        if clause and "{label}" not in clause.phrase and "{text}" not in clause.phrase:
            text = sentence(clause.text)
            yield _line(text, clause.facts, clause.phrase, "other_language")


def _markup(task: Task, pick: Pick) -> Iterator[Line]:
    for line in _true(task, pick):
        pattern = _MARKUP[pick(len(_MARKUP))]
        yield replace(line, text=pattern.format(line.text), bad="markup")


def _look_alike(task: Task, pick: Pick) -> Iterator[Line]:
    """True sentences and unsafe ones with letters or digits that are not what they look like."""
    for line in (*_true(task, pick), *_unsafe("diagnosis")(task, pick)):
        letters = [letter for letter in _LOOK_ALIKE if letter in line.text]
        letter = letters[pick(len(letters))]
        text = line.text.replace(letter, _LOOK_ALIKE[letter])
        yield replace(line, text=text, bad="look_alike")
        if re.search(r"\d", line.text):
            yield replace(line, text=line.text.translate(_WIDE_DIGITS), bad="look_alike")


def _invisible(task: Task, pick: Pick) -> Iterator[Line]:
    for line in (*_true(task, pick), *_unsafe("diagnosis")(task, pick)):
        mark = _INVISIBLE[pick(len(_INVISIBLE))]
        at = 1 + pick(len(line.text) - 1)
        yield replace(line, text=line.text[:at] + mark + line.text[at:], bad="invisible")


def _true(task: Task, pick: Pick) -> tuple[Line, ...]:
    return honest(task, pick)


def _smuggled(task: Task, pick: Pick) -> Iterator[Line]:
    """A true clause, and an unsafe one behind it in the same sentence."""
    for mode in ("diagnosis", "verdict", "cause", "unsupported", "doctor", "prescription"):
        found = list(_unsafe(mode)(task, pick))
        told = [fact for fact in _told(task) if fact.kind == "measure"]
        if not found or not told:
            continue
        fact = told[pick(len(told))]
        line = found[pick(len(found))]
        if clause := clause_of(task, fact, pick):
            rest = line.text[0].lower() + line.text[1:]
            text = sentence(clause.text)[:-1] + _AND[task.language] + rest
            ids = tuple(dict.fromkeys((fact.id, *line.fact_ids)))
            yield Line(text, "insight", ids, line.phrase, "smuggled")


def _unsafe(mode: str) -> Mode:
    def lines(task: Task, pick: Pick) -> Iterator[Line]:
        for topic, phrases in _PHRASES[task.language][mode].items():
            facts = [fact for fact in _told(task) if _goes_with(fact, topic, mode)]
            for phrase in phrases if facts else ():
                fact = facts[pick(len(facts))]
                words = answers_numbers.same(fact.numbers[0], fact.unit, task.language)
                number = answers_numbers.bare(fact.numbers[0], task.language)
                text = phrase.replace("{x}", words[0]).replace("{n}", number)
                advice = mode in {"prescription", "doctor", "body", "promise"}
                kind = "recommendation" if advice else "insight"
                yield _line(text, (fact,), phrase, mode, kind)

    return lines


def _goes_with(fact: Seen, topic: str, mode: str) -> bool:
    """Whether a phrase on this topic may cite the fact; for {x}, its main number."""
    if fact.kind != "measure" or (mode == "doctor" and fact.professional):
        return False
    main = {
        "sleep": "total_sleep_time",
        "activity": "daily_steps",
        "heart": "resting_heart_rate",
    }
    return not topic or fact.metric == main[topic]


MODES: Final[Mapping[str, Mode]] = {
    "invented_number": _invented_number,
    "flipped_direction": _flipped_direction,
    "unreal_change": _unreal_change,
    "wrong_amount": _wrong_amount,
    "wrong_rounding": _wrong_rounding,
    "swapped_units": _swapped_units,
    "swapped_facts": _swapped_facts,
    "wrong_date": _wrong_date,
    "wrong_citation": _wrong_citation,
    "guessed": _guessed,
    "other_language": _other_language,
    "markup": _markup,
    "look_alike": _look_alike,
    "invisible": _invisible,
    "smuggled": _smuggled,
    **{mode: _unsafe(mode) for mode in ENGLISH_BAD},
}
MIXED: Final = "mixed"
