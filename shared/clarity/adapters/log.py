"""Structured logs: one JSON object a line, as Cloud Logging reads it. Ids only, no health data."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TRACEPARENT = re.compile(r"^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$")

_NOTHING: Mapping[str, str] = MappingProxyType({})
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

    def __init__(self, project: str) -> None:
        super().__init__()
        self._project = project

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
        return json.dumps(line, default=str)


def _where(error: BaseException | None) -> Iterator[str]:
    """The stacks of an error and of those behind it, without what they say: they may quote data."""
    if error is None:
        return
    hidden = None if error.__suppress_context__ else error.__context__
    yield from _where(error.__cause__ or hidden)
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__module__}.{type(error).__qualname__}\n"


def configure(project: str) -> None:
    """Send all logs to standard output as JSON lines; the project is in the names of traces."""
    stream = logging.StreamHandler(sys.stdout)
    stream.setFormatter(JsonLines(project))
    # force: with LOG_EXECUTION_ID the framework has installed a handler before us.
    logging.basicConfig(level=logging.INFO, handlers=[stream], force=True)
