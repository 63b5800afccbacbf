"""What can go wrong with a file or folder that somebody names as a source."""

from __future__ import annotations

from clarity.domain.errors import PermanentError


class UnreadableSourceError(PermanentError):
    """The file or folder is not what was expected: the message has expected and found."""

    code = "unreadable_source"
