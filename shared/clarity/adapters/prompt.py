"""What the language model is told: a prompt under version, and the task as delimited data."""

from __future__ import annotations

import importlib.resources
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clarity.domain.words.facts import Fact
    from clarity.steps.ports_words import Remark, Task

# The file in prompts/ of this name. Another text is another version, under another name.
PROMPT_VERSION = "insight-2"
_LONGEST_REMARK = 500
_MOST_REMARKS = 3
_LONGEST_REASON = 500
_MOST_PROBLEMS = 20
# What a fact shows. Its value stands in its text; how it was computed is no matter of words.
_SHOWN = ("id", "metric", "kind", "topic", "label", "text", "unit", "status", "note")
_DIRECTED = frozenset({"change", "trend", "shift"})
_DIRECTIONS = {-1: "down", 0: "same", 1: "up"}
# With the escapes of ASCII-only JSON, no text in it can look like the end of the task.
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def prompt() -> str:
    """The instruction, the same for every language, level and person."""
    prompts = importlib.resources.files("clarity.adapters") / "prompts"
    return (prompts / f"{PROMPT_VERSION}.md").read_text(encoding="utf-8")


def task_text(task: Task) -> str:
    """The task as data between <task> and </task>, which nothing inside can end."""
    content: dict[str, object] = {
        "language": task.language,
        "level": task.level,
        "minor": task.minor,
        "insight_type": task.insight_type,
        "data_timeframe": task.data_timeframe,
        "facts": [_fact(fact) for fact in task.facts],
    }
    if task.feedback:
        content["feedback"] = [_remark(each) for each in task.feedback[:_MOST_REMARKS]]
    if task.problems:
        reasons = [problem.reason[:_LONGEST_REASON] for problem in task.problems]
        content["problems"] = reasons[:_MOST_PROBLEMS]
    data = json.dumps(content, ensure_ascii=True).translate(_ESCAPES)
    return f"<task>\n{data}\n</task>"


def _fact(fact: Fact) -> dict[str, object]:
    shown: dict[str, object] = {
        name: value for name in _SHOWN if (value := getattr(fact, name)) != ""
    }
    if fact.kind in _DIRECTED:
        shown["direction"] = _DIRECTIONS[fact.direction]
    if fact.professional:
        shown["professional"] = True
    return shown


def _remark(remark: Remark) -> dict[str, object]:
    rating = {} if remark.rating is None else {"rating": remark.rating}
    return rating | {"words": remark.words[:_LONGEST_REMARK]}
