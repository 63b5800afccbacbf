"""A person's own settings, as clients write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clarity.domain.person import Person

TODAY = date(2026, 6, 15)


def parsed(**fields):
    return Person.parse(fields, TODAY)


def test_somebody_who_set_nothing_is_told_in_english_in_detail_and_never_pushed():
    person = parsed()

    assert person == Person()
    assert (person.language, person.level, person.push) == ("en", "detailed", False)


def test_every_setting_is_taken():
    person = parsed(
        language="es-MX",
        reading_level="plain",
        insights="on_request",
        region="us",
        birth_date="2010-06-16",
        avoid=["heart", "activity"],
        push=True,
    )

    assert person == Person(
        language="es",
        level="plain",
        insights="on_request",
        region="US",
        age=15,
        avoid=frozenset({"activity", "heart"}),
        push=True,
    )


@pytest.mark.parametrize(
    ("tag", "language", "region"),
    [("de", "de", ""), ("de-AT", "de", "AT"), ("EN_gb", "en", "GB"), ("es-419", "es", "")],
)
def test_a_language_tag_names_the_language_and_perhaps_the_region(tag, language, region):
    person = parsed(language=tag)

    assert (person.language, person.region) == (language, region)


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("2008-06-15", 18),
        ("2008-06-16", 17),
        (datetime(1980, 1, 1, tzinfo=UTC), 46),
        (datetime(2008, 6, 15, 22, tzinfo=UTC), 17),  # midnight of the 16th in Berlin
        ("2008-02-29T00:00:00Z", 18),
    ],
)
def test_age_is_in_full_years(born, age):
    person = parsed(birth_date=born)

    assert person.age == age
    assert person.minor == (age < 18)


def test_an_unknown_age_is_neither_that_of_a_minor_nor_of_an_adult():
    assert parsed().age is None
    assert not parsed().minor


@pytest.mark.parametrize(
    ("value", "avoid", "ignored"),
    [
        ("heart", {"heart"}, ()),
        (["Sleep ", "HEART"], {"sleep", "heart"}, ()),
        (["sleep", "weight"], {"sleep"}, ("avoid",)),
        (["sleep", 7, None], {"sleep"}, ("avoid",)),
        ([], set(), ()),
    ],
)
def test_a_topic_to_be_avoided_is_avoided_whatever_stands_beside_it(value, avoid, ignored):
    """policy 13"""
    person = parsed(avoid=value)

    assert (person.avoid, person.ignored) == (avoid, ignored)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "fr"),
        ("language", 7),
        ("reading_level", "easy"),
        ("insights", True),
        ("region", "Germany"),
        ("birth_date", "yesterday"),
        ("birth_date", datetime.max.replace(tzinfo=UTC)),
        ("birth_date", "2027-01-01"),
        ("birth_date", 1980),
        ("avoid", "money"),
        ("avoid", [["heart"]]),
        ("avoid", {"heart": True}),
        ("push", "yes"),
    ],
)
def test_what_cannot_be_used_is_ignored_by_name(name, value):
    assert parsed(**{name: value}) == Person(ignored=(name,))


@given(
    st.dictionaries(
        st.sampled_from(["language", "region", "birth_date", "avoid", "push"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=4,
        ),
    )
)
def test_no_document_breaks_the_reader(document):
    assert set(Person.parse(document, TODAY).ignored) <= set(document)
