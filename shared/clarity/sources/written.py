"""What a number is where a file has it as text: one definition for all readers."""

from __future__ import annotations


def number(text: str) -> float:
    """The number that a text is: the digits 0 to 9 with a point or an exponent, nan or inf.

    Raises:
        ValueError: It is none. Python's own `float` would also take 1_000 and the digits of all
            scripts, which no program writes that means a number.

    >>> number("1.5e3")
    1500.0
    """
    if not text.isascii() or "_" in text:
        raise ValueError("not a number")
    return float(text)
