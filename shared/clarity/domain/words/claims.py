"""Whether each number of a sentence is the value of the fact that its words are about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from clarity.domain.words.said import DIMENSIONS, GENERAL, RIVALS, alike, base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from re import Match

    from clarity.domain.words.facts import Fact
    from clarity.domain.words.languages.language import Bound
    from clarity.domain.words.quantities import Quantity
    from clarity.domain.words.said import Said, Stated

# Rounding that moves a value further than this is no rounding.
_MOST_ROUNDING = 0.05
_CLOCK_ROUNDING = 15.0  # minutes
_WEEKS_PER_MONTH = 4
# "More than 6 hours" is said of 6 h 50 min, and not of 9 hours.
_FAR_BOUND = 0.15
_UNKNOWN = frozenset({"insufficient", "not_applicable"})
LEVELS = frozenset({"measure", "quality", "average"})
# Measures of how far something varies: "by 40 min" is their level.
SPREADS = frozenset({"sleep_onset_variability", "social_jet_lag"})
_RATES: Mapping[str, frozenset[str]] = {
    "min": frozenset({"", "day", "night"}),
    "%": frozenset({"", "day", "night"}),
    "points": frozenset({""}),
    "steps/day": frozenset({"", "day"}),
    "steps/min": frozenset({"", "minute"}),
    "beats/min": frozenset({"", "minute"}),
    "": frozenset({"", "night"}),
    "days": frozenset({"", "week"}),
}
HOLDS: Mapping[Bound, Callable[[float, float], bool]] = {
    "above": lambda value, limit: value > limit,
    "at_least": lambda value, limit: value >= limit,
    "below": lambda value, limit: value < limit,
    "at_most": lambda value, limit: value <= limit,
}


def is_unknown(fact: Fact) -> bool:
    """Whether the fact says that something is not known."""
    return fact.status in _UNKNOWN


# -- numbers --------------------------------------------------------------------------------------


def numbers(said: Said) -> Iterator[str]:
    """Every number that is not the value of the cited fact that its words are about."""
    # A stated number carries one number of the sentence: "84 %" is not 84 min somewhere else too.
    free = [(stated, number) for stated in said.cited for number in _sayable(stated)]
    for quantity in said.quantities:
        if _is_stretch(quantity, said):
            continue
        carriers = [each for each in free if _carries(*each, quantity, said)]
        fitting = [each for each in carriers if _fits(each[0].fact, quantity, said)]
        if fitting:
            free.remove(fitting[0])
        elif not _bounds(quantity, said):
            written = said.text[quantity.opens : quantity.closes]
            facts = told(said) if not carriers else told(said, [carriers[0][0]])
            why = "is not in the facts that it cites" if not carriers else "is said of another fact"
            yield f"{written!r} in {said.sentence.text!r} {why}; {facts}"
    yield from _vague(said)
    yield from _sums(said)


def _is_stretch(quantity: Quantity, said: Said) -> bool:
    """Whether it is how many weeks the facts rest on: "over 13 weeks", "in three months"."""
    weeks = {count for stated in said.cited for count in stated.weeks}
    asked = {number.whole for stated in said.cited for number in stated.numbers}
    months = {
        count // _WEEKS_PER_MONTH
        for count in (*weeks, *asked)
        if count and count % _WEEKS_PER_MONTH < 2  # noqa: PLR2004  13 weeks
    }
    if quantity.whole is not None:
        return False
    counted = months if quantity.dimension == "months" else weeks
    return quantity.dimension in {"weeks", "months"} and quantity.value in counted


def told(said: Said, cited: list[Stated] | None = None) -> str:
    """What the cited facts say, for the repair round."""
    facts = [each.fact for each in (said.cited if cited is None else cited)]
    return "; ".join(f"{fact.id} ({fact.label}) says {fact.text!r}" for fact in facts)


def _sayable(stated: Stated) -> list[Quantity | None]:
    """The numbers of a fact's text; None once more for its value, which may be rounded."""
    rounded = stated.fact.kind in {"measure", "quality", "usual", "average", "trend", "change"}
    known = not is_unknown(stated.fact) and stated.fact.value is not None
    same = stated.fact.kind == "change" and not stated.fact.direction
    whole = not stated.numbers and known and rounded and not same
    return [*stated.numbers, *([None] if whole else [])]


def _carries(stated: Stated, number: Quantity | None, quantity: Quantity, said: Said) -> bool:
    """Whether the fact states this number, as it is rendered or as a rounding of its value."""
    fact = stated.fact
    dimension = DIMENSIONS.get(fact.unit, "")
    if _unit_is_left_out(quantity, fact, said):
        quantity = replace(quantity, dimension=dimension)
    if number is not None and same(quantity, number.value, 0.0, number.dimension):
        return quantity.whole in {None, number.whole}
    rounds = fact.kind in {"measure", "quality", "usual", "average", "trend", "change"}
    if fact.value is None or not rounds or is_unknown(fact) or quantity.whole is not None:
        return False
    if number is not None and not _is_value(number, fact, dimension):
        return False
    values = {abs(fact.value), number.value if number is not None else abs(fact.value)}
    tolerance = _tolerance(quantity, fact)
    return any(same(quantity, value, tolerance, dimension) for value in values)


def _unit_is_left_out(quantity: Quantity, fact: Fact, said: Said) -> bool:
    """Whether the number may count what the fact does: "2.3 times", "1,750 more", "58 times"."""
    if quantity.dimension == "times":
        return base(fact) == "awakenings" or (fact.unit, quantity.rate) == ("beats/min", "minute")
    if quantity.dimension or not _ends_there(quantity, said):
        return False
    dimension = DIMENSIONS.get(fact.unit, "")
    if any(other.dimension == dimension and other is not quantity for other in said.quantities):
        return True  # "57 beats a minute, close to your usual 58"
    names = said.language.names[base(fact)] if fact.unit == "steps/day" else None
    return bool(names and names.search(said.text))


def completed(quantity: Quantity, said: Said) -> Quantity:
    """The number with the unit that it left out."""
    for stated in said.cited:
        for number in stated.numbers:
            if number.value == quantity.value and _unit_is_left_out(quantity, stated.fact, said):
                return replace(quantity, dimension=number.dimension)
    return quantity


def _ends_there(quantity: Quantity, said: Said) -> bool:
    """Whether no word follows that the number might count: "9,850 calm breaths"."""
    language, tail = said.language, said.text[quantity.end :].lstrip()
    after = (language.relations.breaks, language.numbers.averaged, language.telling)
    return (
        not tail
        or bool(quantity.rate)
        or tail[0] in ".,;:)"
        or tail.split()[0] in language.numbers.joins
        or any(pattern.match(tail) for pattern in after)
        or bool(language.relations.apart_after.search(tail))
    )


def _is_value(number: Quantity, fact: Fact, dimension: str) -> bool:
    """Whether a number of the fact's text is its value, not a count of weeks beside it."""
    value = abs(fact.value or 0.0)
    near = abs(number.value - value) <= max(number.step, _MOST_ROUNDING * value)
    return number.dimension == dimension and near


def _tolerance(quantity: Quantity, fact: Fact) -> float:
    if quantity.dimension == "clock":
        return min(quantity.step / 2, _CLOCK_ROUNDING)
    return min(quantity.step / 2, _MOST_ROUNDING * abs(fact.value or 0.0))


def same(quantity: Quantity, value: float, tolerance: float, dimension: str) -> bool:
    """Whether the number is the value, in its dimension, or as near to it as is tolerated."""
    near = abs(quantity.value - value) <= tolerance + 1e-9
    return quantity.dimension == dimension and near


def _fits(fact: Fact, quantity: Quantity, said: Said) -> bool:
    """Whether the words around a number are about this fact."""
    return (
        _rate_fits(fact, quantity, said)
        and not _is_denied(fact, quantity, said)
        and _metric_fits(fact, quantity, said)
        and _role_fits(fact, quantity, said)
    )


def _is_denied(fact: Fact, quantity: Quantity, said: Said) -> bool:
    """Whether a level is said not to be: "you did not sleep 6 h 50 min"."""
    if quantity.bound is not None or fact.kind not in LEVELS or said.advice:
        return False
    clause = said.clauses[said.clause(quantity.start)]
    denied = said.language.relations.denied
    return not clause.against and bool(denied.search(said.text, clause.start, quantity.start))


def _rate_fits(fact: Fact, quantity: Quantity, said: Said) -> bool:
    if fact.unit == "steps/day" and fact.kind in {"measure", "average", "usual"}:
        # "You took 9,850 steps this week" makes a sum of an average.
        daily = any(each.rate == "day" for each in said.quantities)
        if not daily and not said.language.numbers.averaged.search(said.text) and not said.advice:
            return False
    allowed = _RATES.get(fact.unit, frozenset({""}))
    return quantity.rate in (allowed | {"week"} if fact.kind == "trend" else allowed)


def _metric_fits(fact: Fact, quantity: Quantity, said: Said) -> bool:
    metric = base(fact)
    if said.advice or metric not in said.language.names:
        return True
    beside = said.beside(quantity, {base(each) for each in said.facts})
    if beside and metric not in beside and metric not in SPREADS:
        return False  # "your sleep efficiency was 6 h 50 min"
    awake = {"wake_after_sleep_onset", GENERAL}
    if metric == "sleep_efficiency" and said.beside(quantity, awake) == awake - {GENERAL}:
        return False  # "awake for 84 % of your time in bed"
    if metric not in alike(quantity.dimension):
        return True
    # Of the others, only those count whose words tell another story: "awake", "to fall asleep".
    cited = {base(each) for each in said.facts}
    others = [each for each in alike(quantity.dimension) if each in cited | RIVALS | {GENERAL}]
    named = said.named(quantity.start, quantity.end, others)
    return belongs(metric, named, said)


def belongs(metric: str, named: list[str], said: Said) -> bool:
    """Whether words that name these metrics, the nearest first, are about this one."""
    if not named:
        return True  # whether the sentence is about its facts at all is another rule's matter
    cited = {base(fact) for fact in said.facts}
    if metric not in named:
        # "Between weekends and other days, the middle of your sleep differed by 50 min."
        return metric in SPREADS and not cited & set(named)
    if metric in {GENERAL, *RIVALS} and any(each in RIVALS - {metric, *cited} for each in named):
        return False  # "awake for 6 h in your sleep" is not about sleep
    return next(each for each in named if each in cited) == metric


def _role_fits(fact: Fact, quantity: Quantity, said: Said) -> bool:
    """Whether the number is said to be what the fact is: a level, the usual, a difference, ..."""
    relations = said.language.relations
    usual, span = said.marked(relations.usual, quantity), said.marked(relations.span, quantity)
    published = said.marked(relations.reference, *said.together(quantity))
    apart, pace = _is_apart(quantity, said), said.marked(relations.pace, quantity)
    spreads = base(fact) in SPREADS
    if fact.kind in {"change", "trend"}:
        counts = quantity.dimension == "weeks"  # "over 13 weeks"
        paced = pace or quantity.rate == "week" or said.loose(relations.pace)
        told_of_weeks = span and fact.kind == "change"  # "over 13 weeks, you slept 38 min less"
        differs = (apart or spreads) and paced == (fact.kind == "trend")
        return counts or (differs and not told_of_weeks)
    if fact.kind == "usual":
        named = said.marked(relations.usual, quantity, within=())
        before = named or is_origin(quantity, said) or said.loose(relations.usual)
        return before and not published and not (apart and not spreads)
    if fact.kind == "average":
        spanned = span or said.loose(relations.span) or _spans(fact, said)
        return spanned and not usual and not (apart and not spreads) and not published
    if fact.kind == "reference":
        return published or (quantity.bound is not None and said.loose(relations.reference))
    if fact.kind == "measure":
        came = relations.origin.search(said.text[: quantity.opens]) and _has_usual(fact, said)
        usual = usual and not _is_as_usual(fact, said)
        return not (usual or span or pace or published or came or (apart and not spreads))
    return True


def _spans(fact: Fact, said: Said) -> bool:
    """Whether a word for several weeks is meant for this fact too, for its week is not told."""
    weekly = any(other.kind == "measure" and base(other) == base(fact) for other in said.facts)
    return not weekly and bool(said.language.relations.span.search(said.text))


def _is_as_usual(fact: Fact, said: Said) -> bool:
    """Whether a cited change says that the value is the usual one: "38 min is usual for you"."""
    kinds = {other.kind for other in said.facts if base(other) == base(fact)}
    same_as = any(
        other.kind == "change" and not other.direction and base(other) == base(fact)
        for other in said.facts
    )
    return same_as and "usual" not in kinds


def _has_usual(fact: Fact, said: Said) -> bool:
    """Whether what is usual for the same metric is cited too: it is where things came from."""
    return any(other.kind == "usual" and base(other) == base(fact) for other in said.facts)


def _is_apart(quantity: Quantity, said: Said) -> bool:
    """Whether the number is a difference: "38 min less", "by 38 min", "dropped 38 min"."""
    relations = said.language.relations
    if relations.origin.search(said.text[: quantity.opens]):
        return False  # "up from 30 min"
    if relations.apart_before.search(said.text[: quantity.start]):
        return True
    if relations.apart_after.search(said.text[quantity.end :]):
        return True
    clause = said.clauses[said.clause(quantity.start)]
    before = said.language.numbers.about.sub("", said.text[clause.start : quantity.start]).rstrip()
    return any(
        match.end() == len(before)
        for pattern in (relations.up, relations.down)
        for match in pattern.finditer(before)
    )


def is_origin(quantity: Quantity, said: Said) -> bool:
    """Whether the number is what something is compared with, or came from."""
    if said.clauses[said.clause(quantity.start)].against:
        return True
    return bool(said.language.relations.origin.search(said.text[: quantity.opens]))


def _bounds(quantity: Quantity, said: Said) -> bool:
    """Whether "more than 6 hours" bounds the value of a fact that it is about, and is near it."""
    if quantity.bound is None:
        return False
    # "Just over 7 hours" is no further from it than a rounding.
    near = said.language.numbers.about.search(said.text[: quantity.start])
    most = min(_MOST_ROUNDING, quantity.step / 2 / (quantity.value or 1)) if near else _FAR_BOUND
    return any(
        HOLDS[quantity.bound](value, quantity.value)
        and abs(value - quantity.value) <= most * abs(value)
        for value in levels_of(quantity, said)
    )


def _vague(said: Said) -> Iterator[str]:
    text = said.language.too_little.sub(_blank, said.text)
    for each in said.quantities:
        text = text[: each.start] + " " * (each.end - each.start) + text[each.end :]
    for match in said.language.numbers.vague.finditer(text):
        found = match.group()
        if not (said.advice and said.language.advised.search(found)):
            yield f"{found!r} in {said.sentence.text!r} is an amount that no fact states"


def _blank(match: Match[str]) -> str:
    return " " * len(match.group())


def _sums(said: Said) -> Iterator[str]:
    """An average that is said to be a sum."""
    numbers = said.language.numbers
    summed = numbers.total.search(said.text)
    if not summed or numbers.averaged.search(said.text):
        return
    if any(each.dimension in {"steps", "duration"} for each in said.quantities):
        found = summed.group()
        yield f"{found!r} in {said.sentence.text!r} makes a sum of an average; {told(said)}"


def levels_of(quantity: Quantity, said: Said) -> list[float]:
    """The values that a bound may be about, as they are rendered."""
    own: list[float] = []
    usual: list[float] = []
    for stated in said.cited:
        fact = stated.fact
        counted = DIMENSIONS.get(fact.unit) == quantity.dimension and not is_unknown(fact)
        if fact.kind in {*LEVELS, "usual"} and counted and _metric_fits(fact, quantity, said):
            found = usual if fact.kind == "usual" else own
            found.append(rendered(stated, quantity.dimension))
    return own or usual


def rendered(stated: Stated, dimension: str) -> float:
    """The value as the fact's text rounds it."""
    shown = [each.value for each in stated.numbers if each.dimension == dimension]
    return shown[0] if shown else (stated.fact.value or 0.0)
