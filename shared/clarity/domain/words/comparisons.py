"""How a sentence compares: bounds of numbers, directions of change, references met or missed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from clarity.domain.words.claims import (
    HOLDS,
    LEVELS,
    SPREADS,
    belongs,
    completed,
    is_origin,
    is_unknown,
    levels_of,
    rendered,
    same,
    told,
)
from clarity.domain.words.said import DIMENSIONS, FOLLOWED, GENERAL, base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from re import Pattern

    from clarity.domain.words.facts import Fact
    from clarity.domain.words.languages.language import Bound
    from clarity.domain.words.quantities import Quantity
    from clarity.domain.words.said import Said

_TURNED: Mapping[Bound, Bound] = {
    "above": "at_most",
    "at_most": "above",
    "below": "at_least",
    "at_least": "below",
}
_MOVES = frozenset({"change", "trend", "shift"})
# Measures of how alike days are.
_ALIKE = frozenset({"interdaily_stability", "sleep_regularity_index", "sleep_onset_variability"})
# More of it is less regular.
_UNSTEADY = frozenset(
    {"sleep_onset_variability", "intradaily_variability", "activity_fragmentation"}
)

# -- comparisons with a number ---------------------------------------------------------------------


def comparisons(said: Said) -> Iterator[str]:
    """Every "more than 7 h" that does not hold, and every range in the wrong order."""
    for each in said.quantities:
        quantity = completed(each, said)
        if _misquotes(quantity, said):
            written = said.text[quantity.opens : quantity.closes]
            yield f"{written!r} in {said.sentence.text!r} turns a reference round; {told(said)}"
        if quantity.bound is None or _quotes(quantity, said):
            continue
        bound, ends = _bound(quantity, said), [end.value for end in said.together(each)]
        holds, limit = HOLDS[bound], max(ends) if bound in {"above", "at_least"} else min(ends)
        if _told_by_change(quantity, bound, said):
            continue
        levels = [value for value in levels_of(quantity, said) if holds(value, limit)]
        if _is_mean_as_limit(quantity, bound, levels, said):
            levels = []
        if not levels:
            written = said.text[quantity.opens : quantity.closes]
            yield f"{written!r} in {said.sentence.text!r} does not hold; {told(said)}"
    yield from _order(said)


def _is_mean_as_limit(quantity: Quantity, bound: Bound, levels: list[float], said: Said) -> bool:
    """Whether it is "at least 6 h 50 min" of an average of 6 h 50 min: no day is told of."""
    quoted = any(
        same(quantity, number.value, 0.0, number.dimension)
        for stated in said.cited
        if stated.fact.kind in {"reference", "usual"}
        for number in stated.numbers
    )
    return bound in {"at_least", "at_most"} and not quoted and quantity.value in levels


def _told_by_change(quantity: Quantity, bound: Bound, said: Said) -> bool:
    """Whether it is "10 min below your usual 7 h" of a change that is cited with the usual."""
    sign = {"above": 1, "below": -1}.get(bound)
    usual = {
        base(stated.fact)
        for stated in said.cited
        if stated.fact.kind == "usual"
        and any(same(quantity, n.value, 0.0, n.dimension) for n in stated.numbers)
    }
    return any(
        fact.kind == "change" and base(fact) in usual and fact.direction == sign
        for fact in said.facts
    )


def _bound(quantity: Quantity, said: Said) -> Bound:
    """The bound of a number that has one, turned round where it is denied: "does not exceed"."""
    bound: Bound = quantity.bound or "at_least"
    clause = said.clauses[said.clause(quantity.opens)]
    denied = said.language.relations.denied.search(said.text, clause.start, quantity.opens)
    return _TURNED[bound] if denied and quantity.opens < quantity.start else bound


def _misquotes(quantity: Quantity, said: Said) -> bool:
    """Whether it is "7 h or less" of a reference of 7 h or more."""
    return quantity.after is not None and any(
        number.bound not in {None, quantity.after}
        for stated in said.cited
        if stated.fact.kind == "reference"
        for number in stated.numbers
        if same(quantity, number.value, 0.0, number.dimension)
    )


def _quotes(quantity: Quantity, said: Said) -> bool:
    """Whether it is "7 h or more recommended ...": the bound is not the person's then."""
    relations = said.language.relations
    quoted = any(
        number.bound == quantity.bound and same(quantity, number.value, 0.0, number.dimension)
        for stated in said.cited
        if stated.fact.kind == "reference"
        for number in stated.numbers
    )
    clause = said.clauses[said.clause(quantity.start)]
    before = said.text[clause.start : quantity.opens]
    own = said.language.personal.search(before)
    told_of = said.marked(relations.reference, *said.together(quantity)) or (
        not own and said.loose(relations.reference)  # "the recommendation, which is 7 h or more"
    )
    if not quoted or not told_of:
        return False
    # "You slept at least the recommended 7 h" and "you slept the recommended 7 h or more" are
    # claims; "adults are advised to sleep at least 7 h" and "did not reach the 7 h or more" quote.
    if quantity.opens < quantity.start:
        advised = relations.reference.search(before)
        return bool(advised or not own)
    compared = (relations.meets, relations.misses, relations.up, relations.down, relations.denied)
    return not own or any(pattern.search(before) for pattern in compared)


def _order(said: Said) -> Iterator[str]:
    """A change of level told the wrong way round: "from 6 h to 7 h"."""
    for stated in said.cited:
        levels = [each.value for each in stated.numbers]
        if stated.fact.kind != "shift" or len(levels) < 2:  # noqa: PLR2004  before and after
            continue
        written = [each for each in said.quantities if each.value in levels[:2]]
        usual = said.language.relations.usual
        origin = [
            each.value for each in written if is_origin(each, said) or said.marked(usual, each)
        ]
        first = (origin or [each.value for each in written])[:1]
        alone = len(written) == 1 and bool(origin) != (written[0].value == levels[0])
        if alone or (len(written) > 1 and first != levels[:1]):
            yield f"{said.sentence.text!r} has the levels the wrong way round; {told(said)}"


# -- comparisons without a number ------------------------------------------------------------------


def directions(said: Said) -> Iterator[str]:
    """Every "more", "fell", "about the same" that no cited change over time carries."""
    relations = said.language.relations
    if said.advice and not (
        relations.usual.search(said.text) or said.language.tells.search(said.text)
    ):
        return
    text = _unbounded(said)
    ways: tuple[tuple[Pattern[str], Callable[[Fact], bool]], ...] = (
        (relations.up, lambda fact: fact.direction > 0),
        (relations.down, lambda fact: fact.direction < 0),
        (relations.moved, lambda fact: fact.direction != 0),
        (relations.same, lambda fact: fact.kind == "change" and not fact.direction),
        (relations.steadier, lambda fact: fact.direction == _steady(fact)),
        (relations.unsteadier, lambda fact: fact.direction == -_steady(fact)),
    )
    used = []
    for pattern, agrees in reversed(ways):
        for match in pattern.finditer(text):
            start, end = match.span()
            text = text[:start] + " " * (end - start) + text[end:]
            used.append((agrees, match.group()))
            if not _evident(start, end, pattern, agrees, said) or _is_denied(start, said):
                yield _unfounded(match.group(), said)
    if len({agrees for agrees, _ in used}) == 1:
        # "Both your sleep and your steps are up": it is said of all that is cited.
        agrees, words = used[0]
        moves = [fact for fact in said.facts if fact.kind in _MOVES]
        yield from (_unfounded(words, said) for fact in moves if not agrees(fact))
    goes_on = relations.lasting.search(said.text)
    if goes_on and not any(fact.kind in {"trend", "shift"} for fact in said.facts):
        yield _unfounded(goes_on.group(), said)


def _is_denied(start: int, said: Said) -> bool:
    relations = said.language.relations
    clause = said.clauses[said.clause(start)]
    turned = relations.denied.search(said.text, clause.start, start)
    return bool(turned)


def _unfounded(words: str, said: Said) -> str:
    return (
        f"{words!r} in {said.sentence.text!r} is in no fact that it cites, or is not its "
        f"direction; {told(said)}"
    )


def _steady(fact: Fact) -> int:
    return -1 if base(fact) in _UNSTEADY else 1


def _unbounded(said: Said) -> str:
    """The text without bounds of numbers and phrases that only look like a comparison."""
    text = said.text
    spans = [(each.opens, each.start) for each in said.quantities]
    spans += [(each.end, each.closes) for each in said.quantities]
    spans += [match.span() for match in said.language.relations.neutral.finditer(text)]
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _evident(
    start: int, end: int, pattern: Pattern[str], agrees: Callable[[Fact], bool], said: Said
) -> bool:
    relations = said.language.relations
    if _against_reference(start, end, said):
        sides = [side for each in said.facts for side in [_side(each, said)] if side is not None]
        wanted = {relations.up: 1, relations.down: -1, relations.same: 0}.get(pattern)
        return bool(sides) and all(side == wanted for side in sides)
    moves = (
        [fact for fact in said.facts if fact.kind in _MOVES] or [*said.implied] or _compared(said)
    )
    if not moves and _is_spread(start, end, pattern, said):
        return True
    named = said.named(start, end, FOLLOWED)
    about = [fact for fact in moves if base(fact) in named] if named else moves
    if named == [GENERAL] and not about:  # "what changed is the timing of your sleep: ..."
        about = [fact for fact in moves if base(fact) in said.mentioned]
        named = [base(fact) for fact in about]
    first = next((each for each in named if any(base(fact) == each for fact in about)), "")
    if first and not belongs(first, named, said) and first == GENERAL:
        return False
    return any(agrees(fact) for fact in about if first in {"", base(fact)})


def _compared(said: Said) -> list[Fact]:
    """Measures with the direction in which they lie to their usual value, where both are told."""
    found = []
    for usual in said.cited:
        for stated in said.cited:
            pair = (base(usual.fact), usual.fact.kind) == (base(stated.fact), "usual")
            if not pair or stated.fact.kind not in LEVELS or is_unknown(stated.fact):
                continue
            values = [rendered(each, DIMENSIONS[each.fact.unit]) for each in (stated, usual)]
            if all(any(value == each.value for each in said.quantities) for value in values):
                way = (values[0] > values[1]) - (values[0] < values[1])
                found.append(replace(stated.fact, direction=way))
    return found


def _is_spread(start: int, end: int, pattern: Pattern[str], said: Said) -> bool:
    """Whether it is about how much something varies, which is a measure of its own."""
    spreads = {base(fact) for fact in said.facts if not is_unknown(fact)} & SPREADS
    relations = said.language.relations
    if relations.usual.search(said.text):
        return False
    if pattern is relations.same:  # "similar from day to day"
        names = [said.language.names[base(fact)] for fact in said.facts if base(fact) in _ALIKE]
        return any(name.search(said.text, start, end) for name in names)
    if pattern is relations.moved:
        return bool(spreads) and bool(said.quantities)
    # "On weekends you slept 50 min later": of times, not of lengths.
    timed = said.language.names["sleep_midpoint"].search(said.text, start, end)
    return "social_jet_lag" in spreads and bool(timed)


def _against_reference(start: int, end: int, said: Said) -> bool:
    """Whether a published value is what follows: "less than recommended"."""
    reference = said.language.relations.reference
    index = said.clause(start)
    clause = said.clauses[index]
    if reference.search(said.text, end, clause.end):
        return not any(each.start >= end for each in said.inside(clause))
    published = any(fact.kind == "reference" for fact in said.facts)
    if published and not any(fact.kind in {*_MOVES, "usual"} for fact in said.facts):
        return True  # "..., and yours lies below it"
    after = said.clauses[index + 1 : index + 2]
    return bool(
        after and after[0].against and reference.search(said.text, after[0].start, after[0].end)
    )


# -- references ------------------------------------------------------------------------------------


def references(said: Said) -> Iterator[str]:
    """Every "meets", "is not reached", "outside the range" that does not hold."""
    relations = said.language.relations
    sides = [side for fact in said.facts for side in [_side(fact, said)] if side is not None]
    spoken = any(fact.kind == "reference" for fact in said.facts) or relations.reference.search(
        said.text
    )
    if said.advice or not spoken:
        return
    met = bool(sides) and all(side == 0 for side in sides)
    missed = bool(sides) and all(side != 0 for side in sides)
    taken = relations.misses.search(said.text)
    match = taken or relations.meets.search(said.text)
    if match is None:
        return
    denied = bool(taken or match.groupdict().get("not"))
    if not (missed if denied else met):
        yield f"{match.group()!r} in {said.sentence.text!r} does not hold; {told(said)}"


def _side(fact: Fact, said: Said) -> int | None:
    """Where a cited level lies to its cited reference: below -1, inside 0, above 1."""
    if fact.kind != "reference":
        return None
    dimension = DIMENSIONS.get(fact.unit, "")
    levels = [
        rendered(stated, dimension)
        for stated in said.cited
        if stated.fact.kind in LEVELS and base(stated.fact) == base(fact)
        if not is_unknown(stated.fact)
    ]
    if not levels:
        return None
    low = fact.low if fact.low is not None else float("-inf")
    high = fact.high if fact.high is not None else float("inf")
    if any(low <= level <= high for level in levels):
        return 0
    return -1 if levels[0] < low else 1
