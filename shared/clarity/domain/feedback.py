"""What a person says of an insight: a rating, a few words, or only that it was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from clarity.domain.errors import MalformedEventError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LONGEST_WORDS: Final = 500
RATINGS: Final = range(1, 6)
_SAYING: Final = ("rating", "words", "read")


@dataclass(frozen=True, slots=True)
class Feedback:
    """One answer of a person to an insight, which they have read then.

    Attributes:
        insight_id: Which insight.
        rating: 1 to 5, higher is better; None if not given.
        words: Their own, at most 500 characters; empty if none.
    """

    insight_id: str
    rating: int | None
    words: str


def parse_feedback(document: Mapping[str, object]) -> Feedback:
    """The feedback in a document `users/{uid}/feedback/{id}`.

    Raises:
        MalformedEventError: names every field that cannot be used; it quotes no words.
    """
    problems = [
        f"{name}: {problem}" for name, look in _LOOKS.items() if (problem := look(document))
    ]
    if all(document.get(name) in (None, "", False) for name in _SAYING):
        problems.append(f"expected at least one of {', '.join(_SAYING)}, found none")
    if problems:
        raise MalformedEventError("; ".join(problems))
    fields: Mapping[str, Any] = document  # each of its kind: looked at above
    words = (fields.get("words") or "").strip()
    rating = None if fields.get("rating") is None else int(fields["rating"])
    return Feedback(fields["insight_id"], rating, words)


def _insight_id(document: Mapping[str, object]) -> str:
    found = document.get("insight_id")
    if isinstance(found, str) and found and "/" not in found:
        return ""
    return f"expected the id of an insight, found {_shown(found)}"


def _rating(document: Mapping[str, object]) -> str:
    found = document.get("rating")
    whole = isinstance(found, int | float) and not isinstance(found, bool) and found in RATINGS
    return (
        ""
        if found is None or whole
        else f"expected a whole number from 1 to 5, found {_shown(found)}"
    )


def _words(document: Mapping[str, object]) -> str:
    found = document.get("words")
    if found is None or (isinstance(found, str) and len(found) <= LONGEST_WORDS):
        return ""
    what = f"{len(found)} characters" if isinstance(found, str) else type(found).__name__
    return f"expected text of at most {LONGEST_WORDS} characters, found {what}"


def _read(document: Mapping[str, object]) -> str:
    found = document.get("read")
    return (
        ""
        if found is None or isinstance(found, bool)
        else f"expected true or false, found {_shown(found)}"
    )


def _shown(value: object) -> str:
    """A value as an error may name it: numbers, but no words that a person wrote."""
    return repr(value) if isinstance(value, int | float) else type(value).__name__


_LOOKS: Final[Mapping[str, Callable[[Mapping[str, object]], str]]] = {
    "insight_id": _insight_id,
    "rating": _rating,
    "words": _words,
    "read": _read,
}
