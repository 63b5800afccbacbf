"""What a check found: where, what was expected, what stands there, what may be meant."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fault."""

    file: str
    line: int
    expected: str
    found: str
    hint: str = ""

    def __str__(self) -> str:
        """As the report prints it."""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}: expected {self.expected}, found {self.found}{hint}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean ...?`, or nothing where no known word is close."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else ""
