"""Structured logs: one JSON object a line, as Cloud Logging reads it. Ids only, no health data.

No line names a person: `user_id`, bound or among a line's fields, becomes the pseudonym `person`
where there is a key for it, and is left out where there is none. Other ids may have been chosen by
a phone, and errors quote paths: what is the person's id in them is hidden, be it part of a word.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRACEPARENT = re.compile(r"^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$")

_PATH = re.compile(r"\busers/[^/\s\"']+")
_HIDDEN = "-"
_PSEUDONYM = 16  # hexadecimal digits
# An id as long as this is found inside of words, too: a shorter one may be part of any word.
_TELLING = 6

_NOTHING: Mapping[str, str] = MappingProxyType({})
_encode = json.JSONEncoder(default=str).encode
_context: ContextVar[Mapping[str, str]] = ContextVar("log_context", default=_NOTHING)


@contextmanager
def bound(**fields: str) -> Iterator[None]:
    """Put these ids on every line logged inside."""
    token = _context.set({**_context.get(), **fields})
    try:
        yield
    finally:
        _context.reset(token)


def traceparent() -> str:
    """The W3C trace context that the current event carried, or an empty string."""
    return _context.get().get("traceparent", "")


class JsonLines(logging.Formatter):
    """A record as one JSON object, with the ids of what it is about."""

    def __init__(self, project: str, key: str | None = None) -> None:
        super().__init__()
        self._project, self._key = project, key

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        context = dict(_context.get())
        line: dict[str, object] = {
            "severity": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
        }
        if match := _TRACEPARENT.match(context.pop("traceparent", "")):
            line["logging.googleapis.com/trace"] = f"projects/{self._project}/traces/{match[1]}"
            line["logging.googleapis.com/spanId"] = match[2]
        line |= context
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = "".join(_where(record.exc_info[1]))
        user_id = str(line.pop("user_id", ""))
        line = {name: _without(value, user_id) for name, value in line.items()}
        if user_id and self._key:
            line["person"] = pseudonym(self._key, user_id)
        return _encode(line)


def pseudonym(key: str, user_id: str) -> str:
    """What stands for a person in logs: who has no key cannot tell whom, nor try out names."""
    return hmac.new(key.encode(), user_id.encode(), hashlib.sha256).hexdigest()[:_PSEUDONYM]


def hidden(text: str) -> str:
    """A text without the person whom this is about, and without any in a path."""
    return str(_without(text, _context.get().get("user_id", "")))


def _without(value: object, user_id: str) -> object:
    if isinstance(value, Mapping):
        return {_without(name, user_id): _without(each, user_id) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_without(each, user_id) for each in value]
    if not isinstance(value, str):
        return value
    if len(user_id) >= _TELLING:
        value = value.replace(user_id, _HIDDEN)
    elif user_id and user_id in value:
        # Not in the middle of a word: a person may be called "done".
        value = re.sub(rf"(?<![A-Za-z0-9]){re.escape(user_id)}(?![A-Za-z0-9])", _HIDDEN, value)
    return _PATH.sub(f"users/{_HIDDEN}", value) if "users/" in value else value


def _where(error: BaseException | None) -> Iterator[str]:
    """The stacks of an error and of those behind it, without what they say: they may quote data."""
    if error is None:
        return
    hidden = None if error.__suppress_context__ else error.__context__
    yield from _where(error.__cause__ or hidden)
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__module__}.{type(error).__qualname__}\n"


def configure(project: str, key: str | None = None) -> None:
    """Send all logs to standard output as JSON lines.

    Args:
        project: in the names of traces.
        key: of pseudonyms; None: no line tells one person from another.
    """
    stream = logging.StreamHandler(sys.stdout)
    stream.setFormatter(JsonLines(project, key))
    # force: with LOG_EXECUTION_ID the framework has installed a handler before us.
    logging.basicConfig(level=logging.INFO, handlers=[stream], force=True)
