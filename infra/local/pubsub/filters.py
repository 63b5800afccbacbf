"""Pub/Sub's filter language over message attributes, as a predicate.

    expression := term (AND term)* | term (OR term)*      mixing the two takes parentheses
    term       := [NOT | -] factor
    factor     := ( expression ) | hasPrefix(attributes.key, "v")
                | attributes:key | attributes.key = "v" | attributes.key != "v"

A key is a word of letters, digits, ``_`` and ``-``, or a string literal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from infra.local.pubsub.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Predicate = Callable[[Mapping[str, str]], bool]

MAX_BYTES = 256  # the service's limit on a filter's length
MAX_DEPTH = 32  # far beyond what 256 bytes of use can need, and well inside the stack

TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<word>[A-Za-z0-9_][A-Za-z0-9_-]*)
      | (?P<sign>!=|[-:=().,])
    )""",
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[0-7]{3}|.)", re.DOTALL)
NAMED_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
LAST_CODE_POINT = 0x10FFFF


class Token(NamedTuple):
    """One word, string or sign, and where it stands."""

    kind: str
    text: str
    position: int


def compile_filter(text: str) -> Predicate:
    """A predicate over a message's attributes; an empty filter accepts everything."""
    if not text.strip():
        return lambda _: True
    if len(text.encode()) > MAX_BYTES:
        raise invalid(f"a filter has at most {MAX_BYTES} bytes, found {len(text.encode())}")
    return _Parser(text).parse()


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = TOKEN.match(text, position)
        if match is None:
            raise invalid(f"bad filter: unexpected {text[position:].strip()[:20]!r} in {text!r}")
        kind = str(match.lastgroup)
        found.append(Token(kind, match.group(kind), match.start(kind)))
        position = match.end()
    return [*found, Token("end", "", end)]


def _unescape(match: re.Match[str]) -> str:
    escape = match.group(1)
    if len(escape) == 1:
        return NAMED_ESCAPES.get(escape, escape)
    code = int(escape, 8) if escape[0] in "01234567" else int(escape[1:], 16)
    if code > LAST_CODE_POINT:
        raise invalid(f"bad filter: no such character: \\{escape}")
    return chr(code)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._at = 0
        self._depth = 0

    def parse(self) -> Predicate:
        predicate = self._expression()
        if self._peek().kind != "end":
            raise self._unexpected("the end, AND or OR")
        return predicate

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._peek()
        if token.kind != "end":
            self._at += 1
        return token

    def _accept(self, text: str) -> bool:
        token = self._peek()
        if token.kind == "string" or token.text != text:
            return False
        self._at += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._unexpected(repr(text))

    def _unexpected(self, wanted: str) -> Exception:
        token = self._peek()
        found = repr(token.text) if token.kind != "end" else "the end"
        return invalid(
            f"bad filter: expected {wanted} at {token.position}, found {found} in {self._text!r}"
        )

    def _expression(self) -> Predicate:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise invalid(f"bad filter: nested more than {MAX_DEPTH} deep")
        terms = [self._term()]
        operator = self._peek().text if self._peek().kind == "word" else ""
        while operator in {"AND", "OR"} and self._accept(operator):
            terms.append(self._term())
        if self._peek().kind == "word" and self._peek().text in {"AND", "OR"}:
            raise self._unexpected(f"parentheses around the {operator} part")
        self._depth -= 1
        if len(terms) == 1:
            return terms[0]
        combine = all if operator == "AND" else any
        return lambda attributes: combine(term(attributes) for term in terms)

    def _term(self) -> Predicate:
        if self._accept("NOT") or self._accept("-"):
            factor = self._factor()
            return lambda attributes: not factor(attributes)
        return self._factor()

    def _factor(self) -> Predicate:
        if self._accept("("):
            inner = self._expression()
            self._expect(")")
            return inner
        if self._accept("hasPrefix"):
            return self._prefix()
        self._expect("attributes")
        if self._accept(":"):
            present = self._key()
            return lambda attributes: present in attributes
        return self._comparison()

    def _comparison(self) -> Predicate:
        self._expect(".")
        key = self._key()
        if self._accept("="):
            value = self._string()
            return lambda attributes: attributes.get(key) == value
        self._expect("!=")
        other = self._string()
        # As the service has it: a message without the key does not carry the pair, so it matches.
        return lambda attributes: attributes.get(key) != other

    def _prefix(self) -> Predicate:
        self._expect("(")
        self._expect("attributes")
        self._expect(".")
        key = self._key()
        self._expect(",")
        prefix = self._string()
        self._expect(")")
        return lambda attributes: key in attributes and attributes[key].startswith(prefix)

    def _key(self) -> str:
        if self._peek().kind == "word":
            return self._next().text
        return self._string("an attribute key")

    def _string(self, wanted: str = "a string in double quotes") -> str:
        if self._peek().kind != "string":
            raise self._unexpected(wanted)
        return ESCAPE.sub(_unescape, self._next().text[1:-1])
