"""tell, whatever the language model does: nothing unchecked is told, nothing unpaid is called."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from clarity.domain.errors import CutOffError, OpenError, RefusedError, UnavailableError
from clarity.domain.words.grounding import check
from clarity.steps.ports_words import Usage
from tests.telling import COST, FACTS, World, dishonest, honest, unsafe

STEPS = st.sampled_from(
    [
        honest,
        dishonest,
        unsafe,
        "blocked",
        UnavailableError("503"),
        CutOffError("hung"),
        RefusedError("403"),
    ]
)


@given(
    script=st.lists(STEPS, min_size=1, max_size=12),
    person_calls=st.integers(0, 6),
    failures=st.integers(1, 4),
    waits=st.lists(st.sampled_from([0, 10, 30]), min_size=1, max_size=8),
)
@settings(max_examples=80, deadline=None, derandomize=True)
def test_whatever_happens_nothing_unchecked_is_told_and_no_call_is_above_the_budget(
    script, person_calls, failures, waits
) -> None:
    world = World(list(script), person_calls=person_calls, failures=failures)
    spent = Usage(0, 0)
    paid = 0
    for wait in waits:
        before = len(world.narrator.tasks)
        try:
            told = world()
        except (UnavailableError, CutOffError, OpenError):
            world.clock.wait(wait)
            continue
        spent += told.usage
        paid += told.usage.prompt_tokens // COST.prompt_tokens
        assert check(told.narrative, FACTS) == ()
        assert (told.source == "gemini") == (told.fallback_reason is None)
        assert len(world.narrator.tasks) - before <= 2
        world.clock.wait(wait)

    used = world.used()
    assert paid <= used.get("calls", 0) <= person_calls
    assert used.get("prompt_tokens", 0) == spent.prompt_tokens
    assert len(world.records.audits) == len(world.narrator.tasks)
