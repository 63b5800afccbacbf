"""The facts in words without a language model: what is worth telling, in which order and words.

A text in its own right: no number that is not a fact, no diagnosis, no verdict on health, and what
is not known is said. It is used without a model, when the budget is spent, and whenever the model's
text is held back. A week that changed leads with its change; one that did not is short.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Final

from clarity.domain.words.facts import facts_digest
from clarity.domain.words.measured import measured, unknowns
from clarity.domain.words.narrative import Narrative, Sentence
from clarity.domain.words.over_time import changes, headline, weeks
from clarity.domain.words.plans import MUST, Plan, Told
from clarity.domain.words.suggestions import suggestions
from clarity.domain.words.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from clarity.domain.person import Language, Level
    from clarity.domain.words.facts import Fact
    from clarity.domain.words.wording import Wording

_VARIANTS: Final = 3
_MOST: Final[Mapping[Level, int]] = {"plain": 8, "detailed": 13}
_MOST_CALM: Final[Mapping[Level, int]] = {"plain": 6, "detailed": 9}
_WEEKS_ON_TOP: Final = 2
_AS_USUAL: Final = frozenset({"calm", "same"})
_MOVED: Final = frozenset({"trend", "shift"})
_FIRST_IMPRESSION_DAYS: Final = 5
_FIRST_IMPRESSION_WEEKS: Final = 3
# Topics that a kind of insight does not speak of, whatever the facts hold.
_LEFT_OUT: Final[Mapping[str, frozenset[str]]] = {
    "sleep": frozenset({"activity", "heart"}),
    "activity": frozenset({"sleep"}),
}


def narrate(
    facts: Sequence[Fact],
    *,
    language: Language,
    level: Level,
    insight_type: str = "general",
) -> Narrative:
    """The facts in words, the same words for the same facts.

    Args:
        facts: what may be said.
        language: of the text.
        level: "plain" has short everyday sentences and no indices.
        insight_type: sleep and activity leave the other out.
    """
    words = wording(language, level)
    left_out = _LEFT_OUT.get(insight_type, frozenset())
    told = Told([fact for fact in facts if fact.topic not in left_out], words, insight_type)
    plans = list(_plans(told))
    kept = _shortened(plans, _most(told, plans))
    sentences = tuple(_written(kept, words, facts_digest(facts)))
    return Narrative(sentences, source="template", language=language, level=level)


def _plans(told: Told) -> Iterator[Plan]:
    yield from _opening(told)
    yield from weeks(told)
    yield from headline(told)
    yield from measured(told, "summary")
    yield from unknowns(told)
    yield from changes(told)
    yield from measured(told, "insight")
    yield from suggestions(told)


def _opening(told: Told) -> Iterator[Plan]:
    if (weeks_counted := told.known("weeks_counted")) is not None:
        said = {"weeks": weeks_counted.text}
        few = 0 < (told.value("weeks_counted") or 0.0) < _FIRST_IMPRESSION_WEEKS
        # In plain words the second says all that the first does.
        if told.level == "detailed" or not few:
            yield Plan("summary", MUST, "open-weeks", (weeks_counted,), said)
        if few:
            yield Plan("summary", MUST, "few-weeks", (weeks_counted,), said)
        return
    days, window = told.known("valid_days"), told.known("window")
    if days is None:
        return
    said = {"days": days.text}
    if window is None:
        yield Plan("summary", MUST, "open-week-undated", (days,), said)
    else:
        dated = said | {"dates": window.text}
        cited = (window,) if told.level == "plain" else (window, days)
        yield Plan("summary", MUST, "open-week", cited, dated)
    if 0 < (told.value("valid_days") or 0.0) < _FIRST_IMPRESSION_DAYS:
        yield Plan("summary", MUST, "few-days", (days,), said)
    elif window is not None and told.level == "plain" and days.value != window.value:
        yield Plan("summary", MUST, "counted-days", (days,), said)


def _most(told: Told, plans: Sequence[Plan]) -> int:
    """How long the text may be: a week as usual has little to tell."""
    summary = {plan.message for plan in plans if plan.kind == "summary"}
    calm = bool(summary & _AS_USUAL) and not summary & _MOVED
    more = _WEEKS_ON_TOP if told.several_weeks else 0
    return min(_MOST_CALM[told.level] + more, _MOST[told.level]) if calm else _MOST[told.level]


def _shortened(plans: Sequence[Plan], most: int) -> Iterable[Plan]:
    """At most so many, in their order: of what weighs least, the last go first."""
    ranked = sorted(range(len(plans)), key=lambda at: (plans[at].weight, at))
    return (plans[at] for at in sorted(ranked[:most]))


def _written(plans: Iterable[Plan], words: Wording, digest: str) -> Iterator[Sentence]:
    """The plans in words: which of several phrasings, the facts say, and no two in a row alike."""
    said: Counter[str] = Counter()
    for plan in plans:
        seed = hashlib.sha256(f"{digest} {plan.message}".encode()).digest()
        variant = (int.from_bytes(seed[:4]) + said[plan.message]) % _VARIANTS
        said[plan.message] += 1
        text = words.say(plan.message, variant=variant, **plan.arguments)
        yield Sentence(text, tuple(fact.id for fact in plan.facts), plan.kind)
