"""What can go wrong, by what the caller must do about it.

ClarityError
├── PermanentError            redelivery cannot help: acknowledge, record, dead-letter
│   ├── MalformedEventError   the envelope or its payload cannot be read
│   ├── UnusableUploadError   the upload document as a whole cannot be used
│   ├── ReusedIdError         a new document has the id of one that was handled before
│   ├── UnknownReferenceError a message names a document that is not there
│   ├── RefusedError          an outside service says that this call will never work
│   ├── ExhaustedError        it was tried again for as long as is allowed
│   └── StuckError            nothing moved it, for as long as is allowed
├── ForgottenError            its person was erased meanwhile: acknowledge, and leave no trace
│   └── GoneError             its person deleted the document meanwhile: likewise
└── TransientError            try again later: raise, so that the event is redelivered
    ├── InProgressError       another worker holds the claim
    │   └── OvertakenError    another work has created first what was to be created
    ├── NotSettledError       the person's uploads are still arriving
    ├── UnfinishedError       a part of it is done, the rest is for the next delivery
    ├── UnavailableError      an outside service did not answer, or asked us to wait
    ├── MisconfiguredError    an outside service has no such address, or we no right to ask it
    ├── ParkedError           the model is not running now; the work waits for it
    ├── WrongModelError       another model than the one expected answered, as in a roll-out
    ├── CutOffError           a paid service may have done its work, but its answer is lost
    └── OpenError             an outside service failed too often lately to be asked now
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

_SHOWN = 40


class ClarityError(Exception):
    """Base of all errors that this package raises on purpose."""


class PermanentError(ClarityError):
    """Redelivery cannot help: what was expected and what was found are in the message.

    Each `{}` in the words stands for one of the things found, which a person may have written: they
    read it on their own document and job. `unquoted`, for everywhere else, tells its kind.
    """

    code = "permanent"

    def __init__(self, words: str, *found: object) -> None:
        super().__init__(words, *found)
        self._words, self._found = words, found

    def __str__(self) -> str:
        return self._with(shown)

    @property
    def unquoted(self) -> str:
        """The message without anything that a person wrote.

        >>> print(UnusableUploadError("expected a zone, found {}", "Mars/Base").unquoted)
        expected a zone, found text
        """
        return self._with(kind_of)

    def _with(self, told: Callable[[object], str]) -> str:
        return self._words.format(*map(told, self._found)) if self._found else self._words


def shown(found: object) -> str:
    """What was found, cut short: for who wrote it."""
    try:
        return f"{found!r:.{_SHOWN}}"
    except ValueError:  # a number of thousands of digits
        return kind_of(found)


def kind_of(found: object) -> str:
    """What kind of thing was found, in words."""
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "true or false"),
        (int, "a number"),
        (float, "a number"),
        (str, "text" if found else "empty text"),
        (list, "a list"),
        (Mapping, "a map"),
        (datetime, "a date"),
        (type(None), "nothing"),
    )
    return next((name for kind, name in kinds if isinstance(found, kind)), "something else")


class MalformedEventError(PermanentError):
    """The envelope or its payload cannot be read."""

    code = "malformed_event"


class UnusableUploadError(PermanentError):
    """The upload document as a whole cannot be used."""

    code = "unusable_upload"


class ReusedIdError(PermanentError):
    """A new document has the id of one that was handled before and then deleted."""

    code = "reused_id"


class UnknownReferenceError(PermanentError):
    """A message names a document that is not there."""

    code = "unknown_reference"


class RefusedError(PermanentError):
    """An outside service says that this call will never work."""

    code = "refused"


class ExhaustedError(PermanentError):
    """It was tried again for as long as is allowed."""

    code = "exhausted"


class StuckError(PermanentError):
    """Nothing moved the job for as long as is allowed: its message was lost, or its function."""

    code = "stuck"


class ForgottenError(ClarityError):
    """The person was erased after the event: nothing of it is done, kept or told."""

    code = "forgotten"


class GoneError(ForgottenError):
    """The person deleted the document, or it expired, before it could be handled."""

    code = "gone"


class TransientError(ClarityError):
    """Try again later."""

    code = "transient"


class InProgressError(TransientError):
    """Another worker holds the claim."""

    code = "in_progress"


class OvertakenError(InProgressError):
    """Another work has created first what was to be created: the next look finds it."""


class NotSettledError(TransientError):
    """The person's uploads are still arriving."""

    code = "not_settled"


class UnfinishedError(TransientError):
    """It is more than one delivery may do: a part is done, and the next one goes on."""

    code = "unfinished"


class UnavailableError(TransientError):
    """An outside service did not answer, or asked us to wait."""

    code = "unavailable"


class MisconfiguredError(TransientError):
    """Rights, an address or a quota are not as they must be: not the fault of anybody's data."""

    code = "misconfigured"


class ParkedError(TransientError):
    """The model is not running now, which saves its cost; the work waits for it."""

    code = "parked"


class WrongModelError(TransientError):
    """Another model than the one expected answered: it has a part of the requests, or is new."""

    code = "wrong_model"


class CutOffError(TransientError):
    """A paid service may have done its work, but its answer is lost: our time ran out."""

    code = "cut_off"


class OpenError(TransientError):
    """An outside service failed too often lately to be asked now."""

    code = "open"
