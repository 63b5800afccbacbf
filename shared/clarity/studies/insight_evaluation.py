"""How many bad sentences of a language model reach a person, and how many good ones do not.

The model is one that misbehaves in every way of `clarity.sources.generated.answers_bad`, behind the
real adapter over loopback HTTP, before the real step that tells. Who wrote a sentence says whether
it is bad; the check that is measured is never asked that.

Two measurements: whole answers, as the person would get them; and sentences one by one, since in an
answer that is held back for its first sentence a second one passes unseen.
"""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, cast

from clarity.adapters.gemini import Gemini
from clarity.adapters.prompt import task_text
from clarity.domain.events import JobMessage
from clarity.domain.job import Origin
from clarity.domain.words.grounding import check
from clarity.domain.words.narrative import Narrative, Sentence
from clarity.sources.generated import answers_wire
from clarity.sources.generated.answers import every_line, picker
from clarity.sources.generated.answers_bad import MIXED, every_bad_line
from clarity.sources.generated.answers_bad import MODES as DISHONEST
from clarity.sources.generated.answers_facts import read_task
from clarity.steps.breaker import Breaker
from clarity.steps.ports_words import Call, Task, Usage
from clarity.steps.tell import Asked, Tell
from clarity.studies.insight_server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from clarity.domain.words.narrative import SentenceKind
    from clarity.sources.generated.answers import Line
    from clarity.steps.ports import Records
    from clarity.steps.ports_words import Narrator
    from clarity.steps.tell import Told
    from clarity.studies.insight_cases import Case

# Modes in which nothing arrives that could be judged; each is tried on some cases only.
FAILING: Final = tuple(
    mode
    for mode in answers_wire.MODES
    if mode not in {*answers_wire.HONEST, *DISHONEST, MIXED, *answers_wire.SILENT}
)
SPEAKING: Final = (*answers_wire.HONEST, *DISHONEST, MIXED)
_FAILURES_EACH: Final = 6  # cases
_TIMEOUT_S: Final = 20.0
_SHORT_TIMEOUT_S: Final = 0.5
_PATIENCE: Final = timedelta(minutes=1)
_GOOD_EACH: Final = 10  # sentences of a case that are judged one by one
_BAD_EACH: Final = 1  # of each mode
_TURNS: Final = 3  # modes that a case meets as whole answers, besides the honest one


@dataclass(frozen=True, slots=True)
class Judged:
    """One sentence by itself: what its author says of it, and what the check did.

    Attributes:
        mode: In which it is bad, or "honest".
        language: Of the sentence.
        text: As it was written.
        facts: What it cites, as the model saw it.
        held_back: Whether its phrase is never listed.
        passed: Whether the check let it through.
        reasons: Why it did not.
    """

    mode: str
    language: str
    text: str
    facts: tuple[str, ...]
    held_back: bool
    passed: bool
    reasons: tuple[str, ...]

    @property
    def wrong(self) -> bool:
        """A bad one that passed, or a good one that did not."""
        return self.passed is (self.mode != HONEST)


@dataclass(frozen=True, slots=True)
class Answered:
    """One insight as the person would get it.

    Attributes:
        mode: How the model behaved.
        language: Of the insight.
        source: Who wrote it in the end.
        fallback: Why it was not the model; empty if it was.
        held: Whether it waits for review.
        reached: Bad sentences in it.
        misled: Whether the model had said anything bad at all.
        calls: Of the model.
        usage: What they cost.
        text: The insight.
    """

    mode: str
    language: str
    source: str
    fallback: str
    held: bool
    reached: tuple[str, ...]
    misled: bool
    calls: int
    usage: Usage
    text: str


HONEST: Final = "honest"


@dataclass(slots=True)
class Evaluation:
    """Everything that was measured."""

    cases: int = 0
    weeks: int = 0
    answered: list[Answered] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)

    @property
    def leaked(self) -> int:
        """Bad sentences that reached a person, in whole answers or by themselves."""
        reached = sum(len(each.reached) for each in self.answered)
        return reached + sum(each.wrong for each in self.judged if each.mode != HONEST)

    def to_document(self) -> dict[str, object]:
        """For a JSON file: the counts, and what went wrong, but for phrases never listed."""
        judged = Counter(
            (each.mode, each.language, each.held_back, each.wrong) for each in self.judged
        )
        return {
            "weeks": self.weeks,
            "insights": self.cases,
            "answers": [asdict(each) for each in self.answered],
            "judged": [
                dict(zip(("mode", "language", "held_back", "wrong", "count"), row, strict=True))
                for row in ((*key, count) for key, count in sorted(judged.items()))
            ],
            "wrong": [asdict(each) for each in self.judged if each.wrong and not each.held_back],
        }


def evaluate_insights(
    cases: Sequence[Case], modes: Sequence[str], done: Callable[[], None]
) -> Evaluation:
    """Tell every case, in these modes; calls `done` after each case."""
    evaluation = Evaluation(
        len(cases), len({(case.name, case.life, case.first_day) for case in cases})
    )
    with Server() as server:
        narrator = Gemini(
            "local", "misbehaving", endpoint=server.endpoint, timeout_s=_TIMEOUT_S, sleep=_no_wait
        )
        for number, case in enumerate(cases):
            evaluation.judged += _one_by_one(case, modes, number)
            for mode in _turns(modes, number):
                told = _tell(server, narrator, case, mode, number)
                evaluation.answered.append(told)
            done()
        # The library keeps one client a process: the impatient one comes last.
        hasty = Gemini(
            "local",
            "misbehaving",
            endpoint=server.endpoint,
            timeout_s=_SHORT_TIMEOUT_S,
            sleep=_no_wait,
        )
        for number, mode in enumerate(each for each in answers_wire.SILENT if each in modes):
            case = cases[number % len(cases)]
            evaluation.answered.append(_tell(server, hasty, case, mode, number))
    return evaluation


def ask(case: Case) -> Task:
    """The case as the step asks the model."""
    return Task(
        case.facts,
        case.insight_type,
        case.timeframe,
        case.asked.language,
        case.asked.level,
        case.asked.minor,
        (),
        _PATIENCE,
    )


def _no_wait(_: float) -> None:
    """Nobody recovers in between."""


def _turns(modes: Sequence[str], number: int) -> Iterator[str]:
    """The modes that this case meets: the honest one, the next of the speaking ones, a failure."""
    if HONEST in modes:
        yield HONEST
    speaking = [mode for mode in modes if mode in SPEAKING and mode != HONEST]
    for turn in range(min(_TURNS, len(speaking))):
        yield speaking[(number * _TURNS + turn) % len(speaking)]
    failing = [mode for mode in modes if mode in FAILING]
    if number < _FAILURES_EACH * len(failing):
        yield failing[number % len(failing)]


def _tell(server: Server, narrator: Narrator, case: Case, mode: str, number: int) -> Answered:
    """One case through the step, with a model that repairs every other time."""
    behaviour = server.behave(mode, repairs=bool(number % 2), seed=number)
    tell = Tell(
        narrator=narrator,
        # The step leaves audit records, and asks for nothing.
        records=cast("Records", _Unrecorded()),
        budgets=_Unlimited(),
        breaker=Breaker(2, _PATIENCE, _now),
        clock=_now,
        patience=_PATIENCE,
        time=_PATIENCE,
        retention=_PATIENCE,
    )
    message = JobMessage(Origin("somebody", "insight_requests", f"r{number}"), "normal")
    # Asked long ago: whatever is down is not waited for.
    at = _now() - 2 * _PATIENCE
    told = tell(Asked(message, case.facts, case.insight_type, case.timeframe, case.asked, (), at))
    # A sentence may be bad for what it cites alone, and true in the repair that cites it rightly.
    bad = {(line.text, line.fact_ids) for line in behaviour.lines if line.bad}
    return _answered(told, mode, case, bad, behaviour.calls)


def _answered(
    told: Told, mode: str, case: Case, bad: set[tuple[str, tuple[str, ...]]], calls: int
) -> Answered:
    sentences = told.narrative.sentences
    written = told.source == "gemini"
    return Answered(
        mode=mode,
        language=case.asked.language,
        source=told.source,
        fallback=told.fallback_reason or "",
        held=told.held is not None,
        reached=tuple(
            each.text for each in sentences if written and (each.text, each.fact_ids) in bad
        ),
        misled=bool(bad),
        calls=calls,
        usage=told.usage,
        text="\n".join(each.text for each in sentences),
    )


def _one_by_one(case: Case, modes: Sequence[str], number: int) -> Iterator[Judged]:
    task = read_task(task_text(ask(case)))
    if task is None:
        raise ValueError("expected a task in its own prompt, found none")
    pick = picker(number)
    if HONEST in modes:
        yield from _judged(case, HONEST, _some(list(every_line(task, pick)), _GOOD_EACH, number))
    for mode in modes:
        if mode in DISHONEST:
            lines = _some(list(every_bad_line(task, mode, pick)), _BAD_EACH, number)
            yield from _judged(case, mode, lines)


def _some(lines: Sequence[Line], most: int, number: int) -> list[Line]:
    """A few, other ones for each case."""
    return sorted(lines, key=lambda line: zlib.crc32(f"{number}{line.text}".encode()))[:most]


def _judged(case: Case, mode: str, lines: Sequence[Line]) -> Iterator[Judged]:
    texts = {fact.id: f"{fact.metric}: {fact.text}" for fact in case.facts}
    for line in lines:
        kind = cast("SentenceKind", line.kind)  # the bank's kinds are the schema's
        alone = (Sentence(line.text, line.fact_ids, kind),)
        narrative = Narrative(alone, "gemini", case.asked.language, case.asked.level)
        # What is wrong with the text as a whole says nothing of its one sentence.
        problems = [each for each in check(narrative, case.facts) if each.sentence == 0]
        yield Judged(
            mode=mode,
            language=case.asked.language,
            text=line.text,
            facts=tuple(texts.get(each, each) for each in line.fact_ids),
            held_back=line.held_back,
            passed=not problems,
            reasons=tuple(f"{each.kind}: {each.reason}" for each in problems),
        )


def _now() -> datetime:
    return datetime.now(UTC)


class _Unrecorded:
    """No records: nobody looks after them."""

    def audit(self, user_id: str, entry: object, ledger: object = None) -> None:
        """Forget it."""


class _Unlimited:
    """Calls without end."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def take(self, user_id: str, now: datetime, *, low: bool) -> Call:
        """One more."""
        self._taken[user_id] += 1
        return Call(f"{self._taken[user_id]}", user_id, now.date(), 0)

    def give_back(self, call: Call) -> None:
        """It cost nothing anyway."""

    def record(self, call: Call, usage: Usage) -> None:
        """Told by the step itself."""
