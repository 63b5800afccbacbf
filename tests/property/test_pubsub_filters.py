"""The filter language: what is written in it means what it says, and nothing crashes the parser."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.local.pubsub.errors import RefusedError
from infra.local.pubsub.filters import MAX_BYTES, compile_filter

KEYS = ("a", "b-c", "d_e", "with space", 'quote"', "naïve")
VALUES = ("", "x", "xy", 'say "hi"', "back\\slash", "ü")


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def leaf(kind: str, key: str, value: str):
    """One comparison as text, and what it means."""
    name = quoted(key)
    return {
        "has": (f"attributes:{name}", lambda a: key in a),
        "=": (f"attributes.{name} = {quoted(value)}", lambda a: a.get(key) == value),
        "!=": (f"attributes.{name}!={quoted(value)}", lambda a: a.get(key) != value),
        "prefix": (
            f"hasPrefix(attributes.{name}, {quoted(value)})",
            lambda a: key in a and a[key].startswith(value),
        ),
    }[kind]


LEAVES = st.builds(
    leaf,
    st.sampled_from(["has", "=", "!=", "prefix"]),
    st.sampled_from(KEYS),
    st.sampled_from(VALUES),
)


def negated(inner, sign: str):
    text, means = inner
    return f"{sign}({text})", lambda a: not means(a)


def joined(parts, word: str):
    texts, meanings = zip(*parts, strict=True)
    combine = all if word == "AND" else any
    text = f" {word} ".join(f"({each})" for each in texts)
    return text, lambda a: combine(means(a) for means in meanings)


EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(negated, inner, st.sampled_from(["NOT ", "-"])),
        st.builds(joined, st.lists(inner, min_size=2, max_size=3), st.sampled_from(["AND", "OR"])),
    ),
    max_leaves=4,
)
ATTRIBUTES = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES))


@settings(derandomize=True, deadline=None)
@given(EXPRESSIONS, ATTRIBUTES)
def test_an_expression_means_what_its_parts_mean(expression, attributes):
    text, means = expression
    if len(text.encode()) > MAX_BYTES:
        with pytest.raises(RefusedError):
            compile_filter(text)
        return

    assert compile_filter(text)(attributes) is means(attributes)


@settings(derandomize=True, deadline=None)
@given(st.text(alphabet='attributes.:=!()"\\-, ANDORNOThasPrefixu0x12é\n', max_size=80))
def test_any_text_is_a_filter_or_refused(text):
    try:
        accepts = compile_filter(text)
    except RefusedError:
        return
    assert accepts({"a": "b"}) in {True, False}


@pytest.mark.parametrize(
    "text",
    [
        "attributes",
        "attributes.a",
        "attributes.a = b",
        'attributes.a == "b"',
        'attributes.a > "b"',
        'hasPrefix(attributes.a "b")',
        'hasPrefix(attributes:a, "b")',
        "attributes:a attributes:b",
        "attributes:a AND",
        "(attributes:a",
        "attributes:a)",
        "NOT",
        "attributes:a and attributes:b",
        "attributes:a AND attributes:b OR attributes:c",
        'data = "x"',
        'attributes.a = "open',
        r'attributes.a = "\UFFFFFFFF"',
        f'attributes.a = "{"x" * MAX_BYTES}"',
        "(" * 40 + "attributes:a" + ")" * 40,
    ],
)
def test_a_filter_that_is_not_one_is_refused(text):
    with pytest.raises(RefusedError, match="filter"):
        compile_filter(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'attributes.a = "\u00e9"', "é"),
        (r'attributes.a = "\x41\102"', "AB"),
        (r'attributes.a = "\U0001F600"', "\U0001f600"),
        (r'attributes.a = "a\tb\\n"', "a\tb\\n"),
    ],
)
def test_escapes_are_read(text, value):
    assert compile_filter(text)({"a": value})


def test_an_empty_filter_accepts_everything():
    assert compile_filter("  ")({})
