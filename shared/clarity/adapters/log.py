"""Structured logs: one JSON object a line, as Cloud Logging reads it. Ids only, no health data."""

from __future__ import annotations

import json
import logging
import re
import sys
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


class _JsonLines(logging.Formatter):
    def __init__(self, project: str) -> None:
        super().__init__()
        self._project = project

    def format(self, record: logging.LogRecord) -> str:
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
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure(project: str, target: str) -> None:
    """Send all logs to standard output as JSON lines.

    Args:
        project: for the full names of traces.
        target: the function's name; Flask logs each failure again under it, so it is silenced.
    """
    stream = logging.StreamHandler(sys.stdout)
    stream.setFormatter(_JsonLines(project))
    # force: with LOG_EXECUTION_ID the framework has installed a handler before us.
    logging.basicConfig(level=logging.INFO, handlers=[stream], force=True)
    logging.getLogger(target).disabled = True
