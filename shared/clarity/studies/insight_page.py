"""The tables of `clarity evaluate insights` on a terminal, and what a reader is shown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from rich.table import Table

from clarity.domain.words.narrator import narrate
from clarity.studies.insight_cases import LANGUAGES
from clarity.studies.insight_evaluation import HONEST
from clarity.studies.scores import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clarity.studies.insight_cases import Case
    from clarity.studies.insight_evaluation import Answered, Evaluation, Judged

GOAL: Final = 0.02  # of the good sentences may be rejected
_Z: Final = 1.96  # 95 %
_STRIDE: Final = 5  # through a person's insights, for a sample of all kinds


def share(hits: int, of: int) -> Figure:
    """A share with its 95 % Wilson interval; NaN of nothing.

    >>> found = share(0, 100)
    >>> found.value, found.low, round(found.high, 3)
    (0.0, 0.0, 0.037)
    """
    if not of:
        return Figure(math.nan, math.nan, math.nan)
    value, squared = hits / of, _Z * _Z / of
    middle = value + squared / 2
    reach = _Z * math.sqrt(value * (1 - value) / of + squared / (4 * of))
    low, high = ((middle + way * reach) / (1 + squared) for way in (-1, 1))
    return Figure(value, max(0.0, low), min(1.0, high))


def tables(evaluation: Evaluation) -> Iterator[Table]:
    """Bad sentences one by one, good ones one by one, and whole answers."""
    yield _bad(evaluation)
    yield _good(evaluation)
    yield _answers(evaluation)


def sentences(evaluation: Evaluation) -> Iterator[str]:
    """What the tables come to, and what they are about."""
    bad = [each for each in evaluation.judged if each.mode != HONEST]
    good = [each for each in evaluation.judged if each.mode == HONEST]
    reached = {
        language: sum(
            len(each.reached) for each in evaluation.answered if each.language == language
        )
        for language in LANGUAGES
    }
    by_language = ", ".join(f"{language} {count}" for language, count in reached.items())
    misled = sum(each.misled for each in evaluation.answered)
    yield (
        f"{evaluation.weeks} generated weeks, {evaluation.cases} insights in {len(LANGUAGES)}"
        f" languages, {len(evaluation.answered)} answers over HTTP"
    )
    if not misled:
        yield "the model wrote no bad sentence: whether any gets through was not measured"
    yield (
        f"bad sentences that reached a person: {sum(reached.values())} ({by_language}), in"
        f" {misled} insights for which the model had written any (goal 0)"
    )
    yield f"bad sentences that pass by themselves: {_counted(bad)} (goal 0)"
    yield f"good sentences rejected by themselves: {_counted(good)} (goal under {GOAL:.0%})"
    yield (
        "a bad sentence is one that its author made bad; a good one is filled from the texts of the"
        " facts it cites. Both come from banks of phrases: real models say more than these"
    )


def sample(cases: Sequence[Case], count: int) -> Iterator[tuple[str, str]]:
    """So many insights of different people, the language in turn: a heading, and the text.

    They are the deterministic narrator's, which a person reads whenever a model's text is not used.
    """
    names = list(dict.fromkeys(case.name for case in cases))[:count]
    for number, name in enumerate(names):
        language = LANGUAGES[number % len(LANGUAGES)]
        own = [case for case in cases if case.name == name and case.asked.language == language]
        case = own[number * _STRIDE % len(own)]
        text = narrate(
            case.facts, language=language, level=case.asked.level, insight_type=case.insight_type
        )
        heading = (
            f"{name}, {case.life}, {case.timeframe} up to the week of {case.first_day},"
            f" {case.insight_type}, {language}, {case.asked.level}; the deterministic narrator"
        )
        parts = (text.narrative, *(f"- {each}" for each in text.key_insights))
        yield heading, "\n".join((*parts, *(f"> {each}" for each in text.recommendations)))


def _counted(judged: Sequence[Judged]) -> str:
    """All of them, and the third that nobody who mends the check has seen."""
    if not judged:
        return "none was measured in this mode"
    unseen = [each for each in judged if each.held_back]
    return f"{_share(judged)}; of the third that is never listed {_share(unseen)}"


def _share(judged: Sequence[Judged]) -> str:
    wrong = sum(each.wrong for each in judged)
    if not judged:
        return "-"
    figure = share(wrong, len(judged))
    interval = f"{figure.low:.2%} to {figure.high:.2%}"
    return f"{wrong} of {len(judged)} ({figure.value:.2%}, 95 % {interval})"


def _bad(evaluation: Evaluation) -> Table:
    table = Table("mode", *LANGUAGES, "never listed", title="Bad sentences that pass, one by one")
    modes = dict.fromkeys(each.mode for each in evaluation.judged if each.mode != HONEST)
    for mode in modes:
        rows = [each for each in evaluation.judged if each.mode == mode]
        languages = ([each for each in rows if each.language == name] for name in LANGUAGES)
        unseen = [each for each in rows if each.held_back]
        table.add_row(mode, *(_of(each) for each in languages), _of(unseen))
    return table


def _of(judged: Sequence[Judged]) -> str:
    return f"{sum(each.wrong for each in judged)} of {len(judged)}" if judged else "-"


def _good(evaluation: Evaluation) -> Table:
    table = Table("language", "rejected", "never listed", title="Good sentences, one by one")
    for language in LANGUAGES:
        rows = [
            each for each in evaluation.judged if each.mode == HONEST and each.language == language
        ]
        unseen = [each for each in rows if each.held_back]
        table.add_row(language, _share(rows), _share(unseen))
    return table


def _answers(evaluation: Evaluation) -> Table:
    table = Table(
        "mode",
        "insights",
        "with bad sentences",
        "by the model",
        "deterministic",
        "held for review",
        "calls each",
        "tokens each",
        title="Whole answers",
    )
    for mode in dict.fromkeys(each.mode for each in evaluation.answered):
        table.add_row(mode, *_row([each for each in evaluation.answered if each.mode == mode]))
    return table


def _row(answered: Sequence[Answered]) -> tuple[str, ...]:
    count = len(answered)
    written = sum(each.source == "gemini" for each in answered)
    tokens = sum(each.usage.prompt_tokens + each.usage.output_tokens for each in answered)
    return (
        str(count),
        str(sum(bool(each.reached) for each in answered)),
        str(written),
        f"{(count - written) / count:.0%}",
        str(sum(each.held for each in answered)),
        f"{sum(each.calls for each in answered) / count:.1f}",
        f"{tokens / count:,.0f}",
    )
