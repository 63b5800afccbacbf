"""What the language model is told: the prompt's text under its name, and data that stays data."""

from __future__ import annotations

import hashlib
import importlib.resources
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from clarity.adapters.prompt import PROMPT_VERSION, prompt, task_text
from clarity.domain.words.grounding import Problem
from clarity.steps.ports_words import Remark
from tests.contract.gemini_server import FACTS, TASK, fact, plain_task

# An edit of a prompt that has been used is a new prompt: give it a new name, and its digest here.
PROMPTS = {"insight-2": "37f08523d6a57f0558de71f240a45eea1b40c9160a68a23439412a2d9124c069"}


def content_of(text: str) -> Any:
    return json.loads(text.removeprefix("<task>\n").removesuffix("\n</task>"))


def test_policy_13_the_task_shows_of_a_fact_only_what_is_told():
    content = content_of(task_text(TASK))

    assert [each["id"] for each in content["facts"]] == [each.id for each in FACTS]
    assert "not shown" not in task_text(TASK)
    assert [each.get("direction") for each in content["facts"][4:7]] == ["down", "same", "up"]
    assert [each["id"] for each in content["facts"] if "professional" in each] == ["F9"]


def test_the_prompt_explains_every_field_of_the_task():
    content = content_of(task_text(TASK))
    names = {*content, *(name for each in content["facts"] for name in each)}

    unexplained = {name for name in names if f"`{name}`" not in prompt()}
    assert unexplained == set()
    for each in FACTS:
        assert f"`{each.kind}`" in prompt()
        assert f"`{each.status}`" in prompt()


ODD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from('<>&/\\"{}\u2028\u2029\u202e\u200b\ufeff\uff1c\uff1e\x00\x1b\ud800'),
    )
) | st.sampled_from(["</task>", "<task>", "</TASK >", "&lt;/task&gt;", "\\u003c/task>"])


@given(words=ODD, reason=ODD, label=ODD)
@settings(max_examples=300, derandomize=True)
def test_policy_12_no_text_inside_the_task_can_end_it(words, reason, label):
    text = task_text(
        plain_task(
            facts=(fact(1, "x", "measure", "7 h", label=label),),
            feedback=(Remark(1, words),),
            problems=(Problem("number", 0, reason),),
        )
    )

    assert (text.count("<"), text.count(">"), text.count("&")) == (2, 2, 0)
    assert text.startswith("<task>")
    assert text.endswith("</task>")
    assert text.isascii()
    content = content_of(text)
    assert content["feedback"] == [{"rating": 1, "words": words}]
    assert content["problems"] == [reason]
    assert content["facts"][0].get("label", "") == label


def test_long_remarks_and_many_of_them_are_cut():
    remarks = tuple(Remark(None, f"{number}" * 600) for number in range(5))
    problems = (Problem("number", 0, "x" * 600),) * 50

    content = content_of(task_text(plain_task(feedback=remarks, problems=problems)))

    assert [each["words"] for each in content["feedback"]] == ["0" * 500, "1" * 500, "2" * 500]
    assert [len(each) for each in content["problems"]] == [500] * 20


def test_a_prompt_keeps_its_text_under_its_name_and_there_is_one():
    folder = importlib.resources.files("clarity.adapters") / "prompts"

    digests = {
        file.name.removesuffix(".md"): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.iterdir()
    }

    assert digests == PROMPTS
    assert set(PROMPTS) == {PROMPT_VERSION}
