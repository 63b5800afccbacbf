"""What Terraform has to be given when another model answers, and in which order. Pure, no client.

Preprocess takes the answers of `pat_model_id`, and of `pat_canary_model_id` where that is set. No
answer is refused as long as both of two models are named while requests go from one to the other:
the requests move between two applies, never in one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clarity.adapters.model_plan import LIVE, PREVIOUS

if TYPE_CHECKING:
    from clarity.adapters.model_state import State, Version

_NONE = "null"


def canary(model_id: str) -> str:
    """The setting that takes a canary's answers, as Terraform reads it."""
    return f'pat_canary_model_id = "{model_id}"'


def promoted(state: State, at: str) -> str:
    """What to do after a promotion; empty where the same model answers as before.

    Args:
        state: after it.
        at: the options of where, as a command takes them.
    """
    live, former = state.holder(LIVE), state.holder(PREVIOUS)
    if live is None or former is None or _model(live) == _model(former):
        return ""
    new, old = _model(live), _model(former)
    back = f"clarity model rollback {live.number} {at}"
    return "\n".join(
        [
            f"{new} answers all requests. In Terraform now, both in one apply:",
            *_settled(new),
            f"Until then preprocess takes its answers by {canary(new)}; where that is not",
            "applied, apply these at once: what was refused is asked again.",
            f"To go back before that apply: {back}",
            "To go back after it, so that no answer is refused:",
            f"  1. {canary(old)}, apply (pat_model_id stays)",
            f"  2. {back}",
            f'  3. pat_model_id = "{old}" and pat_canary_model_id = {_NONE}, apply',
        ]
    )


def rolled_back(before: State, after: State) -> str:
    """What to do after a rollback; empty where it changed no model.

    Args:
        before: what there was.
        after: what there is.
    """
    live, former = after.holder(LIVE), before.holder(LIVE)
    there = [before.version(each.number) for each in before.deployments]
    models = {_model(each) for each in (*there, *([former] if former else []))}
    if live is None or not models - {_model(live)}:
        return ""
    if former is not None and _model(former) == _model(live):
        gone = ", ".join(sorted(models - {_model(live)}))
        return (
            f"{gone} gets no requests any more. In Terraform, when you like:\n"
            f"  pat_canary_model_id = {_NONE}"
        )
    lines = [
        f"{_model(live)} is the live model again. In Terraform now, both in one apply:",
        *_settled(_model(live)),
        "Until then preprocess takes its answers only where one of the two settings names it;",
        "where none does, apply these at once: what was refused is asked again.",
    ]
    return "\n".join(lines)


def _settled(model_id: str) -> list[str]:
    return [f'  pat_model_id        = "{model_id}"', f"  pat_canary_model_id = {_NONE}"]


def _model(version: Version) -> str:
    return version.labels.get("model", "")
