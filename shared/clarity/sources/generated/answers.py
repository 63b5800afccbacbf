"""What an honest language model writes for a task: true sentences in many words.

True by construction: each sentence is a phrase of a bank, filled with the numbers that stand in the
texts of the facts that it cites.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.sources.generated import answers_numbers
from clarity.sources.generated.answers_english import ENGLISH
from clarity.sources.generated.answers_facts import Seen, is_lower_bound, misses_reference
from clarity.sources.generated.answers_german import GERMAN
from clarity.sources.generated.answers_spanish import SPANISH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from clarity.sources.generated.answers_bank import Bank, Phrases
    from clarity.sources.generated.answers_facts import Task

# Which of so many: the first of all for a plain answer, else by a seed.
Pick = Callable[[int], int]

BANKS: Final[Mapping[str, Bank]] = {"en": ENGLISH, "de": GERMAN, "es": SPANISH}
UNKNOWN: Final = frozenset({"insufficient", "not_applicable"})
_INDICES: Final = frozenset(
    {
        "circadian_rhythm_strength",
        "interdaily_stability",
        "intradaily_variability",
        "relative_amplitude",
        "activity_fragmentation",
        "rest_activity_ratio",
        "sleep_regularity_index",
        "m10",
        "l5",
    }
)
_A_TIME: Final = "sleep_midpoint"  # it neither rises nor falls
_DATIVE: Final = re.compile(r"\b(?:bei|von|mit|in) \{[xy]\}")  # German
_PLAIN_WORDS: Final = 14
_MOST_SUMMARY, _MOST_INSIGHTS, _MOST_ADVICE = 4, 4, 3
_LATE_MINUTES: Final = 60.0
_FEW_STEPS: Final = 5000.0
_FULL: Final = 80.0
_HELD_BACK: Final = 3  # every third phrase of the banks is not shown to whoever mends the check


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of an answer, and what its author knows of it.

    Attributes:
        text: As the model writes it.
        kind: summary, insight or recommendation.
        fact_ids: What it cites.
        phrase: The phrase of the bank that it was made from.
        bad: What is wrong with it; empty if it is true.
    """

    text: str
    kind: str
    fact_ids: tuple[str, ...]
    phrase: str
    bad: str = ""

    @property
    def held_back(self) -> bool:
        """Whether its phrase is one that is measured and never listed."""
        return held_back(self.phrase)


def held_back(phrase: str) -> bool:
    """Whether this phrase belongs to the third that is never listed."""
    return zlib.crc32(phrase.encode()) % _HELD_BACK == 0


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence, without capital and full stop."""

    text: str
    facts: tuple[Seen, ...]
    phrase: str


def picker(seed: int) -> Pick:
    """A choice that the seed makes, the same each time."""
    rng = np.random.default_rng(seed)
    return lambda count: int(rng.integers(count))


def first(_: int) -> int:
    """The first of all, always."""
    return 0


def honest(task: Task, pick: Pick) -> tuple[Line, ...]:
    """A true answer: how much data, what the facts show, what may be tried."""
    told = [fact for fact in task.facts if _is_told(fact, task)]
    quality = [fact for fact in told if fact.kind == "quality"]
    measures = [fact for fact in told if fact.kind == "measure"]
    others = [fact for fact in told if fact.kind not in {"quality", "measure"}]
    opening = _some(quality, 1, pick)
    others += [fact for fact in quality if fact not in opening]
    plan = [
        *(("summary", fact) for fact in opening),
        *(("summary", fact) for fact in _some(measures, _MOST_SUMMARY - 1, pick)),
        *(("insight", fact) for fact in _some(others, _MOST_INSIGHTS, pick)),
    ]
    written = [
        Line(sentence(clause.text), kind, _ids(clause), clause.phrase)
        for kind, fact in plan
        if (clause := clause_of(task, fact, pick))
    ]
    joined = _joined(task, written, measures, pick)
    return (*joined, *_advice(task, pick))


def every_line(task: Task, pick: Pick) -> Iterator[Line]:
    """Each phrase that the facts allow, as a sentence of its own."""
    for fact in task.facts:
        if _is_told(fact, task):
            for phrase in _phrases(task, fact):
                if clause := _filled(task, fact, phrase, pick):
                    kind = "summary" if fact.kind in {"quality", "measure"} else "insight"
                    yield Line(sentence(clause.text), kind, _ids(clause), phrase)
    for reason, fact in _reasons(task):
        for phrase in _fitting(BANKS[task.language].advice[reason], task.level):
            yield Line(sentence(phrase), "recommendation", (fact.id,), phrase)


def clause_of(task: Task, fact: Seen, pick: Pick) -> Clause | None:
    """The fact in one of the bank's phrases; None where none fits."""
    phrases = _phrases(task, fact)
    if not phrases:
        return None
    return _filled(task, fact, phrases[pick(len(phrases))], pick)


def sentence(clause: str) -> str:
    """With a capital and a full stop."""
    return clause[0].upper() + clause[1:] + "."


def _some(facts: Sequence[Seen], most: int, pick: Pick) -> list[Seen]:
    """A few of them, in their order."""
    left = list(range(len(facts)))
    chosen = sorted(left.pop(pick(len(left))) for _ in range(min(most, len(facts))))
    return [facts[at] for at in chosen]


def _is_told(fact: Seen, task: Task) -> bool:
    return not (task.level == "plain" and fact.metric in _INDICES)


def _phrases(task: Task, fact: Seen) -> Phrases:
    """What the bank has for this fact at this reading level."""
    bank = BANKS[task.language]
    if fact.kind == "reference":
        found = _against(task, fact, bank)
    elif fact.status in UNKNOWN:
        known = fact.metric in bank.nouns
        found = () if not known else (bank.unknown, bank.unable)[fact.status == "not_applicable"]
    elif fact.kind == "quality":
        found = _of_quality(fact, bank)
    elif fact.kind == "measure":
        found = bank.measure[fact.metric] if _has_words(fact, bank) else bank.measure[""]
    else:
        found = _over_time(fact, bank)
    return _fitting(found, task.level)


def _fitting(phrases: Phrases, level: str) -> Phrases:
    short = tuple(phrase for phrase in phrases if len(phrase.split()) <= _PLAIN_WORDS)
    return short if level == "plain" else phrases


def _has_words(fact: Seen, bank: Bank) -> bool:
    return fact.metric in bank.measure and (len(fact.numbers) == 1 or fact.unit == "clock")


def _against(task: Task, fact: Seen, bank: Bank) -> Phrases:
    measure = task.known(fact.metric)
    if task.minor or measure is None or not fact.numbers or fact.metric not in bank.nouns:
        return ()
    side = bank.missed if misses_reference(measure, fact) else bank.met
    return side.get(fact.metric, side["least" if is_lower_bound(fact) else "most"])


def _of_quality(fact: Seen, bank: Bank) -> Phrases:
    phrases = {
        "valid_days": bank.days if len(fact.numbers) == 2 else (),  # noqa: PLR2004  6 of 7
        "coverage": bank.coverage,
        # One week is no plural.
        "weeks_counted": bank.weeks[: 1 if fact.numbers[:1] == (1.0,) else None],
        "window": bank.window,
    }
    return phrases.get(fact.metric, ())


def _over_time(fact: Seen, bank: Bank) -> Phrases:
    if fact.metric not in bank.nouns or (fact.kind == "trend" and fact.metric == _A_TIME):
        return ()
    numbered = len(fact.numbers) == 1
    match fact.kind, fact.direction:
        case "usual", _:
            return bank.usual if numbered else ()
        case "average", _:
            return bank.average if numbered else ()
        case "change" | "trend", 0:
            return bank.level if fact.kind == "change" else bank.steady
        case "change", _:
            return tuple(phrase for phrase in bank.change if numbered or "{x}" not in phrase)
        case "trend", way:
            phrases = bank.rise if way > 0 else bank.fall
            return tuple(phrase for phrase in phrases if numbered or "{x}" not in phrase)
        case "shift", _ if len(fact.numbers) == 2 and fact.day:  # noqa: PLR2004  from and to
            return bank.shift
    return ()


def _filled(task: Task, fact: Seen, phrase: str, pick: Pick) -> Clause | None:
    values = fill_values(task, fact, phrase, pick)
    text = re.sub(r"\{(\w+)\}", lambda match: values[match[1]], phrase)
    facts: tuple[Seen, ...] = (fact,)
    if fact.kind == "reference" and (measure := task.known(fact.metric)):
        facts = (measure, fact)
    return Clause(text, facts, phrase)


def fill_values(task: Task, fact: Seen, phrase: str, pick: Pick) -> dict[str, str]:
    """What stands for each name in a phrase on this fact."""
    bank, language = BANKS[task.language], task.language
    values = {"label": fact.label, "text": fact.text, "day": fact.day}
    if noun := bank.nouns.get(fact.metric):
        values |= {"name": noun.name, "more": noun.more if fact.direction > 0 else noun.less}
    if not fact.numbers:
        return values
    value, last = fact.numbers[0], fact.numbers[-1]
    words = answers_numbers.same(value, fact.unit, language)
    if fact.metric == "valid_days":
        days, of = int(value), int(last)
        counts = (str(days), str(of))
        spelled = tuple(answers_numbers.spelled(each, language) for each in (days, of))
        values |= dict(zip("xy", spelled if pick(2) else counts, strict=True))
    elif fact.kind == "reference":
        values["y"] = words[pick(2)]
    else:
        values["x"] = words[0 if fact.kind == "shift" else pick(len(words))]
        values["y"] = answers_numbers.same(last, fact.unit, language)[0]
    values["n"] = answers_numbers.bare(value, language)
    if language == "de" and _DATIVE.search(phrase):
        values |= {
            name: answers_numbers.dative(values[name]) for name in ("x", "y") if name in values
        }
    return values


def _ids(clause: Clause) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact.id for fact in clause.facts))


def _joined(task: Task, written: list[Line], measures: Sequence[Seen], pick: Pick) -> list[Line]:
    """Now and then two facts in one sentence, or an opening before the first."""
    bank = BANKS[task.language]
    if task.level == "plain":
        return written
    if len(measures) > 1 and pick(5) > 2:  # noqa: PLR2004  in two of five answers
        chosen = [clause_of(task, fact, pick) for fact in _some(measures, 2, pick)]
        clauses = [clause for clause in chosen if clause]
        joint = bank.joints[pick(len(bank.joints))]
        line = Line(
            sentence(joint.join(clause.text for clause in clauses)),
            "insight",
            tuple(dict.fromkeys(each for clause in clauses for each in _ids(clause))),
            joint.join(clause.phrase for clause in clauses),
        )
        written = [*written, line]
    if written and pick(4) > 2:  # noqa: PLR2004  in one of four answers
        opening, filler = written[0], bank.fillers[pick(len(bank.fillers))]
        text = filler + opening.text[0].lower() + opening.text[1:]
        written = [replace(opening, text=text[0].upper() + text[1:]), *written[1:]]
    return written


def _reasons(task: Task) -> Iterator[tuple[str, Seen]]:
    """What the facts give reason to try, and the fact that does."""
    sleep, wanted = task.known("total_sleep_time"), task.known("total_sleep_time", "reference")
    if sleep and wanted and misses_reference(sleep, wanted):
        yield "total_sleep_time", sleep
    limits = (
        ("sleep_onset_variability", "measure", _LATE_MINUTES, 1),
        ("wake_after_sleep_onset", "measure", _LATE_MINUTES, 1),
        ("daily_steps", "measure", _FEW_STEPS, -1),
        ("coverage", "quality", _FULL, -1),
    )
    for metric, kind, limit, side in limits:
        fact = task.known(metric, kind)
        if fact and (fact.numbers[0] - limit) * side > 0:
            yield metric, fact
    if days := task.known("valid_days", "quality"):
        yield "valid_days", days


def _advice(task: Task, pick: Pick) -> Iterator[Line]:
    reasons = list(_reasons(task))
    for _ in range(min(pick(_MOST_ADVICE + 1), len(reasons))):
        reason, fact = reasons.pop(pick(len(reasons)))
        phrases = _fitting(BANKS[task.language].advice[reason], task.level)
        if phrases:
            phrase = phrases[pick(len(phrases))]
            yield Line(sentence(phrase), "recommendation", (fact.id,), phrase)
