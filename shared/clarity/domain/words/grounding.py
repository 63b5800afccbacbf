"""Does a text say only what its facts carry? What cannot be verified is a problem.

The policy, which the tests refer to by its numbers:

1. Each sentence cites one to four facts that exist, and is about what they are about.
2. Each number (digits, words, durations, per cent, clock times) is the cited fact's value in the
   cited fact's unit, as rendered or rounded at its last written digit, never by more than 5 %.
3. "More than", "below", "at least", "or more" hold for the cited value itself.
4. No change over time, no named day, no best or worst night: no fact of one analysis carries them.
5. What is not known is said not to be known, and nothing else is.
6. No diagnosis, no disease, no medication or supplement, no verdict on health, no promise, no
   sending to a doctor (no fact gives reason for it yet), nothing that touches on a crisis: such a
   sentence is a `safety` problem.
7. Plain sentences of at most 300 characters: no links, no markup, in the text's own language.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from clarity.domain.words.facts import SLEEP_ESTIMATED
from clarity.domain.words.quantities import VAGUE_AMOUNTS, plain, quantities

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from clarity.domain.words.facts import Fact
    from clarity.domain.words.narrative import Narrative, Sentence
    from clarity.domain.words.quantities import Bound, Quantity

ProblemKind = Literal[
    "citation", "subject", "number", "direction", "time", "unknown", "safety", "form"
]

MOST_CITATIONS = 4
MOST_SENTENCES = 14
LONGEST_SENTENCE = 300
# Rounding that moves a value further than this is no rounding.
_MOST_ROUNDING = 0.05
_WHOLE_TEXT = -1


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one sentence may not reach the person.

    Attributes:
        kind: which rule of the policy; safe to log.
        sentence: its index, or -1 for the text as a whole.
        reason: for the repair round; quotes the sentence, so it must not be logged.
    """

    kind: ProblemKind
    sentence: int
    reason: str


def check(narrative: Narrative, facts: Sequence[Fact]) -> tuple[Problem, ...]:
    """Every problem of the text, in the order of its sentences; empty if it may be shown."""
    known = {fact.id: fact for fact in facts}
    found = list(_whole(narrative))
    for index, sentence in enumerate(narrative.sentences):
        cited = [known[name] for name in sentence.fact_ids if name in known]
        for kind, rule in _RULES.items():
            reasons = rule(sentence, cited)
            found += [Problem(kind, index, reason) for reason in reasons]
    return tuple(found)


def _whole(narrative: Narrative) -> Iterator[Problem]:
    if not any(sentence.kind == "summary" for sentence in narrative.sentences):
        yield Problem("form", _WHOLE_TEXT, "there is no summary")
    if len(narrative.sentences) > MOST_SENTENCES:
        yield Problem(
            "form",
            _WHOLE_TEXT,
            f"expected at most {MOST_SENTENCES} sentences, found {len(narrative.sentences)}",
        )
    repeated = Counter(plain(sentence.text) for sentence in narrative.sentences)
    if repeated and repeated.most_common(1)[0][1] > 1:
        yield Problem("form", _WHOLE_TEXT, "a sentence is there twice")


# -- 1. citations and subjects --------------------------------------------------------------------

_SUBJECTS: Mapping[str, re.Pattern[str]] = {
    "quality": re.compile(r"\b(wear|wore|worn|wearing|device|watch|phone|data|record\w*)\b"),
    "sleep": re.compile(
        r"\b(sleep\w*|slept|asleep|nights?|nightly|bed|bedtimes?|bedroom|awake|wak\w+|woke)\b"
    ),
    "rhythm": re.compile(r"\b(rhythms?|pattern|contrast|day and night)\b"),
    "activity": re.compile(r"\b(step|steps|walk\w*|activ\w+|mov\w+|exercis\w+)\b"),
    "heart": re.compile(r"\b(heart|pulse|beats?)\b"),
}


# Metrics of one topic and unit are told apart by name: 38 min awake are not 38 min of sleep.
_NAMES: Mapping[str, re.Pattern[str]] = {
    "wake_after_sleep_onset": re.compile(r"\b(awake|wak\w+|woke)\b"),
    "sleep_onset_variability": re.compile(
        r"\b(var(?:y|i)\w*|(?:ir)?regular\w*|steady|similar|bedtimes?|moved around|differ\w*)\b"
    ),
    "circadian_rhythm_strength": re.compile(r"\b(strength|strong\w*)\b"),
    "interdaily_stability": re.compile(r"\b(similar\w*|alike|stab\w+)\b"),
    "intradaily_variability": re.compile(r"\b(fragment\w*|variab\w+)\b"),
    "relative_amplitude": re.compile(r"\b(contrast|amplitude)\b"),
    "rest_activity_ratio": re.compile(r"\b(ratio|contrast)\b"),
    "activity_fragmentation": re.compile(r"\b(fragment\w*|broken|pauses?)\b"),
    "resting_heart_rate": re.compile(r"\b(rest|resting)\b"),
}


def _citation(sentence: Sentence, cited: list[Fact]) -> Iterator[str]:
    if not sentence.fact_ids:
        yield f"{sentence.text!r} cites no fact"
    if len(sentence.fact_ids) > MOST_CITATIONS:
        yield f"{sentence.text!r} cites more than {MOST_CITATIONS} facts"
    if len(cited) < len(sentence.fact_ids):
        yield f"{sentence.text!r} cites a fact that does not exist"


def _subject(sentence: Sentence, cited: list[Fact]) -> Iterator[str]:
    text = plain(sentence.text)
    for fact in cited:
        words = _SUBJECTS.get(fact.topic)
        about = bool(words.search(text)) if words else _shares_a_word(text, fact.label)
        if fact.metric in _NAMES and sentence.kind != "recommendation":
            about = about and bool(_NAMES[fact.metric].search(text))
        if not about:
            yield f"{sentence.text!r} cites {fact.id} but is not about {fact.label}"


def _shares_a_word(text: str, label: str) -> bool:
    return bool(set(re.findall(r"[a-z]{4,}", text)) & set(re.findall(r"[a-z]{4,}", plain(label))))


# -- 2. and 3. numbers and comparisons -------------------------------------------------------------

_DIMENSIONS: Mapping[str, str] = {
    "min": "duration",
    "%": "percent",
    "steps/day": "steps",
    "steps/min": "steps",
    "beats/min": "pulse",
    "days": "days",
    "ms": "milliseconds",
    "": "",
}
_HOLDS: Mapping[Bound, Callable[[float, float], bool]] = {
    "above": lambda value, limit: value > limit,
    "at_least": lambda value, limit: value >= limit,
    "below": lambda value, limit: value < limit,
    "at_most": lambda value, limit: value <= limit,
}


def _number(sentence: Sentence, cited: list[Fact]) -> Iterator[str]:
    # A stated number carries one number of the sentence: "84 %" is not 84 min somewhere else too.
    stated = [(fact, quantity) for fact in cited for quantity in _stated(fact)]
    for quantity in quantities(sentence.text):
        carrier = next((each for each in stated if _carries(*each, quantity)), None)
        if carrier:
            stated.remove(carrier)
        else:
            written = plain(sentence.text)[quantity.start : quantity.end]
            yield f"{written!r} in {sentence.text!r} is not in the facts that it cites"
    for vague in VAGUE_AMOUNTS.findall(plain(sentence.text)):
        yield f"{vague!r} in {sentence.text!r} is an amount that no fact states"


def _stated(fact: Fact) -> tuple[Quantity, ...]:
    return (*quantities(fact.text), *quantities(fact.label))


def _carries(fact: Fact, stated: Quantity, quantity: Quantity) -> bool:
    """Whether the fact states this number, as it is rendered or as a rounding of its value."""
    if _same(quantity, stated.value, 0.0, stated.dimension):
        return quantity.whole in {None, stated.whole}
    dimension = _DIMENSIONS.get(fact.unit)
    if fact.value is None or dimension is None or quantity.whole is not None:
        return False
    tolerance = min(quantity.step / 2, _MOST_ROUNDING * abs(fact.value))
    return _same(quantity, fact.value, tolerance, dimension)


def _same(quantity: Quantity, value: float, tolerance: float, dimension: str) -> bool:
    near = abs(quantity.value - value) <= tolerance + 1e-9
    return quantity.dimension == dimension and near


def _direction(sentence: Sentence, cited: list[Fact]) -> Iterator[str]:
    for quantity in quantities(sentence.text):
        if quantity.bound is None or _quotes_a_reference(quantity, sentence, cited):
            continue
        holds = _HOLDS[quantity.bound]
        values = _measured(cited, quantity.dimension)
        if not any(holds(value, quantity.value) for value in values):
            yield f"the comparison in {sentence.text!r} does not hold for the facts that it cites"
    if (match := _MEETS.search(plain(sentence.text))) and not _met(cited) ^ bool(match["not"]):
        yield f"{match.group()!r} in {sentence.text!r} does not hold for the facts that it cites"


_ADVISED = re.compile(r"^(?:(?!\bas\b)[\w% ]){0,40}\b(?:recommended|suggested|advised)\b")


def _quotes_a_reference(quantity: Quantity, sentence: Sentence, cited: list[Fact]) -> bool:
    """Whether it is "7 h or more a night recommended ...": the bound is not the person's then."""
    return bool(_ADVISED.search(plain(sentence.text)[quantity.end :])) and any(
        other.bound == quantity.bound and _same(quantity, other.value, 0.0, other.dimension)
        for fact in cited
        if fact.status == "reference"
        for other in quantities(fact.text)
    )


def _measured(cited: list[Fact], dimension: str) -> list[float]:
    return [
        fact.value
        for fact in cited
        if fact.status == "ok"
        and fact.value is not None
        and _DIMENSIONS.get(fact.unit) == dimension
    ]


# References are lower bounds so far ("7 h or more"): to meet one is to reach it, as rendered.
_MEETS = re.compile(
    r"\b(?P<not>not )?(?:meets?|met|reach(?:es|ed)?|within|in line with|matche?[sd]?)\b"
)


def _met(cited: list[Fact]) -> bool:
    values = {fact.metric: fact.value for fact in cited if fact.value is not None}
    pairs = [
        (values[name.removesuffix(".reference")], value)
        for name, value in values.items()
        if name.endswith(".reference") and name.removesuffix(".reference") in values
    ]
    return bool(pairs) and all(round(value) >= reference for value, reference in pairs)


# -- 4. time --------------------------------------------------------------------------------------

_TIME = re.compile(
    r"\b(increas(?:ed|ing)|decreas(?:ed|ing)|improv(?:ed|ing)|worsen(?:ed|ing)|declin(?:ed|ing)|"
    r"(?:fell|fallen|falling)(?! asleep)|rose|risen|rising|dropp(?:ed|ing)|climb(?:ed|ing)|grew|"
    r"(?:up|down) from|trend\w*|(?:last|previous|past|earlier) (?:week|month|year|night)s?|"
    r"than (?:before|usual)|g[eo]t(?:ten|ting)? (?:better|worse)|better|worse|yesterday|today|"
    r"mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|"
    r"january|february|april|june|july|august|september|october|november|december|"
    r"best|worst|highest|lowest|longest|shortest)\b"
)


def _time(sentence: Sentence, cited: list[Fact]) -> Iterator[str]:
    carried = " ".join(plain(f"{fact.label} {fact.text}") for fact in cited)
    for words in _TIME.findall(plain(sentence.text)):
        if words not in carried:
            yield f"{words!r} in {sentence.text!r} is in no fact that it cites"


# -- 5. what is not known -------------------------------------------------------------------------

_UNKNOWN = re.compile(
    r"\b(?:not (?:enough|known|measured|recorded|available|possible|clear)|too (?:little|few)|"
    r"unknown|no data|(?:could|can) ?not|can't|couldn't|(?:unable|impossible) to|missing)\b"
)


def _unknown(sentence: Sentence, cited: list[Fact]) -> Iterator[str]:
    says_so = bool(_UNKNOWN.search(plain(sentence.text)))
    if says_so and all(fact.status in {"ok", "reference"} for fact in cited):
        yield f"{sentence.text!r} calls something unknown that is known"
    if "estimate" in plain(sentence.text) and all(fact.note != SLEEP_ESTIMATED for fact in cited):
        yield f"{sentence.text!r} calls something estimated that is not"
    lacking = [fact for fact in cited if fact.value is None]
    if lacking and not says_so and sentence.kind != "recommendation":
        label = lacking[0].label
        yield f"{sentence.text!r} rests on {label}, which is not known, without saying so"


# -- 6. safety ------------------------------------------------------------------------------------

_BANNED = re.compile(
    r"\b(diagnos\w*|disorders?|diseases?|syndromes?|illness\w*|symptoms?|patholog\w*|clinical\w*|"
    r"insomni\w*|apn(?:o)?ea|narcolep\w*|depress\w*|anxi(?:ety|ous)|bipolar|mani(?:a|c)|psycho\w*|"
    r"schizo\w*|adhd|autis\w*|ptsd|dementia|alzheimer\w*|parkinson\w*|diabet\w*|hypertensi\w*|"
    r"arrhythmi\w*|fibrillation|tachycardi\w*|bradycardi\w*|stroke|cancer\w*|an(?:a)?emi\w*|obes\w*|"
    r"overweight|anorexi\w*|bulimi\w*|infect\w*|covid|thyroid|suffer(?:ing|s)? from|"
    r"medicat\w*|medicines?|drugs?|pills?|tablets?|doses?|dosage|mg|milligrams?|prescri\w*|"
    r"melatonin|sedativ\w*|antidepress\w*|ssris?|benzodiazepin\w*|zolpidem|ambien|supplements?|"
    r"magnesium|cbd|ibuprofen|aspirin|beta.?blockers?|statins?|"
    r"(?:un)?health(?:y|ier|iest)|(?:ab)?normal(?:ly)?|guarante\w*|definitely|certainly|"
    r"undoubtedly|doctors?|physicians?|therap\w*|hospitals?|emergenc\w*|"
    r"depriv\w*|severe\w*|alarming\w*|concerning|worrying|poor(?:ly)?|bad(?:ly)?|"
    r"(?:too|very|unusually|dangerously) (?:high|low|short|long|much)|"
    r"proves?|proven|cures?|cured|heal(?:s|ed)?|nothing to worry|no (?:need|reason) to "
    r"worry|perfect(?:ly)?|risks?|dangerous\w*|life.threatening|fatal|"
    r"calor\w*|weight|diet\w*|fasting|suicid\w*|self.harm\w*|kill\w*|die|dying|death|overdos\w*)\b"
)


def _safety(sentence: Sentence, _: list[Fact]) -> Iterator[str]:
    for word in sorted(set(_BANNED.findall(plain(sentence.text)))):
        yield f"{word!r} in {sentence.text!r} is not for this text to say"


# -- 7. form --------------------------------------------------------------------------------------

# Control and format characters, surrogates, private use, line and paragraph separators.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKUP = re.compile(r"https?:|www\.|[a-z]\.[a-z]{2,}|[<>{}\[\]`*_#|\\@]|\n|\t")
_ENGLISH = re.compile(
    r"\b(?:the|you|your|of|to|were|are|is|it|for|and|there|this|that|may|can|with)\b"
)


def _form(sentence: Sentence, _: list[Fact]) -> Iterator[str]:
    text = sentence.text
    if not text.strip():
        yield "a sentence is empty"
        return
    if len(text) > LONGEST_SENTENCE:
        yield f"expected at most {LONGEST_SENTENCE} characters, found {len(text)}"
    if _MARKUP.search(text) or any(unicodedata.category(char) in _INVISIBLE for char in text):
        yield f"{text!r:.80} holds markup, a link or a control character"
    # Look-alike letters and other scripts' digits would pass the other rules unread.
    foreign = any(char.isalnum() and not char.isascii() for char in plain(text))
    if foreign or not _ENGLISH.search(plain(text)):
        yield f"{text!r:.80} is not English"


_RULES: Mapping[ProblemKind, Callable[[Sentence, list[Fact]], Iterator[str]]] = {
    "citation": _citation,
    "subject": _subject,
    "number": _number,
    "direction": _direction,
    "time": _time,
    "unknown": _unknown,
    "safety": _safety,
    "form": _form,
}
