"""What a person has agreed to, by purpose, in `users/{uid}.consent`.

Each purpose is true, or a map of `given: true` and, where the app keeps it, the time `at`. What is
absent or cannot be read is not given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from clarity.domain.errors import kind_of, shown

Purpose = Literal["analysis", "language_model", "research"]

PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)
NO_CONSENT: Final = "no_consent"


@dataclass(frozen=True, slots=True)
class Consent:
    """Consent by purpose.

    Attributes:
        analysis: To store and to analyse what the phone sends; without it nothing is processed.
        language_model: To have the facts put into words by a language model.
        research: To compare models on the person's weeks.
    """

    analysis: bool = False
    language_model: bool = False
    research: bool = False

    @staticmethod
    def parse(value: object) -> Consent:
        """The consent in the field of the person's document, whatever is in it.

        >>> Consent.parse({"analysis": True, "research": {"given": "yes"}})
        Consent(analysis=True, language_model=False, research=False)
        """
        entries = value if isinstance(value, Mapping) else {}
        return Consent(**{purpose: _given(entries.get(purpose)) is True for purpose in PURPOSES})


def odd(value: object) -> bool:
    """Whether the field holds more than can be used: a purpose nobody knows, or no yes or no."""
    return not isinstance(value, Mapping) or any(
        name not in PURPOSES or (entry is not None and _given(entry) is None)
        for name, entry in value.items()
    )


def refusal(settings: Mapping[str, object], purpose: Purpose = "analysis") -> str | None:
    """Why nothing is done for this purpose, for who writes the app; None where it is consented to.

    >>> print(refusal({"consent": {"analysis": "true"}}))  # doctest: +ELLIPSIS
    expected users/{uid}.consent.analysis: true, found consent.analysis: 'true' (text); ...
    """
    value = settings.get("consent")
    if getattr(Consent.parse(value), purpose):
        return None
    return (
        f"expected users/{{uid}}.consent.{purpose}: true, found {_found(value, purpose)}; nothing "
        "is processed without it: once the person has agreed, write true there (or a map of given: "
        "true and at: a timestamp), and send this again under a new id"
    )


def _given(entry: object) -> bool | None:
    """Yes or no; None where it is neither."""
    if isinstance(entry, Mapping):
        at = entry.get("at")
        entry = entry.get("given") if at is None or isinstance(at, datetime) else None
    return entry if isinstance(entry, bool) else None


def _found(value: object, purpose: Purpose) -> str:
    if value is None:
        return "no consent there"
    if not isinstance(value, Mapping):
        return f"consent: {_described(value)}"
    if value.get(purpose) is None:
        return f"consent without {purpose}"
    return f"consent.{purpose}: {_described(value[purpose])}"


def _described(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{shown(value)} ({kind_of(value)})"
