"""How `clarity dead-letters` shows letters: a table, a line each, fields for JSON."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from clarity.steps.dead_letters import Letter
    from clarity.steps.ports import Topic
    from clarity.steps.replay import Decision

SHORT = 8  # of an id: what a person has to type
_WIDTH = 250  # of a file or a pipe, where lines need no wrapping
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def page(letter: Letter) -> dict[str, object]:
    """The letter's fields as JSON has them; its message is left out."""
    times = {
        name: at.isoformat() if at else None
        for name, at in (
            ("first_at", letter.first_at),
            ("last_at", letter.last_at),
            ("replayed_at", letter.replayed_at),
            ("dropped_at", letter.dropped_at),
        )
    }
    return {
        "id": letter.id,
        "state": letter.state,
        "step": letter.step,
        "code": letter.code,
        "reason": letter.reason,
        "event_id": letter.event_id,
        **letter.reference,
        "attempts": letter.attempts,
        "deliveries": letter.deliveries,
        "letters": letter.letters,
        **times,
        "replays": letter.replays,
        "by": letter.by,
        "data_bytes": letter.data_bytes,
    }


def table(letters: Sequence[Letter], now: datetime) -> None:
    """Print one row a letter."""
    if not letters:
        return
    # Here, since only a list draws a table.
    from rich.console import Console  # noqa: PLC0415  see above
    from rich.table import Table  # noqa: PLC0415  the same
    from rich.text import Text  # noqa: PLC0415  the same

    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    names = ("id", "age", "step", "code", "person", "job", "tried", "first", "last")
    drawn = Table(*names, "reason")
    for column in drawn.columns[:-1]:
        column.no_wrap = column.header in ("id", "age", "first", "last")
    for each in letters:
        cells = (
            each.id[:SHORT],
            age((now - each.last_at).total_seconds()),
            each.step,
            each.code,
            each.user_id or "-",
            each.reference.get("processing_id", "-"),
            str(max(each.attempts, each.deliveries) or "-"),
            f"{each.first_at:%m-%d %H:%M:%S}",
            f"{each.last_at:%m-%d %H:%M:%S}",
            each.reason,
        )
        drawn.add_row(*(Text(plain(cell)) for cell in cells))
    console.print(drawn)


def found_line(letter: Letter, what: str) -> str:
    """One line on what became of a letter."""
    about = letter.reference.get("processing_id", letter.event_id)
    who = letter.user_id or "-"
    return plain(f"{letter.id[:SHORT]}  {letter.step}  {who}  {about}  {what}")


def outcome(decision: Decision, topics: Mapping[Topic, str], *, dry_run: bool) -> str:
    """What a replay did, or would do."""
    if decision.kind != "replay":
        words = {
            "done": ("settled", "would be settled"),
            "settled": ("nothing to do", "nothing to do"),
            "gone": ("dropped", "would be dropped"),
            "erased": ("deleted", "would be deleted"),
            "later": ("left for later", "would be left for later"),
            "refused": ("refused", "would be refused"),
        }
        return f"{words[decision.kind][dry_run]}: {decision.why}"
    steps = []
    if decision.reopen is not None:
        steps.append(f"job failed -> {decision.reopen}")
    if decision.unclaim:
        steps.append("claim given back")
    if decision.unanswer:
        steps.append("answer taken back")
    if decision.outgoing is not None:
        steps.append(f"published to {topics[decision.outgoing.topic]}")
    return f"{'would be replayed' if dry_run else 'replayed'}: {', '.join(steps)}"


def age(seconds: float) -> str:
    """How long ago, in the largest unit that fits.

    >>> age(59), age(3700), age(200_000)
    ('59s', '1h', '2d')
    """
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "m")):
        if seconds >= size:
            return f"{seconds // size:.0f}{unit}"
    return f"{max(seconds, 0):.0f}s"


def plain(text: str) -> str:
    """Without the characters that steer a terminal."""
    return "".join("?" if unicodedata.category(each)[0] == "C" else each for each in text)
