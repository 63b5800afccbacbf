"""Does a text say only what its facts carry? What cannot be verified is a problem.

POLICY.md, beside this file, says what may reach a person; the rules here hold its numbers 1 to 10.
The engine knows no language: `clarity.domain.words.languages` does.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from clarity.domain.words import claims, comparisons, remarks
from clarity.domain.words.claims import is_unknown
from clarity.domain.words.facts import SLEEP_ESTIMATED
from clarity.domain.words.languages import language
from clarity.domain.words.quantities import plain
from clarity.domain.words.safety import concern
from clarity.domain.words.said import Said, Stated, base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from clarity.domain.words.facts import Fact
    from clarity.domain.words.languages.language import Language
    from clarity.domain.words.narrative import Narrative, Sentence

ProblemKind = Literal[
    "citation",
    "subject",
    "number",
    "direction",
    "time",
    "unknown",
    "cause",
    "verdict",
    "safety",
    "advice",
    "word",
    "form",
]

MOST_CITATIONS = 4
MOST_SENTENCES = 14
LONGEST_SENTENCE = 300
_WHOLE_TEXT = -1
_SHOUTED = 12  # letters: fewer may be an abbreviation


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one sentence may not reach the person.

    Attributes:
        kind: which sort of rule it breaks; safe to log.
        sentence: its index, or -1 for the text as a whole.
        reason: for the repair round; quotes the sentence and its facts, so it must not be logged.
    """

    kind: ProblemKind
    sentence: int
    reason: str


def check(narrative: Narrative, facts: Sequence[Fact]) -> tuple[Problem, ...]:
    """Every problem of the text, in the order of its sentences; empty if it may be shown.

    Raises:
        ValueError: a language that nothing is written in.
    """
    spoken = language(narrative.language)
    known: dict[str, Stated] = {}
    by_id = {fact.id: fact for fact in facts}
    found = list(_whole(narrative))
    for index, sentence in enumerate(narrative.sentences):
        for name in sentence.fact_ids:
            if name in by_id and name not in known:
                known[name] = Stated.of(by_id[name], spoken)
        problems = _of(sentence, spoken, known, facts)
        found += [Problem(kind, index, reason) for kind, reason in problems]
    return tuple(found)


def _of(
    sentence: Sentence, spoken: Language, known: Mapping[str, Stated], facts: Sequence[Fact]
) -> Iterator[tuple[ProblemKind, str]]:
    shape = list(_form(sentence, spoken))
    yield from (("form", reason) for reason in shape)
    if len(sentence.text) > LONGEST_SENTENCE:
        return  # what is too long to be shown is not worth reading
    cited = [known[name] for name in dict.fromkeys(sentence.fact_ids) if name in known]
    said = Said.of(sentence, spoken, cited, facts)
    found = [(kind, reason) for kind, rule in _RULES for reason in rule(said)]
    yield from found
    # It says of what is held back whether it must be reviewed; slower than all the rules together.
    if (found or shape) and concern(sentence.text) is not None:
        yield "safety", f"{sentence.text!r} touches on a crisis"


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


# -- citations and subjects ------------------------------------------------------------------------


def _citation(said: Said) -> Iterator[str]:
    ids = said.sentence.fact_ids
    text = said.sentence.text
    if not ids:
        yield f"{text!r} cites no fact"
    if len(ids) > MOST_CITATIONS:
        yield f"{text!r} cites more than {MOST_CITATIONS} facts"
    if len(said.cited) < len(set(ids)):
        yield f"{text!r} cites a fact that does not exist"


def _subject(said: Said) -> Iterator[str]:
    text, spoken = said.text, said.language
    for fact in said.facts:
        named = spoken.names.get(base(fact))
        dated = base(fact) == "window" and bool(said.days)
        about = dated or bool(spoken.subjects[fact.topic].search(text))
        if named and not said.advice and fact.topic != "quality":
            about = about and bool(named.search(text))
        if not about:
            yield f"{said.sentence.text!r} cites {fact.id} but is not about {fact.label!r}"
    if said.advice or (_is_estimated(said) and spoken.estimated.search(text)):
        return
    topics = {fact.topic for fact in said.facts}
    for topic, words in spoken.claims.items():
        found = words.search(text)
        if found and topics and not topics & {topic, "rhythm"}:
            yield f"{said.sentence.text!r} says {found.group()!r} and cites nothing about {topic}"
    yield from (
        f"{words!r} in {said.sentence.text!r} is about nothing that it cites"
        for words in remarks.asides(said)
    )
    only_published = {fact.kind for fact in said.facts} == {"reference"}
    if only_published and spoken.personal.search(text):
        yield f"{said.sentence.text!r} is about the reader and cites only a published value"


# -- what is not known -----------------------------------------------------------------------------


def _unknown(said: Said) -> Iterator[str]:
    spoken, text, facts = said.language, said.text, said.facts
    scarce, deaf = bool(spoken.too_little.search(text)), bool(spoken.cannot_tell.search(text))
    says_so = scarce or deaf or bool(spoken.unknown.search(text))
    lacking = [fact for fact in facts if is_unknown(fact)]
    estimated = bool(spoken.estimated.search(text))
    excused = lacking or (_is_estimated(said) and estimated)
    counted = said.advice or any(fact.topic == "quality" for fact in facts)
    if not excused and (deaf or (says_so and not counted)):
        yield f"{said.sentence.text!r} calls something unknown that is known"
    if estimated and not _is_estimated(said):
        yield f"{said.sentence.text!r} calls something estimated that is not"
    if said.advice or not lacking:
        return
    if not says_so:
        yield f"{said.sentence.text!r} does not say that {lacking[0].label!r} is not known"
    states = {fact.status for fact in lacking}
    if scarce and states == {"not_applicable"}:
        yield f"{said.sentence.text!r} speaks of too little data; the device cannot tell it"
    if deaf and not scarce and states == {"insufficient"}:
        yield f"{said.sentence.text!r} says that the device cannot tell; there is too little data"


def _is_estimated(said: Said) -> bool:
    return any(fact.note == SLEEP_ESTIMATED for fact in said.facts)


# -- safety ----------------------------------------------------------------------------------------


def _cause(said: Said) -> Iterator[str]:
    spoken = said.language
    # Why something is not known, or only estimated, is a fact of its own.
    if all(fact.topic == "quality" for fact in said.facts):
        return
    if any(is_unknown(fact) for fact in said.facts) and spoken.unknown.search(said.text):
        return
    if _is_estimated(said) and spoken.estimated.search(said.text):
        return
    text = said.language.relations.neutral.sub(" ", said.text)
    for match in said.language.causes.finditer(text):
        yield f"{match.group()!r} in {said.sentence.text!r} tells why; no fact does"


def _verdict(said: Said) -> Iterator[str]:
    text = said.language.too_little.sub(" ", said.text)
    if said.advice:
        text = said.language.kind.sub(" ", text)
    for match in said.language.judging.finditer(text):
        yield f"{match.group()!r} in {said.sentence.text!r} judges; no fact does"


def _safety(said: Said) -> Iterator[str]:
    spoken, text, words = said.language, said.text, said.words
    quoted = said.sentence.text
    if any(fact.professional for fact in said.facts):
        text = spoken.professional.phrases.sub(" ", text)
        words = tuple(word for word in words if word in text)
    else:
        for word in spoken.professional.found(text, words):
            yield f"{word!r} in {quoted!r} sends to someone, for which no fact gives reason"
    for unwanted in (spoken.unsafe, spoken.injected):
        for word in unwanted.found(text, words):
            yield f"{word!r} in {quoted!r} is not for this text to say"


def _advice(said: Said) -> Iterator[str]:
    offered = said.language.offers.search(said.text)
    if said.advice and not offered and not any(fact.professional for fact in said.facts):
        yield f"{said.sentence.text!r} suggests something else than bed times, rest, calm or a walk"


def _word(said: Said) -> Iterator[str]:
    spoken = said.language
    vouched = {word for stated in said.cited for word in stated.carried.split()}
    listed = {*spoken.professional.found(said.text, said.words)}
    listed |= {word for phrase in listed for word in phrase.split()}
    for word in dict.fromkeys(said.words):
        read = word in spoken.numbers.units or word in vouched or word in listed
        if not read and not spoken.knows(word):
            yield f"{word!r} in {said.sentence.text!r} is no everyday word; say it more plainly"
        elif not read and not said.advice and not spoken.states(word):
            yield f"{word!r} in {said.sentence.text!r} is no word for what was measured"


# -- form ------------------------------------------------------------------------------------------

_MARKUP = re.compile(
    r"^\s*(?:[-+~/%&\u2022\u2013\u2014]|\(?\d{1,2}[.)]\s)|https?:|www\.|[^\W\d_]\.[^\W\d_]{2,}|[<>{}\[\]`*_#|\\@=^$]|\n|\t|\.{4,}"
)
_MARKS = frozenset(
    " .,;:!?'\"()%&+/~-\u00a0\u2009\u202f\u2010\u2011\u2012\u2013\u2014\u2212\u2018"
    "\u2019\u201c\u201d\u201e\u2026\u00bd\u00bc\u00be"
)


def _form(sentence: Sentence, spoken: Language) -> Iterator[str]:
    text = unicodedata.normalize("NFC", sentence.text)
    if not text.strip():
        yield "a sentence is empty"
        return
    if len(text) > LONGEST_SENTENCE:
        yield f"expected at most {LONGEST_SENTENCE} characters, found {len(text)}"
    letters = [char for char in text if char.isalpha()]
    if set(text) & {"!", "\u00a1"} or (len(letters) > _SHOUTED and all(map(str.isupper, letters))):
        yield f"{text!r:.80} shouts"
    if "?" in text and sentence.kind != "recommendation":
        yield f"{text!r:.80} asks; a summary and an insight tell"
    if _MARKUP.search(text):
        yield f"{text!r:.80} holds markup or a link"
    # Look-alike letters, other scripts' digits, pictures and what cannot be seen.
    foreign = sorted({char for char in text if not _is_plain(char, spoken)})
    if foreign:
        yield f"{text!r:.80} holds characters that the language does not use: {foreign[:5]!a}"
    if not spoken.telling.search(spoken.respell(plain(text))):
        yield f"{text!r:.80} is not in the language asked for ({spoken.code})"


def _is_plain(char: str, spoken: Language) -> bool:
    if char.isascii() and char.isalnum():
        return True
    return char in _MARKS or char in spoken.marks or char.lower() in spoken.letters


_RULES: Sequence[tuple[ProblemKind, Callable[[Said], Iterator[str]]]] = (
    ("citation", _citation),
    ("subject", _subject),
    ("number", claims.numbers),
    ("direction", comparisons.comparisons),
    ("direction", comparisons.directions),
    ("direction", comparisons.references),
    ("direction", remarks.qualities),
    ("time", remarks.dates),
    ("unknown", _unknown),
    ("cause", _cause),
    ("verdict", _verdict),
    ("safety", _safety),
    ("advice", _advice),
    ("word", _word),
)
