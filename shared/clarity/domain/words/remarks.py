"""What else a sentence says beside its numbers: asides, words for a level, dates and days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clarity.domain.words.claims import LEVELS, told
from clarity.domain.words.said import base

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from clarity.domain.words.said import Said

# Where a word for a small value is plainly wrong above, and one for a large value below. They are
# no clinical limits.
_MIDDLE: Mapping[str, float] = {
    "sleep_onset_variability": 45.0,
    "circadian_rhythm_strength": 0.5,
    "interdaily_stability": 0.5,
    "sleep_regularity_index": 60.0,
    "coverage": 60.0,
    "valid_days": 3.5,
}
_FEWEST_WORDS = 3  # after an "and", that say something of their own


# -- words beside the facts ------------------------------------------------------------------------


def asides(said: Said) -> Iterator[str]:
    """Clauses that no cited fact has a part in: "..., and you seemed happy"."""
    spoken, relations = said.language, said.language.relations
    patterns = (
        *(spoken.subjects[fact.topic] for fact in said.facts),
        spoken.subjects["quality"],
        *(spoken.names[base(fact)] for fact in said.facts if base(fact) in spoken.names),
        relations.usual,
        relations.reference,
        relations.up,
        relations.down,
        relations.same,
        relations.moved,
        relations.neutral,
        relations.meets,
        spoken.unknown,
    )
    for at, clause in enumerate(said.clauses):
        words = said.text[clause.start : clause.end].strip()
        joint = said.text[said.clauses[at - 1].end : clause.start] if at else ""
        states = (
            spoken.personal.search(words)
            or spoken.tells.search(words)
            or (any(map(str.isalpha, joint)) and len(words.split()) >= _FEWEST_WORDS)
        )
        dated = any(clause.start <= each.start < clause.end for each in said.days)
        brief = len(words.split()) < _FEWEST_WORDS  # "for you,"
        if not states or brief or said.inside(clause) or dated:
            continue
        if not any(pattern.search(words) for pattern in patterns):
            yield words


# -- words for a level -----------------------------------------------------------------------------


def qualities(said: Said) -> Iterator[str]:
    """Every "steady" of what varies a lot, every "strong" of what is weak."""
    if said.advice:
        return
    for stated in said.cited:
        fact = stated.fact
        patterns = said.language.qualities.get(base(fact))
        if fact.kind not in LEVELS or fact.value is None or not patterns:
            continue
        small, large = patterns
        wrong = small if fact.value > _MIDDLE[base(fact)] else large
        for match in wrong.finditer(said.text):
            start = said.clauses[said.clause(match.start())].start
            if not said.language.relations.denied.search(said.text, start, match.start()):
                yield f"{match.group()!r} in {said.sentence.text!r} is no word for it; {told(said)}"


# -- dates -----------------------------------------------------------------------------------------


def dates(said: Said) -> Iterator[str]:
    """Every date that no cited fact has, and every claim about a single day."""
    known = [day for stated in said.cited for day in stated.days]
    for day in said.days:
        if not any(day.agrees(each) for each in known):
            written = said.text[day.start : day.end]
            yield f"{written!r} in {said.sentence.text!r} is no date of its facts; {told(said)}"
    kinds = {fact.kind for fact in said.facts}
    measured = "measure" in kinds and "shift" not in kinds
    if measured and len([day for day in said.days if day.day]) == 1 and said.quantities:
        yield f"{said.sentence.text!r} tells a week's value of a single day; {told(said)}"
    carried = " ".join(stated.carried for stated in said.cited)
    names = [said.language.names.get(base(fact)) for fact in said.facts]
    for match in said.language.times.finditer(said.text):
        words = match.group()
        if any(each.start <= match.start() < match.end() <= each.end for each in said.quantities):
            continue  # "3:40 in the morning"
        vouched = words in carried or any(name and name.fullmatch(words) for name in names)
        advised = said.advice and said.language.advised.search(words)
        if not vouched and not advised:
            yield f"{words!r} in {said.sentence.text!r} is in no fact that it cites"
