"""English as the check reads it: what may pass does, what may not does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clarity.domain.words.grounding import check
from clarity.domain.words.narrative import Narrative, Sentence, SentenceKind
from tests import stretches
from tests.analyses import SHORT

# Each line: the week of `stretches`, the metrics that are cited (a letter after the dot for what is
# no measure: see KINDS), ">" before advice, and after " | " the sentence.
BANKS = Path(__file__).parent / "sentences"
KINDS = {
    "u": "usual",
    "c": "change",
    "a": "average",
    "t": "trend",
    "s": "shift",
    "r": "reference",
}


def bank(name):
    """The lines of a bank, each with the rule above it: "# policy 4"."""
    rule, found = "", []
    for line in (BANKS / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            rule = line.removeprefix("# ")
        else:
            # Characters that cannot be seen are written as escapes.
            found.append(
                pytest.param(re.sub(r"\\[uUx][0-9a-f]+", unescaped, line), id=f"{rule} {line}")
            )
    return found


def unescaped(match):
    return match.group().encode().decode("unicode_escape")


def problems(line):
    """The problems of one line of a bank."""
    head, text = line.split(" | ")
    week, *names = head.split()
    facts = getattr(stretches, week)
    ids = {fact.metric: fact.id for fact in facts}
    metrics = []
    for name in names:
        if name != ">":
            metric, _, letter = name.partition(".")
            metric = SHORT.get(metric, metric)
            metrics.append(f"{metric}.{KINDS[letter]}" if letter else metric)
    kind: SentenceKind = "recommendation" if ">" in names else "insight"
    opening = Sentence("Enough data came in this week.", (ids["valid_days"],), "summary")
    sentence = Sentence(text, tuple(ids[metric] for metric in metrics), kind)
    found = check(Narrative((opening, sentence), "gemini", "en"), facts)
    return [problem for problem in found if problem.sentence == 1]


@pytest.mark.parametrize("line", bank("english_good.txt"))
def test_a_good_sentence_passes(line):
    assert problems(line) == []


@pytest.mark.parametrize("line", bank("english_bad.txt"))
def test_a_bad_sentence_is_held_back(line):
    """policy 1, policy 2, policy 3, policy 4, policy 5, policy 6, policy 7, policy 8, policy 9,
    policy 10, policy 12: each line stands under the rule that it breaks.
    """
    assert problems(line)
