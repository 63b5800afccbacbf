"""What of the Logging query language our filters use, evaluated on a log entry.

cloud.google.com/logging/docs/view/logging-query-language: NOT binds before OR, and OR before AND;
strings compare without regard to case; a field that is missing equals and has nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Test = Callable[[Mapping[str, Any]], bool]

_TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|([()])|(>=|<=|!=|=|:|>|<)|([\w.*-]+))')
_SEVERITIES = ("DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY")
_EXTRACT = re.compile(r"EXTRACT\(([\w.]+)\)")


def matches(query: str, entry: Mapping[str, Any]) -> bool:
    """Whether the filter takes the entry.

    Raises:
        ValueError: the filter is not understood.
    """
    parser = _Parser(query)
    return parser.whole()(entry)


def extracted(extractor: str, entry: Mapping[str, Any]) -> object:
    """The value that `EXTRACT(field)` takes out of the entry; None if it is not there."""
    found = _EXTRACT.fullmatch(extractor)
    if found is None:
        raise ValueError(f"expected EXTRACT(field), found {extractor}")
    return _at(entry, found[1])


class _Parser:
    def __init__(self, query: str) -> None:
        self._query, self._position = query, 0
        self._tokens: list[str] = []
        while query[self._position :].strip():
            found = _TOKEN.match(query, self._position)
            if found is None:
                raise ValueError(f"not understood: {query[self._position :]}")
            self._tokens.append(found[0].strip())
            self._position = found.end()

    def whole(self) -> Test:
        test = self._all()
        if self._tokens:
            raise ValueError(f"not understood: {self._tokens} in {self._query}")
        return test

    def _all(self) -> Test:
        tests = [self._any()]
        while self._next() == "AND":
            self._take("AND")
            tests.append(self._any())
        return lambda entry: all(test(entry) for test in tests)

    def _any(self) -> Test:
        tests = [self._one()]
        while self._next() == "OR":
            self._take("OR")
            tests.append(self._one())
        return lambda entry: any(test(entry) for test in tests)

    def _one(self) -> Test:
        if self._next() == "NOT":
            self._take("NOT")
            test = self._one()
            return lambda entry: not test(entry)
        if self._next() == "(":
            self._take("(")
            test = self._all()
            self._take(")")
            return test
        return self._comparison()

    def _comparison(self) -> Test:
        field, operator = self._take(), self._take()
        compare = _OPERATORS.get(operator)
        if compare is None or not re.fullmatch(r"[\w.]+", field):
            raise ValueError(f"not understood: {field} {operator} in {self._query}")
        values = self._values()
        return lambda entry: any(compare(_at(entry, field), value) for value in values)

    def _values(self) -> list[str]:
        if self._next() != "(":
            return [_text(self._take())]
        self._take("(")
        values = [_text(self._take())]
        while self._next() == "OR":
            self._take("OR")
            values.append(_text(self._take()))
        self._take(")")
        return values

    def _next(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def _take(self, expected: str = "") -> str:
        if not self._tokens or (expected and self._tokens[0] != expected):
            raise ValueError(
                f"expected {expected or 'more'}, found {self._tokens} in {self._query}"
            )
        return self._tokens.pop(0)


def _at(entry: Mapping[str, Any], path: str) -> Any:
    found: Any = entry
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _text(token: str) -> str:
    if token.startswith('"'):
        return re.sub(r"\\(.)", r"\1", token[1:-1])
    if token in {"(", ")", "AND", "OR", "NOT"}:
        raise ValueError(f"expected a value, found {token}")
    return token


def _has(found: object, wanted: str) -> bool:
    return found is not None and (wanted == "*" or wanted.casefold() in str(found).casefold())


def _equals(found: object, wanted: str) -> bool:
    return found is not None and str(found).casefold() == wanted.casefold()


def _at_least(found: object, wanted: str) -> bool:
    return found in _SEVERITIES and _SEVERITIES.index(str(found)) >= _SEVERITIES.index(wanted)


_OPERATORS: dict[str, Callable[[object, str], bool]] = {
    "=": _equals,
    ":": _has,
    ">=": _at_least,
}
